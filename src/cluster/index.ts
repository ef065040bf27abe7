import type { Cluster, ClusterOptions } from './contract.ts'
import { SimulatedCluster } from './simulated-cluster.ts'

export { kinds as servedKinds } from '../control-plane/apiserver/registry/index.ts'
export { type NodeVerdict, type PodExplanation, verdictText } from '../control-plane/scheduler/index.ts'
export type { NetworkAnswer } from '../network/contract.ts'
export { CLIENT_CERTIFICATE_HEADER } from '../node/kubelet/server/index.ts'
export { addressIn } from './addresses.ts'
export { type ChartState, chartStates } from './chart-states.ts'
export type {
  Cluster,
  ClusterOptions,
  DeclaredImage,
  ExtraArgs,
  Faults,
  HostShell,
  HostView,
  RequestOutcome,
  Topology,
  TopologyNode,
} from './contract.ts'
export { ImageFileError, parseImageFile } from './image-file.ts'
export type { Input } from './inputs.ts'
export { fieldsOfShape, type Shape, shapeOfKind, structureProblems, unknownFields } from './manifest-structure.ts'
export type { Dial, StreamRequest, Streams, Unreached, UserSession } from './streams.ts'
export { DEFAULT_TOPOLOGY, parseTopology, SERVICE_CIDR, TopologyError, topologyOf } from './topology.ts'

/**
 * Builds a cluster and boots it: when this returns, every node is Ready, CoreDNS runs and the default ServiceAccount is
 * there. Nothing runs by itself afterwards: `cluster.clock` is advanced by whoever holds it.
 *
 * @throws when the cluster cannot boot with this topology
 */
export function createCluster(options: ClusterOptions = {}): Cluster {
  return new SimulatedCluster(options)
}
