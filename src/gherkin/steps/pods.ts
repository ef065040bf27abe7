import { isPodReady } from '../../api/conditions.ts'
import type { Kind, KubernetesObject, Pod } from '../../api/types.ts'
import { shortDuration } from '../durations.ts'
import { type Count, counts, type ObjectRef, type PodsRef, parseCount } from '../parameter-types.ts'
import { descendants, find, namespaceOf, onePodOf, podsAfter, podsAsOf, podsOf, wasEver } from '../pods.ts'
import { isIn, stateOf } from '../states.ts'
import { looking, needing, type StepDefinition, step } from '../step.ts'
import type { World } from '../world.ts'

/** What several Pods are, stay and were. */
export const podSteps: readonly StepDefinition[] = looking([
  step(
    '{pods} {be} {state}{within}',
    {
      says: 'So many of these Pods are in this state. Without a node, namespace or selector the Pods of an owner are those below it, through ReplicaSets and Jobs.',
      example: 'Then exactly 3 Pods of Deployment "web" are Ready within 30 seconds',
    },
    (world: World, ref: PodsRef, _be: string, state: string, within?: number) =>
      world.eventually(podsNotIn(world, ref, state), within),
  ),
  step(
    '{pods} stay(s) {state} for {duration}',
    {
      says: 'So many are, at every instant for so long.',
      example: 'Then the Pods of Deployment "web" stay Running for 4 minutes',
    },
    (world: World, ref: PodsRef, state: string, ms: number) => world.always(podsNotIn(world, ref, state), ms),
  ),
  step(
    '{pods} was/were {state} at all times since {string}',
    {
      says: 'So many were at every instant since then, from the recorded history.',
      example: 'Then at least 3 Pods of Deployment "web" were Ready at all times since "the update"',
    },
    (world: World, ref: PodsRef, state: string, moment: string) =>
      atAllTimes(world, ref, moment, state, (pod) => isIn(pod, state)),
  ),
  step(
    '{pods} existed at all times since {string}',
    {
      says: 'So many were there and not being deleted.',
      example: 'Then at most 5 Pods of Deployment "web" existed at all times since "the update"',
    },
    (world: World, ref: PodsRef, moment: string) =>
      // maxSurge does not count Pods that are Terminating, so neither does "existed".
      atAllTimes(world, ref, moment, 'there', (pod) => pod.metadata.deletionTimestamp === undefined),
  ),
  step(
    '{pods} run(s) on {count} different {domain}',
    {
      says: 'How they are spread over nodes or zones.',
      example: 'Then the Pods of Deployment "web" run on 2 different nodes',
    },
    (world: World, ref: PodsRef, count: Count, domain: string) =>
      world.eventually(() => {
        const nodes = new Set(
          podsOf(world, ref)
            .map((pod) => place(world, pod, domain))
            .filter(Boolean),
        )
        return counts(count, nodes.size, nodes.size)
          ? undefined
          : `${ref.text} run on ${nodes.size} different ${domain}: ${[...nodes].join(', ')}`
      }, undefined),
  ),
  ...needing('hosts', [
    step(
      '{count} container(s) of {object} {be} running on the nodes',
      {
        says: 'Asks the container runtimes, not the API.',
        example: 'Then 2 containers of Deployment "web" are running on the nodes',
      },
      (world: World, count: Count, ref: ObjectRef, _be: string) => {
        const running = runningOnNodes(world, ref)
        if (!counts(count, running.length, running.length))
          world.fail(
            `${running.length} containers of ${ref.kind} "${ref.name}" are running on the nodes, not ${count.text}`,
          )
      },
    ),
  ]),
  step(
    '{object} is scheduled onto node {string}{within}',
    {
      says: 'Where a Pod was placed (of an owner: its first Pod).',
      example: 'Then Pod "web-0" is scheduled onto node "worker-1" within 10 seconds',
    },
    (world: World, ref: ObjectRef, node: string, within?: number) =>
      world.eventually(() => {
        const pod = onePodOf(world, ref)
        return pod.spec.nodeName === node
          ? undefined
          : `Pod "${pod.metadata.name}" is on ${pod.spec.nodeName ? `node "${pod.spec.nodeName}"` : 'no node'}`
      }, within),
  ),
  step(
    '{object} cannot be scheduled because {string}',
    {
      says: "The Pod is Unschedulable, and the scheduler's message contains the text.",
      example: 'Then Pod "web-0" cannot be scheduled because "Insufficient cpu"',
    },
    (world: World, ref: ObjectRef, words: string) =>
      world.eventually(() => {
        const pod = onePodOf(world, ref)
        const condition = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled')
        if (condition?.reason === 'Unschedulable' && condition.message?.includes(words)) return undefined
        return `Pod "${pod.metadata.name}" ${pod.spec.nodeName ? `is on node "${pod.spec.nodeName}"` : `is not scheduled: ${condition?.message ?? 'nobody tried'}`}`
      }, undefined),
  ),
])

export function podsNotIn(world: World, ref: PodsRef, state: string): () => string | undefined {
  return () => {
    const { owner } = ref
    if (owner !== undefined && !wasEver(world, owner)) return `${owner.kind} "${owner.name}" does not exist`
    const pods = podsOf(world, ref)
    const matching = pods.filter((pod) => isIn(pod, state))
    if (counts(ref.count, matching.length, pods.length)) return undefined
    const others = pods.filter((pod) => !matching.includes(pod))
    const told = others.length > 0 && isTooFew(ref.count, matching.length) ? others : pods
    const states = told.map((pod) => `${pod.metadata.name} is ${stateNow(pod)}`)
    return `${ref.text}: ${matching.length} of ${pods.length} ${matching.length === 1 ? 'is' : 'are'} ${state}${states.length > 0 ? ` (${states.join(', ')})` : ''}`
  }
}

const isTooFew = ({ bound, number }: Count, found: number) => bound === 'all' || found < number

/** A Pod on a node that fell silent is Running, and not Ready. */
const stateNow = (pod: Pod) => {
  const state = stateOf(pod)
  return state === 'Running' && !isPodReady(pod) ? 'Running, not Ready' : state
}

function atAllTimes(world: World, ref: PodsRef, moment: string, what: string, holds: (pod: Pod) => boolean): void {
  const since = world.moment(moment)
  for (const { at, order } of world.history.points('Pod', since)) {
    const pods = podsAfter(world, ref, order)
    const matching = pods.filter(holds)
    if (counts(ref.count, matching.length, pods.length)) continue
    const states = pods.map((pod) => `${pod.metadata.name} ${stateNow(pod)}`).join(', ')
    world.fail(
      `${shortDuration(at - since)} after "${moment}" ${matching.length} Pods were ${what}, not ${ref.count.text}: ${states || 'there were none'}`,
      pods.find((pod) => !holds(pod)),
    )
  }
}

function place(world: World, pod: Pod, domain: string): string | undefined {
  if (domain.startsWith('node')) return pod.spec.nodeName
  const node = pod.spec.nodeName === undefined ? undefined : world.client.get('Node', pod.spec.nodeName)
  return node?.metadata.labels?.['topology.kubernetes.io/zone']
}

/** Asks the container runtimes, not the API: with the API server down they are the only witness. */
/** Without an API server: the Pods that it told of last. */
function lastToldOf(world: World, ref: ObjectRef): readonly KubernetesObject[] {
  if (world.cluster.apiServer() !== undefined) return []
  if (ref.kind !== 'Pod') return podsAsOf(world, { count: parseCount('the'), owner: ref, text: '' }, world.now())
  return world.history
    .of('Pod', ref.name, namespaceOf(world, ref))
    .slice(-1)
    .map(({ object }) => object)
}

function runningOnNodes(world: World, ref: ObjectRef): readonly string[] {
  const object = find(world, ref)
  const pods =
    object === undefined
      ? lastToldOf(world, ref)
      : [object, ...descendants(world, object)].filter(({ kind }) => (kind as Kind) === 'Pod')
  const names = new Set(pods.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`))
  return [...world.cluster.hosts.values()].flatMap((host) =>
    host
      .containers()
      .filter(({ state, namespace, pod }) => state === 'running' && names.has(`${namespace}/${pod}`))
      .map(({ id }) => id),
  )
}
