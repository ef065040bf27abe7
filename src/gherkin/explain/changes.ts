import { isPodReady } from '../../api/conditions.ts'
import { summarizePod } from '../../api/pod-status.ts'
import type { KubernetesObject, Pod } from '../../api/types.ts'
import type { StateChange } from '../failure-record.ts'
import { RECORDED_KINDS, type Revision } from '../history.ts'
import { stateOf } from '../states.ts'
import type { World } from '../world.ts'
import type { Family } from './family.ts'

/** How everything recorded outside kube-system went from state to state, oldest first. */
export function stateChanges(world: World): readonly StateChange[] {
  const kinds = new Set<string>([...RECORDED_KINDS, ...world.history.kinds()].filter((kind) => !SILENT.has(kind)))
  return [...kinds]
    .flatMap((kind) => [...world.history.lives(kind)].flatMap((life) => changesOf(world, life)))
    .sort((a, b) => a.order - b.order)
}

/** Of what is told elsewhere, or is written with every beat of something else. */
const SILENT: ReadonlySet<string> = new Set(['Event', 'EndpointSlice', 'ControllerRevision', 'CSINode'])

function changesOf(world: World, life: readonly Revision[]): StateChange[] {
  const changes: StateChange[] = []
  let from: string | undefined
  for (const { at, order, object, deleted } of life) {
    const { namespace, name } = object.metadata
    const to = deleted ? 'gone' : shownState(object)
    if (name === 'kube-root-ca.crt' || namespace === 'kube-system' || to === from || !world.target.owns(namespace))
      continue
    changes.push({ at, order, kind: object.kind, ...(namespace && { namespace }), name, ...(from && { from }), to })
    from = to
  }
  return changes
}

/** As kubectl shows it: of a Pod, how many of its containers are ready too. */
export function shownState(object: KubernetesObject): string {
  if (object.kind !== 'Pod') return stateOf(object)
  const { readyContainers, totalContainers, status } = summarizePod(object as Pod)
  // The node fell silent, or a readiness gate is not open.
  const but = status === 'Running' && readyContainers === totalContainers && !isPodReady(object as Pod)
  return `${readyContainers}/${totalContainers} ${status}${but ? ' but not Ready' : ''}`
}

/** The changes that a failure is explained with: those of the family, or where there is none, of everything; nothing of the boot. */
export function changesOfFamily(world: World, family: Family): readonly StateChange[] {
  return stateChanges(world).filter(
    (change) => change.order > world.bootOrder && (family.isEmpty ? TOLD.has(change.kind) : family.has(change)),
  )
}

/** Where nothing is known of what a failure is about: what most failures are about. */
const TOLD: ReadonlySet<string> = new Set(['Pod', 'Node', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job'])

/** A change, and how often an object went the same way. */
export interface Folded {
  readonly change: StateChange
  readonly times: number
  readonly last: StateChange
}

/** Pods that crash or wait for an image go round and round: each way is told of once. */
export function folded(changes: readonly StateChange[]): readonly Folded[] {
  const ways = new Map<string, Folded>()
  for (const change of changes) {
    const key = `${pathOf(change)} ${change.from} ${change.to}`
    const before = ways.get(key)
    ways.set(key, { change: before?.change ?? change, times: (before?.times ?? 0) + 1, last: change })
  }
  return [...ways.values()]
}

export const pathOf = ({ kind, namespace, name }: StateChange) => `${kind} ${namespace}/${name}`

/** `Pod web-0  0/1 Pending -> 1/1 Running` */
export function changeText({ change, times, last }: Folded, stamp: (at: number) => string): string {
  const { kind, name, from } = change
  const again = times === 1 ? '' : ` (${times} times, last at ${stamp(last.at)})`
  return `${kind} ${name}  ${from === undefined ? '' : `${from} -> `}${arrival(change)}${again}`
}

/** Where a change led: what has no states of its own is `present`, and so just made. */
export const arrival = ({ from, to }: StateChange) =>
  from !== undefined ? to : to === 'present' ? 'created' : `created, ${to}`
