import type { KubernetesObject, Pod, PodSpec, Toleration } from '../../../api/types.ts'
import type { AdmissionPlugin } from '../contract.ts'

/** A pod that asks for an extended resource tolerates the taint of that name. Source: plugin/pkg/admission/extendedresourcetoleration/admission.go */
export const extendedResourceToleration: AdmissionPlugin = {
  name: 'ExtendedResourceToleration',
  resources: ['pods'],
  operations: ['CREATE', 'UPDATE'],
  admit(object, { subresource }) {
    if (subresource !== undefined) return object
    const pod = object as Pod
    const names = extendedResources(pod.spec)
    if (names.length === 0) return object
    const given = pod.spec.tolerations ?? []
    const added = names.filter((key) => !given.some((each) => isSame(each, key)))
    if (added.length === 0) return object
    const tolerations = [
      ...given,
      ...added.map((key): Toleration => ({ key, operator: 'Exists', effect: 'NoSchedule' })),
    ]
    return { ...pod, spec: { ...pod.spec, tolerations } } as KubernetesObject
  },
}

function isSame({ key, operator, effect, value, tolerationSeconds }: Toleration, name: string): boolean {
  return key === name && operator === 'Exists' && effect === 'NoSchedule' && !value && tolerationSeconds === undefined
}

function extendedResources(spec: PodSpec): readonly string[] {
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])]
  const names = containers.flatMap(({ resources }) => Object.keys(resources?.requests ?? {}))
  return [...new Set(names.filter(isExtended))].sort()
}

/** Source: pkg/apis/core/helper/helpers.go IsExtendedResourceName */
function isExtended(name: string): boolean {
  return name.includes('/') && !/(^|\.)kubernetes\.io\//.test(name) && !name.startsWith('requests.')
}
