/** etcd: the members and their elections in cluster.ts and machine.ts, what they agree on in store.ts. */
export { createEtcdCluster, type EtcdCluster } from './cluster.ts'
