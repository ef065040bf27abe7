import { isDNS1123Label } from '../../../../api/names.ts'
import type { Volume } from '../../../../api/types.ts'
import { type Errors, invalid, invalidEach, notSupported, required } from './field-error.ts'
import { inclusiveRange } from './formats.ts'
import { localDescending } from './paths.ts'

/**
 * Volume sources of vendors and of old times. They are checked as upstream does; no node here mounts them.
 * Source: pkg/apis/core/validation/validation.go.
 */
export function validateLegacyVolume(errors: Errors, path: string, volume: Volume): void {
  for (const check of checks) check(errors, path, volume)
}

type Check = (errors: Errors, path: string, volume: Volume) => void

/** The members that must be there, by source. */
const requiredMembers: Readonly<Record<string, readonly string[]>> = {
  glusterfs: ['endpoints', 'path'],
  rbd: ['monitors', 'image'],
  cinder: ['volumeID'],
  cephfs: ['monitors'],
  flexVolume: ['driver'],
  azureFile: ['secretName', 'shareName'],
  vsphereVolume: ['volumePath'],
  photonPersistentDisk: ['pdID'],
  portworxVolume: ['volumeID'],
  scaleIO: ['gateway', 'system', 'volumeName'],
}

const requiredCheck: Check = (errors, path, volume) => {
  for (const [source, members] of Object.entries(requiredMembers)) {
    const given = volume[source as keyof Volume] as Readonly<Record<string, string | readonly string[]>> | undefined
    if (!given) continue
    for (const member of members) if (!given[member]?.length) required(errors, `${path}.${source}.${member}`)
  }
}

const gitRepo: Check = (errors, path, { gitRepo: source }) => {
  if (!source) return
  if (!source.repository) required(errors, `${path}.gitRepo.repository`)
  localDescending(errors, `${path}.gitRepo.directory`, source.directory ?? '')
}

function partition(errors: Errors, field: string, number = 0): void {
  if (number < 0 || number > 255) invalid(errors, field, number, inclusiveRange(1, 255))
}

const disks: Check = (errors, path, { gcePersistentDisk, awsElasticBlockStore }) => {
  if (gcePersistentDisk) {
    if (!gcePersistentDisk.pdName) required(errors, `${path}.persistentDisk.pdName`)
    partition(errors, `${path}.persistentDisk.partition`, gcePersistentDisk.partition)
  }
  if (awsElasticBlockStore) {
    if (!awsElasticBlockStore.volumeID) required(errors, `${path}.awsElasticBlockStore.volumeID`)
    partition(errors, `${path}.awsElasticBlockStore.partition`, awsElasticBlockStore.partition)
  }
}

const secretRef: Check = (errors, path, { cinder }) => {
  if (cinder?.secretRef && !cinder.secretRef.name) required(errors, `${path}.cinder.secretRef.name`)
}

const initiator: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.([a-zA-Z0-9\-.]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[a-zA-Z0-9]{16}$/,
  naa: /^naa.[a-zA-Z0-9]{32}$/,
}

/** Source: validateISCSIPersistentVolumeSource, which has one message for all. */
export function validatePersistentInitiator(errors: Errors, field: string, name: string): void {
  if (initiator[name.slice(0, 3)]?.test(name) !== true) invalid(errors, field, name, 'must be valid format')
}

function validateInitiator(errors: Errors, field: string, name: string): void {
  const pattern = initiator[name.slice(0, 3)]
  if (!pattern) invalid(errors, field, name, 'must be valid format starting with iqn, eui, or naa')
  else if (!pattern.test(name)) invalid(errors, field, name, 'must be valid format')
}

const iscsi: Check = (errors, path, { iscsi: source }) => {
  if (!source) return
  const field = `${path}.iscsi`
  if (!source.targetPortal) required(errors, `${field}.targetPortal`)
  if (!source.iqn) required(errors, `${field}.iqn`)
  else validateInitiator(errors, `${field}.iqn`, source.iqn)
  const lun = source.lun ?? 0
  if (lun < 0 || lun > 255) invalid(errors, `${field}.lun`, lun, inclusiveRange(0, 255))
  if ((source.chapAuthDiscovery || source.chapAuthSession) && !source.secretRef) required(errors, `${field}.secretRef`)
  if (source.initiatorName !== undefined) validateInitiator(errors, `${field}.initiatorname`, source.initiatorName)
}

const fc: Check = (errors, path, { fc: source }) => {
  if (!source) return
  const { targetWWNs = [], wwids = [], lun } = source
  const field = `${path}.fc`
  const either = 'must specify either targetWWNs or wwids, but not both'
  if (targetWWNs.length === 0 && wwids.length === 0) required(errors, `${field}.targetWWNs`, either)
  if (targetWWNs.length > 0 && wwids.length > 0) {
    invalid(errors, `${field}.targetWWNs`, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously')
  }
  if (targetWWNs.length === 0) return
  if (lun === undefined) required(errors, `${field}.lun`, 'lun is required if targetWWNs is specified')
  else if (lun < 0 || lun > 255) invalid(errors, `${field}.lun`, lun, inclusiveRange(0, 255))
}

const quobyte: Check = (errors, path, { quobyte: source }) => {
  if (!source) return
  const field = `${path}.quobyte`
  const pairs = 'must be a host:port pair or multiple pairs separated by commas'
  if (!source.registry) required(errors, `${field}.registry`, pairs)
  else if ((source.tenant ?? '').length >= 65) {
    required(errors, `${field}.tenant`, 'must be a UUID and may not exceed a length of 64 characters')
  } else {
    for (const pair of source.registry.split(',')) {
      if (!/^([^:[\]]*|\[[^\]]*\]):[^:]*$/.test(pair)) invalid(errors, `${field}.registry`, source.registry, pairs)
    }
  }
  if (!source.volume) required(errors, `${field}.volume`)
}

const flocker: Check = (errors, path, { flocker: source }) => {
  if (!source) return
  const { datasetName, datasetUUID } = source
  const field = `${path}.flocker`
  if (!datasetName && !datasetUUID) required(errors, field, 'one of datasetName and datasetUUID is required')
  if (datasetName && datasetUUID) {
    invalid(errors, field, 'resource', 'datasetName and datasetUUID can not be specified simultaneously')
  }
  if (datasetName?.includes('/')) invalid(errors, `${field}.datasetName`, datasetName, "must not contain '/'")
}

const flexOptions: Check = (errors, path, { flexVolume }) => {
  for (const key of Object.keys(flexVolume?.options ?? {})) {
    const namespace = `.${key.split('/')[0]!.toLowerCase()}`
    if (!namespace.endsWith('.kubernetes.io') && !namespace.endsWith('.k8s.io')) continue
    invalid(errors, `${path}.flexVolume.options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved')
  }
}

const cachingModes = ['None', 'ReadOnly', 'ReadWrite']
const diskKinds = ['Dedicated', 'Managed', 'Shared']
const managedURI = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'
const blobURI = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'

const azureDisk: Check = (errors, path, { azureDisk: source }) => {
  if (!source) return
  const field = `${path}.azureDisk`
  const { diskName, diskURI = '', cachingMode, kind } = source
  if (!diskName) required(errors, `${field}.diskName`)
  if (!diskURI) required(errors, `${field}.diskURI`)
  if (cachingMode !== undefined && !cachingModes.includes(cachingMode)) {
    notSupported(errors, `${field}.cachingMode`, cachingMode, cachingModes)
  }
  if (kind === undefined) return
  if (!diskKinds.includes(kind)) notSupported(errors, `${field}.kind`, kind, diskKinds)
  if (kind === 'Managed' && !diskURI.startsWith('/subscriptions/')) {
    notSupported(errors, `${field}.diskURI`, diskURI, [managedURI])
  }
  if (kind !== 'Managed' && !diskURI.startsWith('https://'))
    notSupported(errors, `${field}.diskURI`, diskURI, [blobURI])
}

const storageOS: Check = (errors, path, { storageos: source }) => {
  if (!source) return
  const field = `${path}.storageos`
  if (!source.volumeName) required(errors, `${field}.volumeName`)
  else invalidEach(errors, `${field}.volumeName`, source.volumeName, isDNS1123Label(source.volumeName))
  if (source.volumeNamespace) {
    invalidEach(errors, `${field}.volumeNamespace`, source.volumeNamespace, isDNS1123Label(source.volumeNamespace))
  }
  if (source.secretRef && !source.secretRef.name) required(errors, `${field}.secretRef.name`)
}

const checks: readonly Check[] = [
  requiredCheck,
  gitRepo,
  disks,
  secretRef,
  iscsi,
  fc,
  quobyte,
  flocker,
  flexOptions,
  azureDisk,
  storageOS,
]
