import type { KubernetesObject } from '../../api/types.ts'
import type { Input } from '../../cluster/index.ts'
import { kindOfManifest } from '../../gherkin/kinds.ts'
import { send } from '../../gherkin/request.ts'
import type { World } from '../../gherkin/world.ts'

/** Something that somebody does to a cluster who does not care, or wants marks without a repair. */
export interface Deed {
  /** `Deployment "shop/web" is deleted` */
  readonly deed: string
  readonly what:
    | 'deleted'
    | 'recreated'
    | 'loosened'
    | 'scaled'
    | 'pinned'
    | 'opened'
    | 'stripped'
    | 'emptied'
    | 'forged'
    | 'added'
  /** What it is done to. */
  readonly objects: readonly KubernetesObject[]
  /** What an author may add so that it costs something; default: by what is done. */
  readonly remedy?: string
  run(world: World): Promise<void>
}

/** The cluster refused all of a deed: it was not done. */
export class Refused extends Error {}

/** Until what a deed leads to has happened. */
export const SETTLE_MS = 5 * 60_000

/** So many objects are tried: those of bigger exercises in the order they were made. */
const MOST_OBJECTS = 25

/** Objects that came in from outside while the exercise was set up, as they are now. */
export function madeBy(world: World, setUp: readonly Input[]): readonly KubernetesObject[] {
  const made = new Map<string, KubernetesObject>()
  for (const input of setUp) {
    if (input.type !== 'request' || input.request.verb !== 'create' || input.request.resource.subresource) continue
    const body = input.request.body as KubernetesObject | undefined
    const name = body?.metadata?.name
    if (body === undefined || name === undefined || body.kind === 'Namespace') continue
    const object = world.get(kindOfManifest(world, body).known, name, input.request.namespace)
    if (object !== undefined) made.set(nameOf(object), object)
  }
  return [...made.values()].slice(0, MOST_OBJECTS)
}

export const nameOf = ({ kind, metadata }: KubernetesObject) =>
  `${kind} "${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}"`

export function targetOf(world: World, object: KubernetesObject) {
  const { name, namespace } = object.metadata
  return { resource: kindOfManifest(world, object).resource, name, ...(namespace === undefined ? {} : { namespace }) }
}

/** As it is now. */
export const currentOf = (world: World, object: KubernetesObject): KubernetesObject | undefined =>
  world.get(kindOfManifest(world, object).known, object.metadata.name, object.metadata.namespace)

export const deleted = (object: KubernetesObject): Deed => ({
  deed: `${nameOf(object)} is deleted`,
  what: 'deleted',
  objects: [object],
  async run(world) {
    await remove(world, object)
    await world.advance(SETTLE_MS)
  },
})

async function remove(world: World, object: KubernetesObject): Promise<void> {
  const { code } = await send(world, { verb: 'delete', ...targetOf(world, object) })
  if (code >= 400) throw new Refused()
}

/** Deleted, and made again as somebody would who copies it; or as `change` has it. */
export const recreated = (
  object: KubernetesObject,
  deed = `${nameOf(object)} is deleted and made anew`,
  change = (copy: KubernetesObject) => copy,
): Deed => ({
  deed,
  what: 'recreated',
  objects: [object],
  async run(world) {
    const { name, namespace } = object.metadata
    const { known, resource } = kindOfManifest(world, object)
    const current = world.get(known, name, namespace) ?? object
    await remove(world, object)
    await world.until(() => world.get(known, name, namespace) === undefined, SETTLE_MS)
    const body = change(asNew(current))
    await send(world, { verb: 'create', resource, ...(namespace === undefined ? {} : { namespace }), body })
    await world.advance(SETTLE_MS)
  },
})

/** Without what the servers wrote. What it shares with the stored object stays shared: the journal keeps a copy. */
function asNew(object: KubernetesObject): KubernetesObject {
  const { name, namespace, labels, annotations } = object.metadata
  const { status: _, ...rest } = object as KubernetesObject & { status?: unknown }
  const metadata = { name, namespace, labels, annotations }
  const named = Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined))
  return { ...rest, metadata: named } as unknown as KubernetesObject
}

/** Every one of some objects is changed by a merge patch. */
export function patched(
  {
    deed,
    what,
    subresource,
    settleMs = SETTLE_MS,
  }: Pick<Deed, 'deed' | 'what'> & { subresource?: string; settleMs?: number },
  objects: readonly KubernetesObject[],
  body: (object: KubernetesObject) => unknown,
): Deed {
  return {
    deed,
    what,
    objects,
    async run(world) {
      let isDone = false
      for (const object of objects) {
        const { resource, ...at } = targetOf(world, object)
        const { code } = await send(world, {
          verb: 'patch',
          ...at,
          resource: subresource === undefined ? resource : { ...resource, subresource },
          body: body(object),
          patchType: 'application/merge-patch+json',
          wire: {},
        })
        isDone ||= code < 400
      }
      if (!isDone) throw new Refused()
      await world.advance(settleMs)
    },
  }
}

export interface PodSpec {
  readonly containers: readonly Record<string, unknown>[]
}
interface Templated {
  readonly spec: {
    readonly template: {
      readonly metadata?: { readonly labels?: Readonly<Record<string, string>> }
      readonly spec: PodSpec
    }
  }
}
export const templateOf = (object: KubernetesObject) => (object as unknown as Templated).spec.template

export const workloadsIn = (objects: readonly KubernetesObject[]) =>
  objects.filter(({ kind }) => ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind))

/** Around the repair: nothing is left that could be broken. */
export function scaledDown(objects: readonly KubernetesObject[]): readonly Deed[] {
  const scaled = workloadsIn(objects).filter(({ kind }) => kind !== 'DaemonSet')
  const deed = { deed: 'every workload is scaled to 0', what: 'scaled' } as const
  return [
    ...(scaled.length === 0 ? [] : [patched(deed, scaled, () => ({ spec: { replicas: 0 } }))]),
    ...objects.filter(({ kind }) => kind === 'CronJob').map(suspended),
  ]
}

/** A CronJob starts nothing any more, and nobody sees what it started. */
function suspended(cronJob: KubernetesObject): Deed {
  const deed = {
    deed: `${nameOf(cronJob)} is suspended and its Jobs are deleted`,
    what: 'scaled',
    settleMs: 0,
  } as const
  const suspension = patched(deed, [cronJob], () => ({ spec: { suspend: true } }))
  return {
    ...suspension,
    remedy: 'let time pass and look at what it has done since: a Job of it is Complete',
    async run(world) {
      await suspension.run(world)
      const { name, namespace } = cronJob.metadata
      const jobs = world.client.list('Job', { namespace: namespace! }) as readonly KubernetesObject[]
      for (const job of jobs.filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.name === name)))
        await send(world, { verb: 'delete', ...targetOf(world, job), options: { propagationPolicy: 'Background' } })
      await world.advance(SETTLE_MS)
    },
  }
}
