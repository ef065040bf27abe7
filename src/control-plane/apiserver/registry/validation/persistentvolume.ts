import { isDNS1123Subdomain, isLabelValue } from '../../../../api/names.ts'
import { canonicalQuantity, compareQuantities, parseQuantity, quantityError } from '../../../../api/quantity.ts'
import type { NodeSelectorRequirement, PersistentVolume, PersistentVolumeSpec } from '../../../../api/types.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import { accessModes, volumeModes } from './claim-template.ts'
import { type Errors, forbidden, invalid, invalidEach, notSupported, required } from './field-error.ts'
import { IMMUTABLE, NOT_POSITIVE } from './formats.ts'
import { internalForm } from './internal-form.ts'
import { sortedMap } from './labels.ts'
import { validateImmutable } from './objectmeta.ts'
import { validateVolumeSources, volumeSources } from './persistentvolume-sources.ts'
import { goStruct } from './pod-update.ts'
import { validateNodeSelector } from './scheduling.ts'
import { unifiedDiff } from './unified-diff.ts'

/** Source: pkg/apis/core/validation/validation.go. */
export interface VolumeOptions {
  readonly enableVolumeAttributesClass?: boolean
  readonly allowInvalidLabelValueInRequiredNodeAffinity?: boolean
}

const volumeOptions: VolumeOptions = { enableVolumeAttributesClass: true }
const MOUNT_OPTIONS = 'volume.beta.kubernetes.io/mount-options'
const reclaimPolicies = ['Delete', 'Recycle', 'Retain']
const INLINE = 'in the context of inline volumes'

/** @param inline the volume stands in another object (a VolumeAttachment), by itself */
export function validateVolumeSpec(
  errors: Errors,
  path: string,
  spec: PersistentVolumeSpec,
  name: string,
  inline: boolean,
  options = volumeOptions,
): void {
  if (inline) validateInline(errors, path, spec)
  validateAccessModes(errors, `${path}.accessModes`, spec)
  if (!inline) validateOwn(errors, path, spec, options)
  validateVolumeSources(errors, path, spec, name)
  if (isRoot(spec.hostPath?.path) && spec.persistentVolumeReclaimPolicy === 'Recycle') {
    forbidden(errors, `${path}.persistentVolumeReclaimPolicy`, "may not be 'recycle' for a hostPath mount of '/'")
  }
  if (!inline) validateClassAndMode(errors, path, spec)
  if (options.enableVolumeAttributesClass) validateAttributesClass(errors, path, spec)
}

/** What path.Clean makes `/` of. */
const isRoot = (path: string | undefined): boolean => path !== undefined && /^(\/+(\.{1,2})?)+$/.test(path)

function validateInline(errors: Errors, path: string, spec: PersistentVolumeSpec): void {
  const forbid = (member: keyof PersistentVolumeSpec, may: string) =>
    forbidden(errors, `${path}.${member}`, `${may} ${INLINE}`)
  if (spec.claimRef) forbid('claimRef', 'may not be specified')
  if (Object.keys(spec.capacity ?? {}).length > 0) forbid('capacity', 'may not be specified')
  if (!spec.csi) required(errors, `${path}.csi`, `has to be specified ${INLINE}`)
  const policy = spec.persistentVolumeReclaimPolicy
  if (policy && policy !== 'Retain') forbid('persistentVolumeReclaimPolicy', 'may only be Retain')
  if (spec.nodeAffinity) forbid('nodeAffinity', 'may not be specified')
  if (spec.storageClassName) forbid('storageClassName', 'may not be specified')
  if (spec.volumeMode !== undefined && spec.volumeMode !== 'Filesystem')
    forbid('volumeMode', 'may not specify volumeMode other than Filesystem')
}

function validateAccessModes(errors: Errors, field: string, { accessModes: modes = [] }: PersistentVolumeSpec): void {
  if (modes.length === 0) required(errors, field)
  for (const mode of modes) if (!accessModes.includes(mode)) notSupported(errors, field, mode, accessModes)
  const others = modes.some((mode) => mode !== 'ReadWriteOncePod' && accessModes.includes(mode))
  if (modes.includes('ReadWriteOncePod') && others) {
    forbidden(errors, field, 'may not use ReadWriteOncePod with other access modes')
  }
}

function validateOwn(errors: Errors, path: string, spec: PersistentVolumeSpec, options: VolumeOptions): void {
  validateCapacity(errors, `${path}.capacity`, spec.capacity as Readonly<Record<string, string>> | undefined)
  const { persistentVolumeReclaimPolicy: policy, nodeAffinity } = spec
  if (policy && !reclaimPolicies.includes(policy)) {
    notSupported(errors, `${path}.persistentVolumeReclaimPolicy`, policy, reclaimPolicies)
  }
  if (nodeAffinity) {
    const field = `${path}.nodeAffinity.required`
    const allowed = options.allowInvalidLabelValueInRequiredNodeAffinity ?? false
    if (nodeAffinity.required) validateNodeSelector(errors, field, nodeAffinity.required, allowed)
    else required(errors, field, 'must specify required node constraints')
  }
}

function validateClassAndMode(errors: Errors, path: string, spec: PersistentVolumeSpec): void {
  const { storageClassName, volumeMode } = spec
  if (storageClassName) {
    invalidEach(errors, `${path}.storageClassName`, storageClassName, isDNS1123Subdomain(storageClassName))
  }
  if (volumeMode !== undefined && !volumeModes.includes(volumeMode)) {
    notSupported(errors, `${path}.volumeMode`, volumeMode, volumeModes)
  }
}

function validateCapacity(errors: Errors, field: string, capacity: Readonly<Record<string, string>> | undefined): void {
  const names = Object.keys(capacity ?? {})
  if (names.length === 0) required(errors, field)
  if (names.length !== 1 || names[0] !== 'storage') notSupported(errors, field, sortedMap(capacity), ['storage'])
  for (const name of names) {
    const quantity = capacity![name]!
    const path = `${field}[${name}]`
    if (quantityError(quantity) !== undefined) continue
    const { value } = parseQuantity(quantity)
    if (value < 0) invalid(errors, path, value, 'must be a valid resource quantity')
    if (compareQuantities(quantity, '0') <= 0) invalid(errors, path, canonicalQuantity(quantity), NOT_POSITIVE)
  }
}

function validateAttributesClass(errors: Errors, path: string, spec: PersistentVolumeSpec): void {
  const name = spec.volumeAttributesClassName
  if (name === undefined) return
  const field = `${path}.volumeAttributesClassName`
  if (name === '') required(errors, field, 'an empty string is disallowed')
  else invalidEach(errors, field, name, isDNS1123Subdomain(name))
  if (!spec.csi) required(errors, `${path}.csi`, 'has to be specified when using volumeAttributesClassName')
}

/** Only some volumes know mount options. Source: pkg/volume/validation/pv_validation.go checkMountOption. */
const mountable = new Set<string>([
  ...['gcePersistentDisk', 'awsElasticBlockStore', 'glusterfs', 'nfs', 'rbd', 'quobyte', 'iscsi', 'cinder', 'cephfs'],
  ...['azureFile', 'vsphereVolume', 'azureDisk', 'photonPersistentDisk'],
])

function validateMountOptions(errors: Errors, { metadata, spec = {} }: PersistentVolume): void {
  if (metadata.annotations?.[MOUNT_OPTIONS] === undefined) return
  if (volumeSources.some((source) => mountable.has(source) && spec[source] !== undefined)) return
  forbidden(errors, `metadata.annotations.${MOUNT_OPTIONS}`, 'may not specify mount options for this volume type')
}

export function validatePersistentVolume(volume: PersistentVolume, options = volumeOptions): Errors {
  const errors: Errors = []
  validateVolumeSpec(errors, 'spec', volume.spec ?? {}, volume.metadata.name, false, options)
  validateMountOptions(errors, volume)
  return errors
}

/** Source: ValidationOptionsForPersistentVolume. */
function optionsFor({ spec }: PersistentVolume): VolumeOptions {
  const terms = spec?.nodeAffinity?.required?.nodeSelectorTerms ?? []
  const values = terms.flatMap((term) => (term.matchExpressions ?? []).flatMap((each) => each.values ?? []))
  if (values.every((value) => isLabelValue(value).length === 0)) return volumeOptions
  return { ...volumeOptions, allowInvalidLabelValueInRequiredNodeAffinity: true }
}

export function validatePersistentVolumeUpdate(
  volume: PersistentVolume,
  old: PersistentVolume,
  options = optionsFor(old),
): Errors {
  const errors = validatePersistentVolume(volume, options)
  const [now, before] = [volume.spec ?? {}, old.spec ?? {}]
  validateSourceKept(errors, now, before)
  validateImmutable(errors, 'volumeMode', now.volumeMode, before.volumeMode)
  if (before.nodeAffinity && !sameAffinity(now.nodeAffinity, before.nodeAffinity)) {
    const form = now.nodeAffinity ? internalForm('VolumeNodeAffinity', { ...now.nodeAffinity }) : null
    invalid(errors, 'nodeAffinity', form, `${IMMUTABLE}, except for updating from beta label to GA`)
  }
  validateAttributesClassUpdate(errors, now, before, options)
  return errors
}

/** A secret for expansion may be added later. */
function validateSourceKept(errors: Errors, spec: PersistentVolumeSpec, old: PersistentVolumeSpec): void {
  const now = sourceOf(spec, old.csi !== undefined && old.csi.controllerExpandSecretRef === undefined)
  const before = sourceOf(old, false)
  if (semanticallyEqual(now, before)) return
  const difference = unifiedDiff(goStruct('PersistentVolumeSource', before), goStruct('PersistentVolumeSource', now))
  const detail = `spec.persistentvolumesource is immutable after creation\n${difference}`
  forbidden(errors, 'spec.persistentvolumesource', detail)
}

function sourceOf(spec: PersistentVolumeSpec, withoutExpansion: boolean): Readonly<Record<string, unknown>> {
  const source = Object.fromEntries(volumeSources.map((name) => [name, spec[name]]))
  if (!withoutExpansion || !spec.csi) return source
  const { controllerExpandSecretRef: _, ...csi } = spec.csi
  return { ...source, csi }
}

/** Source: pkg/apis/core/validation betaToGALabel. */
const gaLabels: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
}

type Affinity = PersistentVolumeSpec['nodeAffinity']

function sameAffinity(now: Affinity, old: Affinity): boolean {
  const [after, before] = [now?.required?.nodeSelectorTerms, old?.required?.nodeSelectorTerms]
  if (!after || !before || after.length !== before.length) return semanticallyEqual(now, old)
  const same = (a: readonly NodeSelectorRequirement[] = [], b: readonly NodeSelectorRequirement[] = []) =>
    a.length === b.length && a.every((each, i) => sameRequirement(each, b[i]!))
  return after.every(
    (term, i) =>
      same(term.matchExpressions, before[i]!.matchExpressions) && same(term.matchFields, before[i]!.matchFields),
  )
}

const sameRequirement = (now: NodeSelectorRequirement, old: NodeSelectorRequirement): boolean =>
  semanticallyEqual(now, gaLabels[old.key] === now.key ? { ...old, key: now.key } : old)

function validateAttributesClassUpdate(
  errors: Errors,
  now: PersistentVolumeSpec,
  old: PersistentVolumeSpec,
  { enableVolumeAttributesClass }: VolumeOptions,
): void {
  const field = 'spec.volumeAttributesClassName'
  if (now.volumeAttributesClassName === old.volumeAttributesClassName) return
  if (!enableVolumeAttributesClass) {
    forbidden(errors, field, 'update is forbidden when the VolumeAttributesClass feature gate is disabled')
  } else if (old.volumeAttributesClassName !== undefined && now.volumeAttributesClassName === undefined) {
    forbidden(errors, field, 'update from non-nil value to nil is forbidden')
  }
}
