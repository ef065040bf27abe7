import { corednsProgram } from '../../addons/coredns/index.ts'
import type { Process, Program } from '../../node/contract.ts'
import { kubeProxyProgram } from '../../node/kube-proxy/index.ts'
import type { ControlPlane } from './control-plane.ts'
import { componentUser } from './kube-controller-manager.ts'

/** How a pod finds the API server: any of them, as the `kubernetes` Service does. */
const inCluster = (plane: ControlPlane, process: Process, account: string) =>
  plane.client(process.host, plane.inCluster, componentUser(`system:serviceaccount:kube-system:${account}`))

export function kubeProxyOf(plane: ControlPlane): Program {
  return kubeProxyProgram({ network: plane.network, client: (process) => inCluster(plane, process, 'kube-proxy') })
}

export function coreDNSOf(plane: ControlPlane): Program {
  return corednsProgram({ network: plane.network, client: (process) => inCluster(plane, process, 'coredns') })
}
