import type { KubernetesObject, Service } from '../../api/types.ts'
import { send } from '../../gherkin/request.ts'
import type { World } from '../../gherkin/world.ts'
import { carefree } from './careless.ts'
import { type Deed, deleted, nameOf, patched, recreated, SETTLE_MS, scaledDown, targetOf } from './deeds.ts'
import { openToAll } from './opened.ts'
import { pinned } from './pins.ts'

/** What should cost marks when it is done after a right solution: to the objects that a set-up made, and to the whole cluster. */
export function vandalsFor(world: World, objects: readonly KubernetesObject[], task: string): readonly Deed[] {
  return [
    ...objects.flatMap((object) => [deleted(object), recreated(object), ...loosened(object)]),
    ...scaledDown(objects),
    ...pinned(world, objects),
    ...carefree(objects),
    ...unlabelled(objects),
    ...(aboutAccess(objects, task) ? [openToAll] : []),
  ]
}

function unlabelled(objects: readonly KubernetesObject[]): readonly Deed[] {
  const labelled = objects.filter(({ metadata }) => Object.keys(metadata.labels ?? {}).length > 0)
  const body = ({ metadata }: KubernetesObject) => ({
    metadata: { labels: Object.fromEntries(Object.keys(metadata.labels!).map((key) => [key, null])) },
  })
  const deed = 'labels of objects are taken off'
  return labelled.length === 0 ? [] : [patched({ deed, what: 'stripped' }, labelled, body)]
}

const EVERYTHING = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] }

/** A guard that stays in its place and guards nothing any more: its fields are set so by a merge patch. */
const LOOSE: Readonly<Record<string, (object: Record<string, unknown>) => unknown>> = {
  ResourceQuota: ({ spec }) => ({
    spec: {
      hard: Object.fromEntries(Object.keys((spec as { hard?: object })?.hard ?? {}).map((key) => [key, '1000G'])),
    },
  }),
  LimitRange: () => ({ spec: { limits: [] } }),
  PodDisruptionBudget: () => ({ spec: { minAvailable: 0, maxUnavailable: null } }),
  NetworkPolicy: () => ({ spec: { ingress: [{}], egress: [{}] } }),
  Role: () => ({ rules: [EVERYTHING] }),
  ClusterRole: () => ({ rules: [EVERYTHING] }),
  ValidatingWebhookConfiguration: toleratingFailure,
  MutatingWebhookConfiguration: toleratingFailure,
}

function toleratingFailure({ webhooks }: Record<string, unknown>): unknown {
  return {
    webhooks: ((webhooks as readonly object[] | undefined) ?? []).map((hook) => ({ ...hook, failurePolicy: 'Ignore' })),
  }
}

/** Kinds whose objects hold others back: who removes one has repaired nothing. */
export const isGuard = ({ kind }: KubernetesObject) =>
  kind in LOOSE || /^(Role|ClusterRole)Binding$|^ValidatingAdmission/.test(kind)

function loosened(object: KubernetesObject): readonly Deed[] {
  const loose = LOOSE[object.kind]
  if (loose === undefined) return []
  const deed = `${nameOf(object)} holds nothing back any more`
  return [patched({ deed, what: 'loosened' }, [object], () => loose(object as unknown as Record<string, unknown>))]
}

/** Who may do what is graded only where the exercise is about that. */
const aboutAccess = (objects: readonly KubernetesObject[], task: string) =>
  /RBAC|Role|permission|access|allowed|ServiceAccount|service account/i.test(task) ||
  objects.some(({ kind }) => /Role/.test(kind))

/** What is left of an object that is there and does nothing: graded by its name alone, it earns as much. */
const HOLLOW: Readonly<Record<string, unknown>> = {
  ConfigMap: { data: null, binaryData: null },
  Secret: { data: null },
}

/** Of a Service what leads on: an alias has no need of its selector, and one without has Endpoints of somebody's own. */
function hollow({ kind, ...object }: KubernetesObject): unknown {
  if (kind !== 'Service') return HOLLOW[kind]
  const { spec = {} } = object as Service
  if (spec.type === 'ExternalName') return { spec: { externalName: 'nobody.invalid' } }
  return spec.selector === undefined ? undefined : { spec: { selector: { nobody: 'here' } } }
}

const LET_IN = 'look at what it has to hold back, too: who cannot do something, a connection that times out'

/** What should cost marks when it is done to objects that a right solution made. */
export function hollowed(created: readonly KubernetesObject[]): readonly Deed[] {
  const emptied = (object: KubernetesObject): Deed =>
    patched({ deed: `${nameOf(object)} is emptied`, what: 'emptied' }, [object], hollow)
  return [
    ...created.flatMap((object) => [
      {
        ...deleted(object),
        remedy: `look at what it is good for, or at least: Then ${nameOf(object)} exists within 1 minute`,
      },
      ...loosened(object).map((deed) => ({ ...deed, remedy: LET_IN })),
      ...(hollow(object) === undefined ? [] : [emptied(object)]),
    ]),
    ...scaledDown(created),
  ]
}

/** Pods that something looks after are gone, and others come. */
export async function rescheduleAll(world: World): Promise<void> {
  const pods = world.client.list('Pod') as readonly KubernetesObject[]
  const isReplaced = ({ metadata: { namespace, ownerReferences = [] } }: KubernetesObject) =>
    namespace !== 'kube-system' && ownerReferences.some(({ kind }) => /Set$|^ReplicationController$/.test(kind))
  for (const pod of pods.filter(isReplaced)) await send(world, { verb: 'delete', ...targetOf(world, pod) })
  await world.advance(2 * SETTLE_MS)
}

/** Every machine is started anew: what was repaired only in memory is as broken as before. */
export async function rebootAll(world: World): Promise<void> {
  for (const name of world.cluster.hosts.keys()) world.cluster.faults.node(name, 'reboots')
  await world.advance(2 * SETTLE_MS)
}
