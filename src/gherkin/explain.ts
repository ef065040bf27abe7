import { isStatus, type KubernetesObject, type Pod } from '../api/types.ts'
import { verdictText } from '../cluster/index.ts'
import { shortDuration } from './durations.ts'
import { stateOf } from './states.ts'
import type { World } from './world.ts'

const EVENTS_SHOWN = 8
const CHANGES_SHOWN = 12
const LINE_SHOWN = 400
const NODES_SHOWN = 10

/** The message of a failed step: what was wrong, the object it is about, the last events, how things came to be so. */
export function explain(world: World, message: string, about?: KubernetesObject): string {
  const parts = [
    message,
    objectPart(about),
    schedulingPart(world, about),
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

/** How the object, or every Pod outside kube-system, went from state to state. */
function timelinePart(world: World, about: KubernetesObject | undefined): string {
  const lives = about
    ? [world.history.of(about.kind, about.metadata.name, about.metadata.namespace)]
    : [...world.history.lives('Pod'), ...world.history.lives('Node')]
  const changes: { at: number; text: string }[] = []
  for (const life of lives) {
    let before = ''
    for (const { at, object, deleted } of life) {
      const state = deleted ? 'gone' : stateOf(object)
      const { namespace } = object.metadata
      if (namespace === 'kube-system' || state === before || !world.target.owns(namespace)) continue
      changes.push({ at, text: `${object.kind}/${object.metadata.name}  ${before ? `${before} -> ` : ''}${state}` })
      before = state
    }
  }
  const shown = changes.sort((a, b) => a.at - b.at).slice(-CHANGES_SHOWN)
  if (shown.length === 0) return ''
  return `timeline:\n${shown.map(({ at, text }) => `  ${stamp(world, at)}  ${text}`).join('\n')}`
}

/** `+4m10s` since the simulated cluster was booted; a real one's moments are those of the wall clock. */
function stamp(world: World, at: number): string {
  const { cluster } = world.target
  return cluster === undefined ? new Date(at).toISOString() : `+${shortDuration(at - cluster.bootedAt)}`
}
