/** kubedrill as a library: a cluster in this process, driven by whoever holds its clock. */
export type { Client } from './client/contract.ts'
export type { Extension } from './cluster/extension.ts'
export {
  type Cluster,
  type ClusterOptions,
  createCluster,
  DEFAULT_TOPOLOGY,
  type DeclaredImage,
  type Faults,
  type HostView,
  type Input,
  parseTopology,
  type RequestOutcome,
  type Topology,
  TopologyError,
  type TopologyNode,
  topologyOf,
} from './cluster/index.ts'
export { type Grade, grade } from './exercises/grade.ts'
export { loadPack, loadPacks, type Pack, PackError } from './exercises/pack.ts'
export { type Server, type ServerOptions, startServer } from './server/index.ts'
export { Pace } from './server/pace.ts'
