import { parse } from 'yaml'
import type { Deployment, KubernetesObject, Node } from '../../api/types.ts'
import { shortDuration } from '../durations.ts'
import { servedKind } from '../kinds.ts'
import type { Count, ObjectRef } from '../parameter-types.ts'
import { counts } from '../parameter-types.ts'
import { find, namespaceOf } from '../pods.ts'
import { isIn, stateOf } from '../states.ts'
import { SpecError, type StepDefinition, step } from '../step.ts'
import { differenceLine, differences, fieldAt } from '../subset.ts'
import type { World } from '../world.ts'

const text = (ref: ObjectRef) => `${ref.kind} "${ref.name}"`

/** What an object is, was and stays. */
export const objectSteps: readonly StepDefinition[] = [
  step('{object} exists{within}', (world: World, ref: ObjectRef, within?: number) =>
    world.eventually(missing(world, ref), within),
  ),
  step('{object} appears{within}', (world: World, ref: ObjectRef, within?: number) =>
    world.eventually(missing(world, ref), within),
  ),
  step('{object} is gone{within}', (world: World, ref: ObjectRef, within?: number) =>
    world.eventually(() => (find(world, ref) ? `${text(ref)} is still there` : undefined), within),
  ),
  step(
    'field {string} of {object} is {string}{within}',
    (world: World, path: string, ref: ObjectRef, value: string, within?: number) =>
      world.eventually(notValued(world, path, ref, value), within),
  ),
  step('{object} matches{within}:', (world: World, ref: ObjectRef, within: number | undefined, yaml: string) =>
    world.eventually(() => mismatch(world, ref, parse(yaml)), within),
  ),
  step('{object} never matches for {duration}:', (world: World, ref: ObjectRef, ms: number, yaml: string) =>
    world.always(() => (mismatch(world, ref, parse(yaml)) === undefined ? `${text(ref)} matches` : undefined), ms),
  ),
  step('{object} is {state}{within}', (world: World, ref: ObjectRef, state: string, within?: number) =>
    world.eventually(notIn(world, ref, state), within, find(world, ref)),
  ),
  step('{object} stays {state} for {duration}', (world: World, ref: ObjectRef, state: string, ms: number) =>
    world.always(notIn(world, ref, state), ms),
  ),
  step('{object} becomes {state} after {duration}', becomesAfter),
  step('{object} went through these states in order:', (world: World, ref: ObjectRef, table: { raw(): string[][] }) => {
    const wanted = table.raw().map(([state]) => state!)
    const seen = world.history.of(ref.kind, ref.name, namespaceOf(world, ref)).filter((revision) => !revision.deleted)
    let next = 0
    for (const { object } of seen) while (next < wanted.length && isIn(object, wanted[next]!)) next++
    if (next === wanted.length) return
    const states = [...new Set(seen.map(({ object }) => stateOf(object)))].join(', ')
    world.fail(
      `${text(ref)} was never ${wanted[next]}${next > 0 ? ` after ${wanted[next - 1]}` : ''}; it was ${states || 'never there'}`,
      seen.at(-1)?.object,
    )
  }),
  step(
    '{object} has condition {word} {truth}{within}',
    (world: World, ref: ObjectRef, type: string, status: string, within?: number) =>
      world.eventually(conditionProblem(world, ref, type, status), within),
  ),
  step(
    '{object} has condition {word} {truth} because of {word}{within}',
    (world: World, ref: ObjectRef, type: string, status: string, reason: string, within?: number) =>
      world.eventually(conditionProblem(world, ref, type, status, reason), within),
  ),
  step('{object} finishes its rollout{within}', (world: World, ref: ObjectRef, within?: number) =>
    world.eventually(notIn(world, ref, 'Complete'), within ?? 600_000, find(world, ref)),
  ),
  step('{object} has {count} revision(s)', (world: World, ref: ObjectRef, count: Count) => {
    const object = find(world, ref)
    if (object?.kind !== 'Deployment') throw new SpecError(`${text(ref)}: only a Deployment has revisions here`)
    const revisions = world.client.list('ReplicaSet', { ownerUid: (object as Deployment).metadata.uid }).length
    if (!counts(count, revisions, revisions))
      world.fail(`${text(ref)} has ${revisions} revision(s), not ${count.text}`, object)
  }),
  step('{object} has taint {string}{within}', (world: World, ref: ObjectRef, wanted: string, within?: number) =>
    world.eventually(() => {
      const taints = ((find(world, ref) as Node | undefined)?.spec.taints ?? []).map(
        ({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`,
      )
      return taints.includes(wanted)
        ? undefined
        : `${text(ref)} has no taint ${wanted}, only: ${taints.join(', ') || 'none'}`
    }, within),
  ),
]

function missing(world: World, ref: ObjectRef): () => string | undefined {
  return () => (find(world, ref) ? undefined : `${text(ref)} does not exist${alike(world, ref)}`)
}

export function notValued(world: World, path: string, ref: ObjectRef, value: string): () => string | undefined {
  return () => {
    const object = find(world, ref)
    if (object === undefined) return `${text(ref)} does not exist`
    const actual = fieldAt(object, path)
    return String(actual ?? '') === value
      ? undefined
      : `field ${path} of ${text(ref)} is ${JSON.stringify(actual)}, not "${value}"`
  }
}

/** Other objects of the kind, for whoever mistyped a name or forgot a namespace. */
function alike(world: World, ref: ObjectRef): string {
  const names = world.client
    .list(servedKind(world, ref.kind).known)
    .map(({ metadata }) => [metadata.namespace, metadata.name].filter(Boolean).join('/'))
  return names.length > 0 ? `; there are: ${names.slice(0, 10).join(', ')}` : `; there is no ${ref.kind} at all`
}

export function notIn(world: World, ref: ObjectRef, state: string): () => string | undefined {
  return () => {
    const object = find(world, ref)
    if (object === undefined) return missing(world, ref)()
    return isIn(object, state) ? undefined : `${text(ref)} is ${stateOf(object)}, not ${state}`
  }
}

export function mismatch(world: World, ref: ObjectRef, expected: unknown): string | undefined {
  const object = find(world, ref)
  if (object === undefined) return missing(world, ref)()
  const found = differences(expected, object)
  return found.length === 0 ? undefined : `${text(ref)} does not match:\n${found.map(differenceLine).join('\n')}`
}

interface Conditions {
  readonly status?: {
    readonly conditions?: readonly { type: string; status: string; reason?: string; message?: string }[]
  }
}

function conditionProblem(
  world: World,
  ref: ObjectRef,
  type: string,
  status: string,
  reason?: string,
): () => string | undefined {
  return () => {
    const object = find(world, ref) as (KubernetesObject & Conditions) | undefined
    if (object === undefined) return missing(world, ref)()
    const condition = object.status?.conditions?.find((candidate) => candidate.type === type)
    if (condition === undefined) return `${text(ref)} has no condition ${type}`
    if (condition.status === status && (reason === undefined || condition.reason === reason)) return undefined
    return `condition ${type} of ${text(ref)} is ${condition.status} because of ${condition.reason}: ${condition.message ?? ''}`
  }
}

/** A node is judged by what the controller saw last: up to one heartbeat earlier, up to one monitor period later. */
const EARLY_MS = 10_000
const LATE_MS = 5000

/**
 * `Node "worker-1" becomes NotReady after the node monitor grace period`: not before the duration is over, counted from
 * this step, and soon after it; a heartbeat interval early and a monitor period late are within what upstream promises.
 */
async function becomesAfter(world: World, ref: ObjectRef, state: string, ms: number): Promise<void> {
  const problem = notIn(world, ref, state)
  const early = Math.max(0, ms - (ref.kind === 'Node' ? EARLY_MS : 0))
  const before = () =>
    problem() === undefined ? `${text(ref)} is ${state} before ${shortDuration(ms)} are over` : undefined
  if (early > 1) await world.always(before, early - 1)
  await world.eventually(problem, ms - early + LATE_MS + 1, find(world, ref))
}
