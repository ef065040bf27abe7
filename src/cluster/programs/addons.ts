import { corednsProgram } from '../../addons/coredns/index.ts'
import { localPathProgram } from '../../addons/local-path/index.ts'
import { metricsServerProgram } from '../../addons/metrics-server/index.ts'
import { prometheusAdapterProgram } from '../../addons/prometheus-adapter/index.ts'
import type { Process, Program } from '../../node/contract.ts'
import { kubeProxyProgram } from '../../node/kube-proxy/index.ts'
import type { ControlPlane } from './control-plane.ts'
import { inCluster } from './in-cluster.ts'
import { componentUser } from './kube-controller-manager.ts'

/** A client as a service account of kube-system, at the address the program was given. */
const connect = (plane: ControlPlane, account: string) => (process: Process, server: string) =>
  plane.client(
    process.host,
    server.replace(/^https?:\/\//, ''),
    componentUser(`system:serviceaccount:kube-system:${account}`),
  )

export function kubeProxyOf(plane: ControlPlane): Program {
  return kubeProxyProgram({
    network: plane.network,
    connect: connect(plane, 'kube-proxy'),
    halted: plane.haltedProxies,
  })
}

export function coreDNSOf(plane: ControlPlane): Program {
  return corednsProgram({ network: plane.network, connect: connect(plane, 'coredns') })
}

export function metricsServerOf(plane: ControlPlane): Program {
  return metricsServerProgram({ network: plane.network, connect: connect(plane, 'metrics-server') })
}

export function localPathOf(plane: ControlPlane): Program {
  return localPathProgram({ connect: inCluster(plane).connect })
}

export function prometheusAdapterOf(plane: ControlPlane): Program {
  return prometheusAdapterProgram({ connect: inCluster(plane).connect })
}
