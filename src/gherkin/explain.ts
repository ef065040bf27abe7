import { isStatus, type KubernetesObject, type Pod } from '../api/types.ts'
import { verdictText } from '../cluster/index.ts'
import { causalChain } from './causes.ts'
import { shortDuration } from './durations.ts'
import type { StateChange } from './failure-record.ts'
import { RECORDED_KINDS, type Revision } from './history.ts'
import { whatIsNext } from './next.ts'
import { stateOf } from './states.ts'
import type { World } from './world.ts'

const EVENTS_SHOWN = 8
const CHANGES_SHOWN = 12
const LINE_SHOWN = 400
const NODES_SHOWN = 10
/** What a Node says of its machine: long, and never why a step failed. */
const INVENTORY: ReadonlySet<string> = new Set(['images', 'nodeInfo', 'features', 'runtimeHandlers', 'daemonEndpoints'])

/** The message of a failed step: what was wrong, the object it is about, the last events, how things came to be so. */
export function explain(world: World, message: string, about?: KubernetesObject): string {
  const parts = [
    message,
    objectPart(about),
    schedulingPart(world, about),
    whatIsNext(world, about, (at) => stamp(world, at)),
    causalChain(world.story.steps, stateChanges(world), about, (at) => stamp(world, at)),
    eventsPart(world),
    timelinePart(world, about),
    world.target.cluster === undefined ? `on ${world.target.name}` : `virtual time: ${stamp(world, world.now())}`,
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function objectPart(object: KubernetesObject | undefined): string {
  if (object === undefined || isStatus(object)) return ''
  const { status = object } = object as { status?: object }
  return [`${object.kind} "${object.metadata.name}" is ${stateOf(object)}`, ...fieldLines(status)].join('\n')
}

/** Of a Pod without a node: which plugin refuses which node. */
function schedulingPart(world: World, about: KubernetesObject | undefined): string {
  if (about?.kind !== 'Pod' || (about as Pod).spec.nodeName) return ''
  const why = world.target.cluster?.why(about.metadata.namespace ?? 'default', about.metadata.name)
  if (why === undefined) return ''
  if (typeof why === 'string') return why
  const { refusedBefore, nodes } = why
  if (refusedBefore !== undefined)
    return `no node is looked at: ${refusedBefore.plugin}: ${refusedBefore.reasons.join(', ')}`
  const lines = nodes
    .slice(0, NODES_SHOWN)
    .map((verdict) => `  ${verdict.node}  ${verdict.refusedBy === undefined ? 'fits now' : verdictText(verdict)}`)
  return lines.length === 0 ? 'there are no nodes' : `what the scheduler says of the nodes now:\n${lines.join('\n')}`
}

/** A line a field, and one for each item of a list: a condition or a container's status can be read at a glance. */
function fieldLines(status: object): string[] {
  return Object.entries(status)
    .filter(([name]) => !INVENTORY.has(name))
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((item) => `  ${name}: ${JSON.stringify(item)}`),
    )
    .map((line) => (line.length > LINE_SHOWN ? `${line.slice(0, LINE_SHOWN)}…` : line))
}

function eventsPart(world: World): string {
  const events = [...world.client.list('Event')]
    .filter(({ involvedObject: { namespace } }) => namespace !== 'kube-system' && world.target.owns(namespace))
    .sort((a, b) => (a.lastTimestamp ?? a.eventTime ?? '').localeCompare(b.lastTimestamp ?? b.eventTime ?? ''))
    .slice(-EVENTS_SHOWN)
  if (events.length === 0) return ''
  const lines = events.map(({ type, reason, involvedObject, message, lastTimestamp, eventTime }) => {
    return `  ${lastTimestamp ?? eventTime ?? ''}  ${type}  ${reason}  ${involvedObject.kind}/${involvedObject.name}  ${message}`
  })
  return `last events:\n${lines.join('\n')}`
}

/** How everything recorded outside kube-system went from state to state, oldest first. */
export function stateChanges(world: World): readonly StateChange[] {
  return RECORDED_KINDS.flatMap((kind) =>
    [...world.history.lives(kind)].flatMap((life) => changesOf(world, life)),
  ).sort((a, b) => a.at - b.at)
}

function changesOf(world: World, life: readonly Revision[]): StateChange[] {
  const changes: StateChange[] = []
  let from: string | undefined
  for (const { at, object, deleted } of life) {
    const { namespace, name } = object.metadata
    const to = deleted ? 'gone' : stateOf(object)
    if (namespace === 'kube-system' || to === from || !world.target.owns(namespace)) continue
    changes.push({ at, kind: object.kind, ...(namespace && { namespace }), name, ...(from && { from }), to })
    from = to
  }
  return changes
}

/** How the object, or every Pod outside kube-system, went from state to state. */
function timelinePart(world: World, about: KubernetesObject | undefined): string {
  const lives = about
    ? [world.history.of(about.kind, about.metadata.name, about.metadata.namespace)]
    : [...world.history.lives('Pod'), ...world.history.lives('Node')]
  const changes = lives.flatMap((life) => changesOf(world, life))
  const shown = changes.sort((a, b) => a.at - b.at).slice(-CHANGES_SHOWN)
  if (shown.length === 0) return ''
  return `timeline:\n${shown.map((change) => `  ${stamp(world, change.at)}  ${changeText(change)}`).join('\n')}`
}

function changeText({ kind, name, from, to }: StateChange): string {
  return `${kind}/${name}  ${from === undefined ? '' : `${from} -> `}${to}`
}

/** `+4m10s` since the simulated cluster was booted; a real one's moments are those of the wall clock. */
function stamp(world: World, at: number): string {
  const { cluster } = world.target
  return cluster === undefined ? new Date(at).toISOString() : `+${shortDuration(at - cluster.bootedAt)}`
}
