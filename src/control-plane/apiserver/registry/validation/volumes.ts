import { isDNS1123Label, isDNS1123Subdomain, quote } from '../../../../api/names.ts'
import { compareQuantities } from '../../../../api/quantity.ts'
import type { KeyToPath, ObjectMeta, Volume } from '../../../../api/types.ts'
import { validateClaimTemplate } from './claim-template.ts'
import { validateDownwardAPIItems } from './downward-api.ts'
import {
  duplicate,
  type Errors,
  forbidden,
  invalid,
  invalidEach,
  notSupported,
  required,
  tooLong,
} from './field-error.ts'
import { validateLegacyVolume } from './legacy-volumes.ts'
import { fileMode, noBacksteps, validateKeyToPath } from './paths.ts'
import type { PodOptions } from './pod-options.ts'
import { validateProjected } from './projected-volumes.ts'

/** Volumes by name, as containers see them. */
export type Volumes = ReadonlyMap<string, Volume>

/** Source: pkg/apis/core/validation/validation.go ValidateVolumes. Only good volumes are there to be mounted. */
export function validateVolumes(
  errors: Errors,
  path: string,
  volumes: readonly Volume[] = [],
  meta: ObjectMeta | undefined,
  options: PodOptions,
): Volumes {
  const good = new Map<string, Volume>()
  const made = new Set(
    meta?.name ? volumes.filter((each) => each.ephemeral).map((each) => `${meta.name}-${each.name}`) : [],
  )
  for (const [i, volume] of volumes.entries()) {
    const field = `${path}[${i}]`
    const own: Errors = []
    validateVolumeSource(own, field, volume, meta, options)
    if (!volume.name) required(own, `${field}.name`)
    else invalidEach(own, `${field}.name`, volume.name, isDNS1123Label(volume.name))
    if (good.has(volume.name)) duplicate(own, `${field}.name`, volume.name)
    if (own.length === 0) good.set(volume.name, volume)
    errors.push(...own)
    const claim = volume.persistentVolumeClaim?.claimName
    if (claim !== undefined && made.has(claim)) {
      const detail = 'must not reference a PVC that gets created for an ephemeral volume'
      invalid(errors, `${field}.persistentVolumeClaim.claimName`, claim, detail)
    }
  }
  return good
}

/** The sources in upstream's order: of two the second is forbidden, under this name. */
const sourceOrder: readonly (readonly [source: keyof Volume, forbiddenAs?: string])[] = [
  ['hostPath'],
  ['gitRepo'],
  ['gcePersistentDisk'],
  ['awsElasticBlockStore'],
  ['secret'],
  ['nfs'],
  ['iscsi'],
  ['glusterfs'],
  ['flocker'],
  ['persistentVolumeClaim'],
  ['rbd'],
  ['cinder'],
  ['cephfs', 'cephFS'],
  ['quobyte'],
  ['downwardAPI', 'downwarAPI'],
  ['fc'],
  ['flexVolume'],
  ['configMap'],
  ['azureFile'],
  ['vsphereVolume'],
  ['photonPersistentDisk'],
  ['portworxVolume'],
  ['azureDisk'],
  ['storageos'],
  ['projected'],
  ['scaleIO'],
  ['csi'],
  ['ephemeral'],
  ['image'],
]

function validateVolumeSource(
  errors: Errors,
  path: string,
  volume: Volume,
  meta: ObjectMeta | undefined,
  options: PodOptions,
): void {
  let count = 0
  if (volume.emptyDir) {
    count++
    const { sizeLimit } = volume.emptyDir
    if (sizeLimit !== undefined && compareQuantities(sizeLimit, '0') < 0) {
      forbidden(errors, `${path}.emptyDir.sizeLimit`, 'SizeLimit field must be a valid resource quantity')
    }
  }
  for (const [source, forbiddenAs = source] of sourceOrder) {
    if (volume[source] === undefined) continue
    if (count > 0) forbidden(errors, `${path}.${forbiddenAs}`, 'may not specify more than 1 volume type')
    else validateSource(errors, path, volume, source, meta, options)
    count++
    if (source === 'iscsi') validateISCSIName(errors, path, volume)
  }
  if (count === 0) required(errors, path, 'must specify a volume type')
}

function validateISCSIName(errors: Errors, path: string, { name, iscsi }: Volume): void {
  if (iscsi?.initiatorName === undefined || `${name}:${iscsi.targetPortal}`.length <= 64) return
  const detail =
    'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.'
  invalid(errors, `${path}.name`, name, detail)
}

function validateSource(
  errors: Errors,
  path: string,
  volume: Volume,
  source: keyof Volume,
  meta: ObjectMeta | undefined,
  options: PodOptions,
): void {
  const field = `${path}.${source}`
  if (source === 'hostPath') validateHostPath(errors, field, volume.hostPath!)
  else if (source === 'secret') validateKeyed(errors, field, volume.secret!, 'secretName', volume.secret!.secretName)
  else if (source === 'configMap') validateKeyed(errors, field, volume.configMap!, 'name', volume.configMap!.name)
  else if (source === 'persistentVolumeClaim') {
    if (!volume.persistentVolumeClaim!.claimName) required(errors, `${field}.claimName`)
  } else if (source === 'nfs') validateNFS(errors, field, volume.nfs!)
  else if (source === 'downwardAPI') {
    fileMode(errors, `${field}.defaultMode`, volume.downwardAPI!.defaultMode)
    validateDownwardAPIItems(errors, field, volume.downwardAPI!.items)
  } else if (source === 'projected') validateProjected(errors, field, volume.projected!, options)
  else if (source === 'csi') validateCSI(errors, field, volume.csi!)
  else if (source === 'ephemeral') validateEphemeral(errors, path, volume, meta)
  else if (source === 'image') validateImage(errors, field, volume.image!, options)
  else validateLegacyVolume(errors, path, volume)
}

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
]

export function validateHostPath(errors: Errors, field: string, { path, type }: NonNullable<Volume['hostPath']>): void {
  if (!path) {
    required(errors, `${field}.path`)
    return
  }
  noBacksteps(errors, `${field}.path`, path)
  if (type !== undefined && !hostPathTypes.includes(type)) notSupported(errors, `${field}.type`, type, hostPathTypes)
}

interface Keyed {
  readonly defaultMode?: number
  readonly items?: readonly KeyToPath[]
}

function validateKeyed(
  errors: Errors,
  field: string,
  source: Keyed,
  nameField: string,
  name: string | undefined,
): void {
  if (!name) required(errors, `${field}.${nameField}`)
  fileMode(errors, `${field}.defaultMode`, source.defaultMode)
  for (const [i, item] of (source.items ?? []).entries()) validateKeyToPath(errors, `${field}.items[${i}]`, item)
}

export function validateNFS(errors: Errors, field: string, { server, path = '' }: NonNullable<Volume['nfs']>): void {
  if (!server) required(errors, `${field}.server`)
  if (!path) required(errors, `${field}.path`)
  if (!path.startsWith('/')) invalid(errors, `${field}.path`, path, 'must be an absolute path')
}

/** Source: ValidateCSIDriverName. */
export function validateDriverName(errors: Errors, field: string, driver = ''): void {
  if (driver === '') {
    required(errors, field)
    return
  }
  if (driver.length > 63) tooLong(errors, field, 63)
  invalidEach(errors, field, driver, isDNS1123Subdomain(driver.toLowerCase()))
}

function validateCSI(errors: Errors, field: string, csi: NonNullable<Volume['csi']>): void {
  const { driver = '', nodePublishSecretRef: secret } = csi
  validateDriverName(errors, `${field}.driver`, driver)
  if (!secret) return
  if (!secret.name) required(errors, `${field}.nodePublishSecretRef.name`)
  else invalidEach(errors, `${field}.name`, secret.name, isDNS1123Subdomain(secret.name))
}

function validateEphemeral(errors: Errors, path: string, volume: Volume, meta: ObjectMeta | undefined): void {
  const template = volume.ephemeral!.volumeClaimTemplate
  const field = `${path}.ephemeral.volumeClaimTemplate`
  if (!template) required(errors, field)
  else validateClaimTemplate(errors, field, template)
  if (!meta?.name || !volume.name) return
  const claim = `${meta.name}-${volume.name}`
  for (const message of isDNS1123Subdomain(claim)) {
    invalid(errors, `${path}.name`, volume.name, `PVC name ${quote(claim)}: ${message}`)
  }
}

function validateImage(errors: Errors, field: string, image: NonNullable<Volume['image']>, options: PodOptions): void {
  if (options.resourceIsPod && !image.reference) required(errors, `${field}.reference`)
  validatePullPolicy(errors, `${field}.pullPolicy`, image.pullPolicy)
}

const pullPolicies = ['Always', 'IfNotPresent', 'Never']

export function validatePullPolicy(errors: Errors, field: string, policy: string | undefined): void {
  if (!policy) required(errors, field)
  else if (!pullPolicies.includes(policy)) notSupported(errors, field, policy, pullPolicies)
}
