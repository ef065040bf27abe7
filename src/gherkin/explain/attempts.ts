import type { Pod } from '../../api/types.ts'
import type { Cluster } from '../../cluster/contract.ts'

/** When the kubelet goes on with a Pod by itself. Virtual ms. */
export interface Attempts {
  /** It looks at the Pod again; undefined: once something of it changes. */
  readonly sync: number | undefined
  /** By container: until then it is not started again. */
  readonly restart: ReadonlyMap<string, number>
  /** By image: until then it is not pulled again. */
  readonly pull: ReadonlyMap<string, number>
  /** By container and kind of probe, `web readiness`: when it is asked the next time. */
  readonly probe: ReadonlyMap<string, number>
}

const NONE: Attempts = { sync: undefined, restart: new Map(), pull: new Map(), probe: new Map() }

/** Read off the kubelet's statecharts; a real cluster does not show them. */
export function attemptsOf(cluster: Cluster | undefined, { metadata, spec, status }: Pod): Attempts {
  if (cluster === undefined || !spec.nodeName) return NONE
  const { uid = '' } = metadata
  const containers = new Map<string, string>()
  for (const { name, containerID = '' } of [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
  ])
    containers.set(containerID.replace(/^\w+:\/\//, ''), name)
  let sync: number | undefined
  const restart = new Map<string, number>()
  const pull = new Map<string, number>()
  const probe = new Map<string, number>()
  for (const { component, key = '', machine, state, due, context } of cluster.charts.positions()) {
    if (!component.startsWith(`kubelet/${spec.nodeName}/`)) continue
    if (machine.id === 'pod-worker' && key === uid) sync = due
    if (machine.id === 'container' && key.startsWith(`${uid}/`) && state === 'crashLoopBackOff') {
      const { finishedAt, backOffMs } = context as { readonly finishedAt: number; readonly backOffMs: number }
      restart.set(key.slice(uid.length + 1), finishedAt + backOffMs)
    }
    if (machine.id === 'image-pull' && key.startsWith(`${uid}_`) && state !== 'pulling') {
      const { failedAt, backOffMs } = context as { readonly failedAt: number; readonly backOffMs: number }
      pull.set(key.slice(uid.length + 1), failedAt + backOffMs)
    }
    const [id = '', kind] = key.split('/')
    if (machine.id === 'probe' && containers.has(id) && due !== undefined)
      probe.set(`${containers.get(id)} ${kind}`, due)
  }
  return { sync, restart, pull, probe }
}
