import { parse, stringify } from 'yaml'
import { parseGoDuration } from '../../api/duration.ts'
import type { Pod } from '../../api/types.ts'
import type { RequestSource } from '../../cluster/contract.ts'
import { readUsage } from '../../cluster/images.ts'
import { servedKind } from '../kinds.ts'
import type { ObjectRef, PodsRef } from '../parameter-types.ts'
import { chosen, find, namespaceOf } from '../pods.ts'
import { done, send } from '../request.ts'
import { needing, SpecError, type StepDefinition, step } from '../step.ts'
import type { World } from '../world.ts'
import { amount } from './cluster.ts'

const ANNOTATION = 'kubedrill.io/usage'

/** Work that goes on while time passes: what autoscalers and evictions are about. */
export const loadSteps: readonly StepDefinition[] = [
  ...needing('load', [
    step(
      '{object} sends {int} request(s) a second to {string}',
      {
        says: 'From now on, evenly, until another number is said or none: what an image takes `per request` is used by whoever answers. Works with `registry.k8s.io/hpa-example` too.',
        example: 'When Pod "client" sends 50 requests a second to "http://web/"',
      },
      async (world: World, ref: ObjectRef, perSecond: number, url: string) => {
        if (perSecond > MOST) throw new SpecError(`${perSecond} requests a second are more than ${MOST}`)
        if (ref.kind === 'Pod' && find(world, ref) === undefined) throw new SpecError(`there is no Pod "${ref.name}"`)
        world.cluster.faults.load(asker(world, ref), world.target.translate(url), perSecond)
        await world.advance(0)
      },
    ),
    step(
      '{object} stops sending requests',
      { says: 'The load that it made ends.', example: 'When Pod "client" stops sending requests' },
      async (world: World, ref: ObjectRef) => {
        world.cluster.faults.load(asker(world, ref), '', 0)
        await world.advance(0)
      },
    ),
  ]),
  ...needing('images', [
    step(
      'each container of {pods} uses {string} of {amount}',
      {
        says: 'From now on, whatever its image would take: `900m`, `100Mi rising to 2Gi over 5 minutes`, or a curve as docs/images.md has them, whose times count from now. Pods that are made later take what their image does.',
        example: 'When each container of the Pods of Deployment "web" uses "150m" of cpu',
      },
      async (world: World, ref: PodsRef, written: string, what: string) => {
        for (const pod of chosen(world, ref)) await use(world, pod, what, amount(written))
        await world.advance(0)
      },
    ),
  ]),
]

/** One a millisecond: the clock has no finer instants. */
const MOST = 1000

function asker(world: World, ref: ObjectRef): RequestSource {
  if (ref.kind === 'Node') return { host: ref.name }
  if (ref.kind !== 'Pod') throw new SpecError(`a Pod or a Node sends requests, not a ${ref.kind}`)
  return { pod: ref.name, namespace: namespaceOf(world, ref) ?? 'default' }
}

async function use(world: World, pod: Pod, what: string, given: unknown): Promise<void> {
  const { name, namespace, annotations } = pod.metadata
  const before = (parse(annotations?.[ANNOTATION] ?? '{}') ?? {}) as object
  const usage = { ...before, [what]: fromNow(given, ageOf(world, pod)) }
  const read = readUsage(usage)
  if (typeof read === 'string') throw new SpecError(read)
  const body = { metadata: { annotations: { [ANNOTATION]: stringify(usage, { collectionStyle: 'flow' }).trim() } } }
  const patchType = 'application/merge-patch+json'
  const { resource } = servedKind(world, 'Pod')
  done(world, await send(world, { verb: 'patch', resource, name, namespace: namespace ?? '', body, patchType }))
}

/** How long (ms) its containers run. */
function ageOf(world: World, { status }: Pod): number {
  const started = (status?.containerStatuses ?? []).flatMap(({ state }) => state?.running?.startedAt ?? [])
  return started.length === 0 ? 0 : world.now() - Math.max(...started.map((text) => Date.parse(text)))
}

/** Curves go by the time since a container has started. */
function fromNow(given: unknown, ageMs: number): unknown {
  if (typeof given !== 'object' || given === null) return given
  const shape = given as Readonly<Record<string, unknown>>
  const later = (time: unknown) => `${ageMs + (parseGoDuration(String(time)) ?? 0)}ms`
  if ('from' in shape) return { ...shape, after: later(shape.after ?? '0s') }
  const key = 'points' in shape ? 'points' : 'steps'
  const list = shape[key]
  // What comes again and again has no beginning.
  if (!Array.isArray(list) || 'repeat' in shape) return shape
  return { ...shape, [key]: list.map((pair: unknown) => (Array.isArray(pair) ? [later(pair[0]), pair[1]] : pair)) }
}
