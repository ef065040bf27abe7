import { parse } from 'yaml'
import type { Deployment, KubernetesObject, Node } from '../../api/types.ts'
import { shortDuration } from '../durations.ts'
import { otherObjects } from '../explain/nearest.ts'
import type { Count, ObjectRef } from '../parameter-types.ts'
import { counts } from '../parameter-types.ts'
import { find, namespaceOf } from '../pods.ts'
import { isIn, stateOf } from '../states.ts'
import { looking, SpecError, type StepDefinition, step } from '../step.ts'
import { differenceLine, differences, fieldAt, nearestPath } from '../subset.ts'
import type { World } from '../world.ts'

const text = (ref: ObjectRef) => `${ref.kind} "${ref.name}"`

/** What an object is, was and stays. */
export const objectSteps: readonly StepDefinition[] = looking([
  step(
    '{object} exists{within}',
    { says: 'It is there.', example: 'Then ConfigMap "settings" exists' },
    (world: World, ref: ObjectRef, within?: number) => world.eventually(missing(world, ref), within),
  ),
  step(
    '{object} appears{within}',
    { says: 'The same, where somebody has to make it first.', example: 'Then Job "backup-1" appears within 1 minute' },
    (world: World, ref: ObjectRef, within?: number) => world.eventually(missing(world, ref), within),
  ),
  step(
    '{object} is gone{within}',
    { says: 'It is not there.', example: 'Then Pod "web-0" is gone within 40 seconds' },
    (world: World, ref: ObjectRef, within?: number) =>
      world.eventually(() => (find(world, ref) ? `${text(ref)} is still there` : undefined), within),
  ),
  step(
    '{object} does not exist{within}',
    { says: 'The same, of what may never have been there.', example: 'Then Deployment "web" does not exist' },
    (world: World, ref: ObjectRef, within?: number) =>
      world.eventually(() => (find(world, ref) ? `${text(ref)} exists` : undefined), within),
  ),
  step(
    'field {string} of {object} is {string}{within}',
    {
      says: "One field's value, as text; empty for none. Items of lists go by name, type, key or index: `spec.containers[web].image`.",
      example: 'Then field "status.readyReplicas" of Deployment "web" is "3" within 1 minute',
    },
    (world: World, path: string, ref: ObjectRef, value: string, within?: number) =>
      world.eventually(notValued(world, path, ref, value), within),
  ),
  step(
    '{object} matches{within}:',
    {
      says: 'A part of the object as YAML: maps may hold more; lists of name, type, key, ip or port match by it in any order, other lists item by item; null asks that the field is not set.',
      example: `Then Deployment "web" matches within 1 minute:
  """yaml
  spec: {template: {spec: {containers: [{name: web, image: "nginx:1.28"}]}}}
  status: {conditions: [{type: Available, status: "True"}]}
  """`,
    },
    (world: World, ref: ObjectRef, within: number | undefined, yaml: string) =>
      world.eventually(() => mismatch(world, ref, parse(yaml)), within),
  ),
  step(
    '{object} never matches for {duration}:',
    {
      says: 'For so long from now on, at no instant.',
      example: `Then Deployment "web" never matches for 5 minutes:
  """yaml
  status: {availableReplicas: 0}
  """`,
    },
    (world: World, ref: ObjectRef, ms: number, yaml: string) =>
      world.always(() => (mismatch(world, ref, parse(yaml)) === undefined ? `${text(ref)} matches` : undefined), ms),
  ),
  step(
    '{object} is {state}{within}',
    {
      says: 'The word that kubectl prints (Running, CrashLoopBackOff, Bound, NotReady), Complete for a finished rollout, or the type of a condition that is True; Not before a condition that is not.',
      example: 'Then Deployment "web" is Available within 1 minute',
    },
    (world: World, ref: ObjectRef, state: string, within?: number) =>
      world.eventually(notIn(world, ref, state), within),
  ),
  step(
    '{object} stays {state} for {duration}',
    {
      says: 'It is so now and at every instant for so long.',
      example: 'Then Node "worker-2" stays Ready for 5 minutes',
    },
    (world: World, ref: ObjectRef, state: string, ms: number) => world.always(notIn(world, ref, state), ms),
  ),
  step(
    '{object} becomes {state} after {duration}',
    {
      says: "Not before so long from now, and soon after it (for nodes: with a heartbeat's tolerance).",
      example: 'Then Node "worker-1" becomes NotReady after the node monitor grace period',
    },
    becomesAfter,
  ),
  step(
    '{object} went through these states in order:',
    {
      says: 'It had these states one after the other since it is there; others may have been between.',
      example: `Then Pod "web-0" went through these states in order:
  | Pending |
  | Running |
  | Ready   |`,
    },
    (world: World, ref: ObjectRef, table: { raw(): string[][] }) => {
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
    },
  ),
  step(
    '{object} has condition {word} {truth}{within}',
    { says: 'One of its conditions.', example: 'Then Node "worker-1" has condition Ready Unknown within 1 minute' },
    (world: World, ref: ObjectRef, type: string, status: string, within?: number) =>
      world.eventually(conditionProblem(world, ref, type, status), within),
  ),
  step(
    '{object} has condition {word} {truth} because of {word}{within}',
    {
      says: 'With its reason.',
      example: 'Then Node "worker-1" has condition Ready Unknown because of NodeStatusUnknown',
    },
    (world: World, ref: ObjectRef, type: string, status: string, reason: string, within?: number) =>
      world.eventually(conditionProblem(world, ref, type, status, reason), within),
  ),
  step(
    '{object} finishes its rollout{within}',
    {
      says: 'As `kubectl rollout status`; without `within` it waits for ten minutes.',
      example: 'Then Deployment "web" finishes its rollout within 5 minutes',
    },
    (world: World, ref: ObjectRef, within?: number) =>
      world.eventually(notIn(world, ref, 'Complete'), within ?? 600_000),
  ),
  step(
    '{object} has {count} revision(s)',
    { says: 'How many ReplicaSets a Deployment has.', example: 'Then Deployment "web" has 2 revisions' },
    (world: World, ref: ObjectRef, count: Count) => {
      const object = find(world, ref)
      if (object?.kind !== 'Deployment') throw new SpecError(`${text(ref)}: only a Deployment has revisions here`)
      const revisions = world.client.list('ReplicaSet', { ownerUid: (object as Deployment).metadata.uid }).length
      if (!counts(count, revisions, revisions))
        world.fail(`${text(ref)} has ${revisions} revision(s), not ${count.text}`, object)
    },
  ),
  step(
    '{object} has taint {string}{within}',
    {
      says: 'Written as key:Effect or key=value:Effect.',
      example: 'Then Node "worker-1" has taint "node.kubernetes.io/unreachable:NoExecute" within 10 seconds',
    },
    (world: World, ref: ObjectRef, wanted: string, within?: number) =>
      world.eventually(() => {
        const taints = ((find(world, ref) as Node | undefined)?.spec.taints ?? []).map(
          ({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`,
        )
        return taints.includes(wanted)
          ? undefined
          : `${text(ref)} has no taint ${wanted}, only: ${taints.join(', ') || 'none'}`
      }, within),
  ),
])

function missing(world: World, ref: ObjectRef): () => string | undefined {
  return () => (find(world, ref) ? undefined : `${text(ref)} does not exist${otherObjects(world, ref)}`)
}

export function notValued(world: World, path: string, ref: ObjectRef, value: string): () => string | undefined {
  return () => {
    const object = find(world, ref)
    if (object === undefined) return missing(world, ref)()
    const actual = fieldAt(object, path)
    if (String(actual ?? '') === value) return undefined
    const meant = actual === undefined ? nearestPath(object, path) : undefined
    const found = actual === undefined ? 'not set' : JSON.stringify(actual)
    return `field ${path} of ${text(ref)} is ${found}, not "${value}"${meant === undefined ? '' : `; did you mean ${meant}?`}`
  }
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
  return found.length === 0
    ? undefined
    : `${text(ref)} does not match (- expected, + found):\n${found.map(differenceLine).join('\n')}`
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
  await world.eventually(problem, ms - early + LATE_MS + 1)
}
