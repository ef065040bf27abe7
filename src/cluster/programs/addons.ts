import { corednsProgram } from '../../addons/coredns/index.ts'
import { localPathProgram } from '../../addons/local-path/index.ts'
import { metricsServerProgram } from '../../addons/metrics-server/index.ts'
import type { Process, Program } from '../../node/contract.ts'
import { kubeProxyProgram } from '../../node/kube-proxy/index.ts'
import type { ControlPlane } from './control-plane.ts'
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

/** A client as the service account of the pod that the program runs in, at the address its environment gives. */
function asPod(plane: ControlPlane) {
  return (process: Process) => {
    const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = process.env
    if (host === undefined || process.pod === undefined)
      return 'unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined'
    const { metadata, spec } = process.pod
    const account = `system:serviceaccount:${metadata.namespace}:${spec.serviceAccountName ?? 'default'}`
    return plane.client(process.host, `${host}:${port}`, componentUser(account))
  }
}

export function localPathOf(plane: ControlPlane): Program {
  return localPathProgram({ connect: asPod(plane) })
}
