import { isInNetwork } from '../api/ip.ts'
import type { Balancer, Forwarded, Serve } from '../network/contract.ts'
import { stickyChoice } from '../network/service-rules.ts'
import type { LoadBalancer } from './contract.ts'

/**
 * What a load balancer does with packets.
 *
 * @param balancer as it is now
 * @param healthy addresses of the machines that may be sent to now
 */
export function balancerOf(balancer: () => LoadBalancer, healthy: () => readonly string[]): Balancer {
  const { spec } = balancer()
  return {
    name: `load balancer ${spec.name}`,
    forward({ from, port, protocol, choose }): Forwarded {
      const { spec: now } = balancer()
      if (now.scheme === 'internal' && !PRIVATE.some((network) => isInNetwork(from, network)))
        return { outcome: 'timeout', because: `load balancer ${now.name} is internal, and ${from} is outside` }
      const listener = now.listeners.find((each) => each.port === port && each.protocol === protocol)
      if (listener === undefined)
        return { outcome: 'timeout', because: `load balancer ${now.name} does not listen on ${port}/${protocol}` }
      if (!letsIn(from, now.sourceRanges ?? []))
        return { outcome: 'timeout', because: `load balancer ${now.name} does not let ${from} in` }
      const machines = healthy()
      if (machines.length === 0) {
        if (now.kind === 'application') return { serve: UNAVAILABLE }
        return { outcome: 'timeout', because: `load balancer ${now.name} has no healthy machine` }
      }
      const machine = machines[now.sticky ? stickyChoice(from, machines.length) : choose(machines.length)]!
      const { targetPort } = listener
      const proxied = now.kind === 'application'
      return targetPort === undefined
        ? { machine, port, direct: true, proxied }
        : { machine, port: targetPort, proxied }
    },
  }
}

/** Networks that are nobody's outside. Source: RFC 1918 */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']

const UNAVAILABLE: Serve = () => ({ status: 503, body: 'Service Unavailable\n' })

function letsIn(from: string, ranges: readonly string[]): boolean {
  return ranges.length === 0 || ranges.some((range) => isInNetwork(from, range))
}
