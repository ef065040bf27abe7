import type { KubernetesObject } from '../../api/types.ts'
import type { Input } from '../../cluster/index.ts'
import { kindOfManifest } from '../../gherkin/kinds.ts'
import { send, submit } from '../../gherkin/request.ts'
import type { World } from '../../gherkin/world.ts'

/** Something that should cost marks when it is done after a right solution. */
export interface Vandal {
  /** `Deployment "shop/web" is deleted` */
  readonly deed: string
  /** The object it is done to. */
  readonly object?: KubernetesObject
  /** What is deleted for good should be missed by somebody. */
  readonly deletes: boolean
  run(world: World): Promise<void>
}

/** So many objects are tried: those of bigger exercises in the order they were made. */
const MOST_OBJECTS = 25
const SETTLE_MS = 5 * 60_000

/** What could be done to the objects that a set-up made and that are still there, and to the whole cluster. */
export function vandalsFor(world: World, setUp: readonly Input[], task: string): readonly Vandal[] {
  const objects = madeBy(world, setUp).slice(0, MOST_OBJECTS)
  const workloads = objects.filter(({ kind }) => ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind))
  const scaled = workloads.filter(({ kind }) => kind !== 'DaemonSet')
  return [
    ...objects.flatMap((object) => [deleted(object), recreated(object)]),
    ...(scaled.length > 0 ? [patched('every workload is scaled to 0', scaled, () => ({ spec: { replicas: 0 } }))] : []),
    ...pinned(world, workloads),
    ...stripped(workloads),
    ...unlabelled(objects),
    ...(aboutAccess(objects, task) ? [openToAll] : []),
  ]
}

/** Objects that came in from outside while the exercise was set up, as they are now. */
function madeBy(world: World, setUp: readonly Input[]): readonly KubernetesObject[] {
  const made = new Map<string, KubernetesObject>()
  for (const input of setUp) {
    if (input.type !== 'request' || input.request.verb !== 'create' || input.request.resource.subresource) continue
    const body = input.request.body as KubernetesObject | undefined
    const name = body?.metadata?.name
    if (body === undefined || name === undefined || body.kind === 'Namespace') continue
    const object = world.get(kindOfManifest(world, body).known, name, input.request.namespace)
    if (object !== undefined) made.set(nameOf(object), object)
  }
  return [...made.values()]
}

const nameOf = ({ kind, metadata }: KubernetesObject) =>
  `${kind} "${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}"`

function target(world: World, object: KubernetesObject) {
  const { name, namespace } = object.metadata
  return { resource: kindOfManifest(world, object).resource, name, ...(namespace === undefined ? {} : { namespace }) }
}

const deleted = (object: KubernetesObject): Vandal => ({
  deed: `${nameOf(object)} is deleted`,
  object,
  deletes: true,
  async run(world) {
    await send(world, { verb: 'delete', ...target(world, object) })
    await world.advance(SETTLE_MS)
  },
})

const recreated = (object: KubernetesObject): Vandal => ({
  deed: `${nameOf(object)} is deleted and made anew`,
  object,
  deletes: false,
  async run(world) {
    const { name, namespace } = object.metadata
    const { known } = kindOfManifest(world, object)
    const current = world.get(known, name, namespace) ?? object
    await send(world, { verb: 'delete', ...target(world, object) })
    await world.until(() => world.get(known, name, namespace) === undefined, SETTLE_MS)
    await submit(world, asNew(current))
    await world.advance(SETTLE_MS)
  },
})

/** An object as somebody would write it who copies it. */
function asNew(object: KubernetesObject): KubernetesObject {
  const { name, namespace, labels, annotations } = object.metadata
  const { status: _, ...rest } = object as KubernetesObject & { status?: unknown }
  return JSON.parse(JSON.stringify({ ...rest, metadata: { name, namespace, labels, annotations } })) as KubernetesObject
}

function patched(
  deed: string,
  objects: readonly KubernetesObject[],
  body: (object: KubernetesObject) => unknown,
): Vandal {
  return {
    deed,
    deletes: false,
    ...(objects.length === 1 ? { object: objects[0]! } : {}),
    async run(world) {
      for (const object of objects)
        await send(world, {
          verb: 'patch',
          ...target(world, object),
          body: body(object),
          patchType: 'application/merge-patch+json',
          wire: {},
        })
      await world.advance(SETTLE_MS)
    },
  }
}

interface Template {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Record<string, unknown>[] } } }
}
const containersOf = (object: KubernetesObject) => (object as unknown as Template).spec.template.spec.containers

/** Around the scheduler: the template names a node. */
function pinned(world: World, workloads: readonly KubernetesObject[]): readonly Vandal[] {
  const node = world.client.list('Node').find(({ spec }) => !spec?.taints?.length && !spec?.unschedulable)
    ?.metadata.name
  if (node === undefined || workloads.length === 0) return []
  const body = { spec: { template: { spec: { nodeName: node } } } }
  return [patched(`every workload is pinned to ${node} with nodeName`, workloads, () => body)]
}

const CARE = ['livenessProbe', 'readinessProbe', 'startupProbe', 'resources', 'securityContext']

function stripped(workloads: readonly KubernetesObject[]): readonly Vandal[] {
  const careful = (container: Record<string, unknown>) =>
    CARE.some((field) => Object.keys((container[field] as object | undefined) ?? {}).length > 0)
  const objects = workloads.filter((object) => containersOf(object).some(careful))
  const bare = (container: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(container).filter(([field]) => !CARE.includes(field)))
  const body = (object: KubernetesObject) => ({
    spec: { template: { spec: { containers: containersOf(object).map(bare) } } },
  })
  return objects.length === 0 ? [] : [patched('probes, resources and security contexts are taken out', objects, body)]
}

function unlabelled(objects: readonly KubernetesObject[]): readonly Vandal[] {
  const labelled = objects.filter(({ metadata }) => Object.keys(metadata.labels ?? {}).length > 0)
  const body = ({ metadata }: KubernetesObject) => ({
    metadata: { labels: Object.fromEntries(Object.keys(metadata.labels!).map((key) => [key, null])) },
  })
  return labelled.length === 0 ? [] : [patched('labels of objects are taken off', labelled, body)]
}

/** Who may do what is graded only where the exercise is about that. */
const aboutAccess = (objects: readonly KubernetesObject[], task: string) =>
  /RBAC|Role|permission|access|allowed|ServiceAccount|service account/i.test(task) ||
  objects.some(({ kind }) => /Role/.test(kind))

const openToAll: Vandal = {
  deed: 'everybody becomes cluster-admin',
  deletes: false,
  async run(world) {
    const groups = ['system:authenticated', 'system:unauthenticated', 'system:serviceaccounts']
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'everybody' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: groups.map((name) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name })),
    }
    await submit(world, binding as unknown as KubernetesObject)
    await world.advance(1000)
  },
}

/** Every machine is started anew: what was repaired only in memory is as broken as before. */
export async function rebootAll(world: World): Promise<void> {
  for (const name of world.cluster.hosts.keys()) world.cluster.faults.node(name, 'reboots')
  await world.advance(2 * SETTLE_MS)
}
