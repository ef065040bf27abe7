import { compareQuantities, parseQuantity, quantityOf } from '../quantity.ts'
import type { PersistentVolumeClaim } from '../types.ts'
import { type Evaluator, selects } from './evaluator.ts'

const SUFFIX = '.storageclass.storage.k8s.io/'
const NAMES = ['persistentvolumeclaims', 'requests.storage']

/** Source: pkg/quota/v1/evaluator/core/persistent_volume_claims.go */
export const persistentVolumeClaimEvaluator: Evaluator = {
  groupResource: { group: '', resource: 'persistentvolumeclaims' },
  handles: ({ subresource, object, old }) => {
    if (subresource === undefined) return true
    if (subresource !== 'status') return false
    const [now, before] = [object as PersistentVolumeClaim, old as PersistentVolumeClaim]
    return (
      now.status?.allocatedResources?.storage !== before.status?.allocatedResources?.storage ||
      String(attributesClasses(now)) !== String(attributesClasses(before))
    )
  },
  matching: (names) =>
    names.filter(
      (name) =>
        name === 'count/persistentvolumeclaims' ||
        NAMES.includes(name) ||
        NAMES.some((each) => name.endsWith(SUFFIX + each)),
    ),
  matchesScope: (scope, object) => {
    if (scope.scopeName !== 'VolumeAttributesClass') return false
    const classes = attributesClasses(object as PersistentVolumeClaim)
    if (classes.length === 0) return selects(scope, undefined)
    return classes.some((name) => selects(scope, name))
  },
  usage: (object) => {
    const claim = object as PersistentVolumeClaim
    const storage = storageOf(claim)
    const storageClass = classOf(claim)
    const own = { persistentvolumeclaims: '1', ...(storage !== undefined && { 'requests.storage': storage }) }
    const ofClass = storageClass
      ? Object.fromEntries(Object.entries(own).map(([name, amount]) => [`${storageClass}${SUFFIX}${name}`, amount]))
      : {}
    return { 'count/persistentvolumeclaims': '1', ...own, ...ofClass }
  },
}

function classOf({ metadata, spec }: PersistentVolumeClaim): string | undefined {
  return metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName
}

/** Whole bytes; what has been allocated already, where that is more. Source: getStorageUsage */
function storageOf({ spec, status }: PersistentVolumeClaim): string | undefined {
  const asked = spec?.resources?.requests?.storage
  if (asked === undefined) return undefined
  const allocated = status?.allocatedResources?.storage
  const greater = allocated !== undefined && compareQuantities(String(allocated), String(asked)) > 0 ? allocated : asked
  const { nano, value, format, canonical } = parseQuantity(String(greater))
  return nano % 1_000_000_000n === 0n ? canonical : quantityOf(value, format)
}

/** Source: getReferencedVolumeAttributesClassNames */
function attributesClasses({ spec, status }: PersistentVolumeClaim): readonly string[] {
  const names = [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ]
  return [...new Set(names.filter((name): name is string => !!name))].sort()
}
