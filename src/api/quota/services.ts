import type { Service } from '../types.ts'
import type { Evaluator } from './evaluator.ts'

const NAMES = ['count/services', 'services', 'services.nodeports', 'services.loadbalancers']

/** Source: pkg/quota/v1/evaluator/core/services.go */
export const serviceEvaluator: Evaluator = {
  groupResource: { group: '', resource: 'services' },
  handles: ({ subresource }) => subresource === undefined,
  matching: (names) => names.filter((name) => NAMES.includes(name)),
  usage: (object) => {
    const { spec } = object as Service
    const ports = spec?.ports ?? []
    const isBalanced = spec?.type === 'LoadBalancer'
    const allocated =
      isBalanced && spec?.allocateLoadBalancerNodePorts === false ? ports.filter(({ nodePort }) => nodePort) : ports
    const nodePorts = isBalanced || spec?.type === 'NodePort' ? allocated.length : 0
    return {
      'count/services': '1',
      services: '1',
      'services.nodeports': String(nodePorts),
      'services.loadbalancers': isBalanced ? '1' : '0',
    }
  },
}
