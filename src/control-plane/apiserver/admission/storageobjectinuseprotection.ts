import type { AdmissionPlugin } from '../contract.ts'

const FINALIZERS: Readonly<Record<string, string>> = {
  PersistentVolume: 'kubernetes.io/pv-protection',
  PersistentVolumeClaim: 'kubernetes.io/pvc-protection',
  VolumeAttributesClass: 'kubernetes.io/vac-protection',
}

/** What pods use stays until they have let go. Source: plugin/pkg/admission/storage/storageobjectinuseprotection/admission.go */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  resources: ['persistentvolumes', 'persistentvolumeclaims', 'volumeattributesclasses.storage.k8s.io'],
  operations: ['CREATE'],
  admit(object, { endpoint, subresource }) {
    const finalizer = FINALIZERS[endpoint.definition.kind]
    if (object === undefined || finalizer === undefined || subresource !== undefined) return object
    const finalizers = object.metadata.finalizers ?? []
    if (finalizers.includes(finalizer)) return object
    return { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } }
  },
}
