import type { EtcdCluster } from '../control-plane/etcd/index.ts'
import type { EtcdView } from './contract.ts'

interface Member {
  /** As etcd itself knows it: its host's name. */
  readonly name: string
  readonly host: string
  /** `etcd-1` */
  readonly alias: string
}

/** etcd as somebody at its leader sees it, members under their numbers. */
export function etcdView(etcd: EtcdCluster, members: readonly Member[]): EtcdView {
  const leader = () => members.find(({ name }) => name === etcd.leader())
  const ofLeader = () => {
    const found = leader()
    return found === undefined ? undefined : etcd.client(found.name)
  }
  return {
    get members() {
      return members.map(({ name, alias }) => {
        const { state, term } = etcd.member(name)
        return { name: alias, state, term }
      })
    },
    leader: () => leader()?.alias,
    hostOf: (member) => members.find(({ name, alias }) => alias === member || name === member)?.host,
    revision: () => ofLeader()?.revision,
    keys: (prefix) =>
      ofLeader()
        ?.range(prefix)
        .kvs.map(({ key }) => key) ?? [],
  }
}
