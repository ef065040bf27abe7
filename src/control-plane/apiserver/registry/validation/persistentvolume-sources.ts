import { isDNS1123Label, isDNS1123Subdomain } from '../../../../api/names.ts'
import type { PersistentVolumeSpec, SecretReference, Volume } from '../../../../api/types.ts'
import { type Errors, forbidden, invalid, invalidEach, required } from './field-error.ts'
import { inclusiveRange } from './formats.ts'
import { validateLegacyVolume, validatePersistentInitiator } from './legacy-volumes.ts'
import { noBacksteps } from './paths.ts'
import { validateDriverName, validateHostPath, validateNFS } from './volumes.ts'

/** What volumes are made of, in upstream's order. Source: pkg/apis/core/validation/validation.go ValidatePersistentVolumeSpec. */
export const volumeSources = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
] as const satisfies readonly (keyof PersistentVolumeSpec)[]

type SourceName = (typeof volumeSources)[number]

export function validateVolumeSources(errors: Errors, path: string, spec: PersistentVolumeSpec, volume: string): void {
  let count = 0
  for (const source of volumeSources) {
    if (spec[source] === undefined) continue
    const shown = source === 'cephfs' ? 'cephFS' : source
    // Flexible volumes are not held to be the only ones.
    if (count > 0 && source !== 'flexVolume')
      forbidden(errors, `${path}.${shown}`, 'may not specify more than 1 volume type')
    else {
      count++
      validateSource(errors, path, spec, source, volume)
    }
  }
  if (count === 0) required(errors, path, 'must specify a volume type')
}

type Check = (errors: Errors, field: string, spec: PersistentVolumeSpec, volume: string) => void

const glusterfs: Check = (errors, field, { glusterfs: source }) => {
  const namespace = source?.endpointsNamespace
  if (namespace === undefined) return
  const empty = 'if the endpointnamespace is set, it must be a valid namespace name'
  const wrong = namespace === '' ? [empty] : isDNS1123Label(namespace)
  invalidEach(errors, `${field}.endpointsNamespace`, namespace, wrong)
}

const cinder: Check = (errors, field, { cinder: source }) => {
  if (source?.secretRef && !source.secretRef.namespace) required(errors, `${field}.secretRef.namespace`)
}

const azureFile: Check = (errors, field, { azureFile: source }) => {
  if (source?.secretNamespace === '') required(errors, `${field}.secretNamespace`)
}

const storageos: Check = (errors, field, { storageos: source }) => {
  if (source?.secretRef && !source.secretRef.namespace) required(errors, `${field}.secretRef.namespace`)
}

const iscsi: Check = (errors, field, { iscsi: source }, volume) => {
  if (!source) return
  const { targetPortal = '', iqn, lun = 0, secretRef, initiatorName } = source
  if (!targetPortal) required(errors, `${field}.targetPortal`)
  if (initiatorName !== undefined && `${volume}:${targetPortal}`.length > 64) {
    const detail =
      'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.'
    invalid(errors, `${field}.targetportal`, targetPortal, detail)
  }
  if (!iqn) required(errors, `${field}.iqn`)
  else validatePersistentInitiator(errors, `${field}.iqn`, iqn)
  if (lun < 0 || lun > 255) invalid(errors, `${field}.lun`, lun, inclusiveRange(0, 255))
  if ((source.chapAuthDiscovery || source.chapAuthSession) && !secretRef) required(errors, `${field}.secretRef`)
  if (secretRef && !secretRef.name) required(errors, `${field}.secretRef.name`)
  if (initiatorName !== undefined) validatePersistentInitiator(errors, `${field}.initiatorname`, initiatorName)
}

const local: Check = (errors, field, { local: source, nodeAffinity }) => {
  if (!source?.path) required(errors, `${field}.path`)
  else noBacksteps(errors, `${field}.path`, source.path)
  const spec = field.slice(0, -'.local'.length)
  if (!nodeAffinity) required(errors, `${spec}.nodeAffinity`, 'Local volume requires node affinity')
}

const SECRETS = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
] as const

const csi: Check = (errors, field, { csi: source }) => {
  validateDriverName(errors, `${field}.driver`, source?.driver)
  if (!source?.volumeHandle) required(errors, `${field}.volumeHandle`)
  for (const secret of SECRETS) {
    const reference = source?.[secret]
    if (reference) validateSecretReference(errors, `${field}.${secret}`, reference)
  }
}

/** Source: validatePVSecretReference. */
function validateSecretReference(errors: Errors, field: string, { name, namespace }: SecretReference): void {
  if (!name) required(errors, `${field}.name`)
  else invalidEach(errors, `${field}.name`, name, isDNS1123Subdomain(name))
  if (!namespace) required(errors, `${field}.namespace`)
  else invalidEach(errors, `${field}.namespace`, namespace, isDNS1123Label(namespace))
}

/** Sources that a Pod has too are held to the same rules, and to these on top; `alone`: to these only. */
const checks: Readonly<Partial<Record<SourceName, { readonly check: Check; readonly alone?: boolean }>>> = {
  hostPath: { check: (errors, field, { hostPath }) => validateHostPath(errors, field, hostPath!), alone: true },
  nfs: { check: (errors, field, { nfs }) => validateNFS(errors, field, nfs!), alone: true },
  glusterfs: { check: glusterfs },
  cinder: { check: cinder },
  azureFile: { check: azureFile },
  storageos: { check: storageos },
  iscsi: { check: iscsi, alone: true },
  local: { check: local, alone: true },
  csi: { check: csi, alone: true },
}

function validateSource(
  errors: Errors,
  path: string,
  spec: PersistentVolumeSpec,
  source: SourceName,
  volume: string,
): void {
  const { check, alone = false } = checks[source] ?? {}
  if (!alone) validateLegacyVolume(errors, path, { name: volume, [source]: spec[source] } as Volume)
  check?.(errors, `${path}.${source}`, spec, volume)
}
