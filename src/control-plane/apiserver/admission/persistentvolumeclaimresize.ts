import { compareQuantities } from '../../../api/quantity.ts'
import type { PersistentVolumeClaim, StorageClass } from '../../../api/types.ts'
import type { AdmissionPlugin, Server } from '../contract.ts'
import { forbid } from './forbid.ts'

/** Only bound claims of a class that allows it grow. Source: plugin/pkg/admission/storage/persistentvolume/resize/admission.go */
export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  resources: ['persistentvolumeclaims'],
  operations: ['UPDATE'],
  validate(object, attributes) {
    if (attributes.subresource !== undefined) return undefined
    const claim = object as PersistentVolumeClaim
    const old = attributes.old as PersistentVolumeClaim
    if (compareQuantities(sizeOf(claim), sizeOf(old)) <= 0) return undefined
    if (old.status?.phase !== 'Bound')
      return forbid(object, attributes, 'Only bound persistent volume claims can be expanded')
    if (allowsResize(attributes.server, claim, old)) return undefined
    const why =
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize'
    return forbid(object, attributes, why)
  },
}

const sizeOf = ({ spec }: PersistentVolumeClaim): string => String(spec?.resources?.requests?.storage ?? '0')

function allowsResize(server: Server, claim: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean {
  const name = classOf(claim)
  if (!name || name !== classOf(old)) return false
  return (server.read('StorageClass', name) as StorageClass | undefined)?.allowVolumeExpansion === true
}

function classOf({ metadata, spec }: PersistentVolumeClaim): string | undefined {
  return metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName
}
