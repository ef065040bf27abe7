import type { KubernetesObject, PersistentVolumeClaim } from '../../../api/types.ts'
import type { AdmissionPlugin } from '../contract.ts'
import { newestDefault } from './defaultclass.ts'

const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class'
const DEFAULTS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']

/** A claim that names no class gets the default one. Source: plugin/pkg/admission/storage/storageclass/setdefault/admission.go */
export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  resources: ['persistentvolumeclaims'],
  operations: ['CREATE'],
  admit(object, { subresource, server }) {
    const claim = object as PersistentVolumeClaim
    if (subresource !== undefined || hasClass(claim)) return object
    const found = newestDefault(server.readAll('StorageClass'), DEFAULTS)
    if (found === undefined) return object
    return { ...claim, spec: { ...claim.spec, storageClassName: found.metadata.name } } as KubernetesObject
  },
}

/** Source: pkg/apis/core/helper/helpers.go PersistentVolumeClaimHasClass */
function hasClass({ metadata, spec }: PersistentVolumeClaim): boolean {
  return metadata?.annotations?.[BETA_CLASS] !== undefined || spec?.storageClassName !== undefined
}
