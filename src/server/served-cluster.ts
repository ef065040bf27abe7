import { type Cluster, servedKinds } from '../cluster/index.ts'
import type { ServerOptions } from './contract.ts'

/** What a server of this cluster answers from. */
export function servedCluster(cluster: Cluster): Pick<ServerOptions, 'connect' | 'kinds' | 'logs' | 'streams'> {
  return {
    connect: () => cluster.apiServer(),
    kinds: servedKinds,
    logs: (namespace, pod, container, options, sink) => cluster.streamLogs(namespace, pod, container, options, sink),
    streams: cluster.streams,
  }
}
