import type { KubernetesObject } from '../../api/types.ts'
import type { World } from '../../gherkin/world.ts'
import {
  type Deed,
  deleted,
  nameOf,
  openToAll,
  patched,
  recreated,
  SETTLE_MS,
  scaledDown,
  templateOf,
  workloadsIn,
} from './deeds.ts'
import { pinned } from './pins.ts'

/** What should cost marks when it is done after a right solution: to the objects that a set-up made, and to the whole cluster. */
export function vandalsFor(world: World, objects: readonly KubernetesObject[], task: string): readonly Deed[] {
  return [
    ...objects.flatMap((object) => [deleted(object), recreated(object), ...loosened(object)]),
    ...scaledDown(objects),
    ...pinned(world, objects),
    ...stripped(objects),
    ...unlabelled(objects),
    ...(aboutAccess(objects, task) ? [openToAll] : []),
  ]
}

const CARE = ['livenessProbe', 'readinessProbe', 'startupProbe', 'resources', 'securityContext']

function stripped(all: readonly KubernetesObject[]): readonly Deed[] {
  const careful = (container: Record<string, unknown>) =>
    CARE.some((field) => Object.keys((container[field] as object | undefined) ?? {}).length > 0)
  const containersOf = (object: KubernetesObject) => templateOf(object).spec.containers
  const objects = workloadsIn(all).filter((object) => containersOf(object).some(careful))
  const bare = (container: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(container).filter(([field]) => !CARE.includes(field)))
  const body = (object: KubernetesObject) => ({
    spec: { template: { spec: { containers: containersOf(object).map(bare) } } },
  })
  const deed = 'probes, resources and security contexts are taken out'
  return objects.length === 0 ? [] : [patched({ deed, what: 'stripped' }, objects, body)]
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

/** Every machine is started anew: what was repaired only in memory is as broken as before. */
export async function rebootAll(world: World): Promise<void> {
  for (const name of world.cluster.hosts.keys()) world.cluster.faults.node(name, 'reboots')
  await world.advance(2 * SETTLE_MS)
}
