import type { Client } from '../client/contract.ts'
import { CONFIG_HASH } from '../node/kubelet/static-pods/manifests.ts'
import type { LiveCharts } from '../sim/live-charts.ts'

/** Where one chart of the cluster stands, as a reader knows its object. */
export interface ChartState {
  /** Who runs it: `kubelet/worker-1/pod`. */
  readonly component: string
  /** What it is about: `default/web-0/app`; empty for a component as a whole. */
  readonly object: string
  /** The chart's name, as `kubedrill machines` lists it. */
  readonly machine: string
  /** `running`, `up.ready`, `a.x & b.y` */
  readonly state: string
}

/**
 * Every chart that runs now and its state, by component.
 *
 * @param client names Pods and containers; without an API server that answers they keep their uids and ids
 */
export function chartStates(charts: LiveCharts, client: Client): readonly ChartState[] {
  const names = podNames(client)
  const states = [...charts.positions()].map(({ component, key, machine, state }) => ({
    component,
    object: key === undefined ? '' : named(key, names),
    machine: machine.id,
    state,
  }))
  return states.sort((a, b) => compare(a.component, b.component) || compare(a.object, b.object))
}

/** `namespace/pod` by uid (of a static pod: by the hash its mirror Pod carries), `namespace/pod/container` by container id. */
function podNames(client: Client): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const { metadata, status } of client.list('Pod')) {
    const pod = `${metadata.namespace}/${metadata.name}`
    names.set(metadata.annotations?.[CONFIG_HASH] ?? metadata.uid!, pod)
    for (const { name, containerID } of [
      ...(status?.initContainerStatuses ?? []),
      ...(status?.containerStatuses ?? []),
    ])
      if (containerID !== undefined) names.set(containerID.replace(/^\w+:\/\//, ''), `${pod}/${name}`)
  }
  return names
}

function named(key: string, names: ReadonlyMap<string, string>): string {
  const [id = '', ...rest] = key.split('/')
  return [names.get(id) ?? id, ...rest].join('/')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
