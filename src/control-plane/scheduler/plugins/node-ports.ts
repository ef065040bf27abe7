import type { ContainerPort, Pod } from '../../../api/types.ts'
import { isPodEvent } from '../cluster-events.ts'
import type { Plugin, Status } from '../framework.ts'
import { portKey } from '../node-info.ts'
import { hostPortsOf } from '../pod-info.ts'

const TAKEN: Status = {
  code: 'Unschedulable',
  reasons: ["node(s) didn't have free ports for the requested pod ports"],
}

/** No two pods share a host port. Source: plugins/nodeports/node_ports.go */
export const nodePorts: Plugin<readonly ContainerPort[]> = {
  name: 'NodePorts',
  events: new Set(['Node/Add', 'AssignedPod/Delete']),
  preFilter: ({ hostPorts }) => (hostPorts.length === 0 ? { code: 'Skip' } : { code: 'Success', state: hostPorts }),
  filter: (wanted, _pod, node) => (wanted.some((port) => conflicts(port, node.usedPorts)) ? TAKEN : undefined),
  isSchedulableAfter(event, pod) {
    if (event.resource === 'Node') return true
    if (!isPodEvent(event) || event.old === undefined) return false
    const { spec, status } = event.old
    return Boolean(spec.nodeName || status?.nominatedNodeName) && sharePort(hostPortsOf(pod), event.old)
  },
}

/** Source: kube-scheduler/framework HostPortInfo.CheckConflict: 0.0.0.0 is every address. */
function conflicts({ hostIP, protocol, hostPort = 0 }: ContainerPort, usedPorts: ReadonlyMap<string, number>): boolean {
  if (usedPorts.size === 0) return false
  if (hostIP && hostIP !== '0.0.0.0')
    return usedPorts.has(portKey(hostIP, protocol, hostPort)) || usedPorts.has(portKey('', protocol, hostPort))
  const suffix = portKey('', protocol, hostPort).slice('0.0.0.0'.length)
  for (const used of usedPorts.keys()) if (used.endsWith(suffix)) return true
  return false
}

function sharePort(wanted: readonly ContainerPort[], other: Pod): boolean {
  const used = new Map<string, number>()
  for (const port of hostPortsOf(other)) used.set(portKey(port.hostIP, port.protocol, port.hostPort!), 1)
  return wanted.some((port) => conflicts(port, used))
}
