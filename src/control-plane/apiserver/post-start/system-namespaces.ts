import type { Server } from '../contract.ts'
import { ensure } from './loopback.ts'

const SYSTEM_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease', 'default']

/** Source: pkg/controlplane/controller/systemnamespaces/system_namespaces_controller.go */
export function systemNamespaces(server: Server): void {
  for (const name of SYSTEM_NAMESPACES) ensure(server, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
}
