import type { Node } from '../../../api/types.ts'
import type { AdmissionPlugin } from '../contract.ts'

const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' } as const

/** A new node is tainted until it is ready. Source: plugin/pkg/admission/nodetaint/admission.go */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  resources: ['nodes'],
  operations: ['CREATE'],
  admit(object, { endpoint, operation, subresource }) {
    if (operation !== 'CREATE' || endpoint.definition.kind !== 'Node' || subresource !== undefined) return object
    const node = object as Node
    const taints = node.spec?.taints ?? []
    if (taints.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect)) return node
    return { ...node, spec: { ...node.spec, taints: [...taints, NOT_READY] } } as Node
  },
}
