import { compareQuantities, quantityMilliValue, quantityValue } from '../../../api/quantity.ts'
import { addResources, podResources, type ResourceList } from '../../../api/resource-lists.ts'
import type { Node, Pod } from '../../../api/types.ts'
import type { AdmissionPlugin } from '../contract.ts'
import { forbid } from './forbid.ts'

/** A resized pod fits its node. Source: plugin/pkg/admission/podresize/admission.go */
export const podResizeValidator: AdmissionPlugin = {
  name: 'PodResizeValidator',
  resources: ['pods'],
  operations: ['UPDATE'],
  validate(object, attributes) {
    const pod = object as Pod
    if (attributes.subresource !== 'resize' || !pod.spec.nodeName) return undefined
    const { nodeName } = pod.spec
    if (pod.metadata.generation === attributes.old?.metadata.generation) return undefined
    const node = attributes.server.read('Node', nodeName) as Node | undefined
    if (node === undefined) return forbid(object, attributes, `node ${JSON.stringify(nodeName)} not found`)
    const refuse = (why: string, reason: string) => {
      const status = forbid(object, attributes, why)
      return { ...status, details: { ...status.details, causes: [{ reason }] } } as typeof status
    }
    const os = node.metadata.labels?.['kubernetes.io/os'] ?? 'linux'
    if (os !== 'linux')
      return refuse(
        `pod resize is only supported on linux nodes, node ${JSON.stringify(nodeName)} is ${JSON.stringify(os)}`,
        'UnsupportedPlatform',
      )
    const lacking = lackingOn(pod, (node.status?.allocatable ?? {}) as ResourceList)
    return lacking === undefined ? undefined : refuse(lacking, 'NodeCapacity')
  },
}

function lackingOn(pod: Pod, allocatable: ResourceList): string | undefined {
  const requests = addResources(podResources(pod, 'requests'), (pod.spec.overhead ?? {}) as ResourceList)
  const lacking: string[] = []
  const exceeds = (name: string) => compareQuantities(requests[name] ?? '0', allocatable[name] ?? '0') > 0
  if (exceeds('cpu'))
    lacking.push(
      `cpu, requested: ${quantityMilliValue(requests.cpu)}, allocatable: ${quantityMilliValue(allocatable.cpu)}`,
    )
  if (exceeds('memory'))
    lacking.push(
      `memory, requested: ${quantityValue(requests.memory)}, allocatable: ${quantityValue(allocatable.memory)}`,
    )
  return lacking.length === 0 ? undefined : `node didn't have enough allocatable resources: ${lacking.join('; ')}`
}
