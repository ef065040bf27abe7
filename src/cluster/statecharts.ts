import type { AnyStateMachine } from 'xstate'
import { corednsMachine } from '../addons/coredns/machine.ts'
import { leaderElectionMachine } from '../client/leader-election-machine.ts'
import { controllerMachine } from '../client/work-loop.ts'
import { attachmentMachine } from '../cloud/attachment-machine.ts'
import { backendMachine } from '../cloud/backend-machine.ts'
import { diskMachine } from '../cloud/disk-machine.ts'
import { instanceMachine } from '../cloud/instance-machine.ts'
import { loadBalancerMachine } from '../cloud/load-balancer-machine.ts'
import { snapshotMachine } from '../cloud/snapshot-machine.ts'
import { apiServerMachine } from '../control-plane/apiserver/machine.ts'
import { nodeHealthMachine } from '../control-plane/controller-manager/node-lifecycle/machine.ts'
import { podEvictionMachine } from '../control-plane/controller-manager/taint-eviction/machine.ts'
import { memberMachine } from '../control-plane/etcd/machine.ts'
import { queuedPodMachine } from '../control-plane/scheduler/queued-pod.ts'
import { containerMachine as runtimeContainerMachine } from '../node/container-runtime/container/machine.ts'
import { powerMachine } from '../node/host/machine.ts'
import { unitMachine } from '../node/host/systemd/machine.ts'
import { kubeProxyMachine } from '../node/kube-proxy/machine.ts'
import { containerMachine } from '../node/kubelet/container/machine.ts'
import { pressureMachine } from '../node/kubelet/eviction/machine.ts'
import { imagePullMachine } from '../node/kubelet/images/machine.ts'
import { kubeletMachine } from '../node/kubelet/machine.ts'
import { podWorkerMachine } from '../node/kubelet/pod-worker/machine.ts'
import { probeMachine } from '../node/kubelet/probe/machine.ts'
import { nodeShutdownMachine } from '../node/kubelet/shutdown/machine.ts'

export interface Statechart {
  /** Who lives by it: `kubelet`, `etcd`. */
  readonly component: string
  /** What it describes, in a few words. */
  readonly describes: string
  readonly machine: AnyStateMachine
}

/** Every statechart of the cluster. */
export const statecharts: readonly Statechart[] = [
  { component: 'etcd', describes: 'a member and its part in Raft', machine: memberMachine },
  { component: 'kube-apiserver', describes: 'the API server, from its flags to its end', machine: apiServerMachine },
  { component: 'kube-scheduler', describes: 'a pod in the scheduling queue', machine: queuedPodMachine },
  { component: 'kube-controller-manager', describes: 'the loop of every controller', machine: controllerMachine },
  { component: 'kube-controller-manager', describes: 'the health of a node', machine: nodeHealthMachine },
  { component: 'kube-controller-manager', describes: 'a pod on a tainted node', machine: podEvictionMachine },
  {
    component: 'kube-controller-manager, kube-scheduler',
    describes: 'who leads, by Lease',
    machine: leaderElectionMachine,
  },
  { component: 'kubelet', describes: 'the kubelet itself', machine: kubeletMachine },
  { component: 'kubelet', describes: 'the worker of a pod', machine: podWorkerMachine },
  { component: 'kubelet', describes: 'a container, its restarts and back-off', machine: containerMachine },
  { component: 'kubelet', describes: 'the pull of an image', machine: imagePullMachine },
  { component: 'kubelet', describes: 'a probe', machine: probeMachine },
  { component: 'kubelet', describes: 'the end of its pods when the node is shut down', machine: nodeShutdownMachine },
  { component: 'kubelet', describes: 'a pressure the node is under', machine: pressureMachine },
  { component: 'containerd', describes: 'a container in the runtime', machine: runtimeContainerMachine },
  { component: 'host', describes: 'the power of a machine', machine: powerMachine },
  { component: 'systemd', describes: 'a unit', machine: unitMachine },
  { component: 'kube-proxy', describes: 'when rules are written', machine: kubeProxyMachine },
  { component: 'coredns', describes: 'CoreDNS', machine: corednsMachine },
  { component: 'cloud', describes: 'a machine that is rented', machine: instanceMachine },
  { component: 'cloud', describes: 'a disk', machine: diskMachine },
  { component: 'cloud', describes: 'a disk at a machine', machine: attachmentMachine },
  { component: 'cloud', describes: 'a snapshot of a disk', machine: snapshotMachine },
  { component: 'cloud', describes: 'a load balancer', machine: loadBalancerMachine },
  { component: 'cloud', describes: 'a machine behind a load balancer', machine: backendMachine },
]
