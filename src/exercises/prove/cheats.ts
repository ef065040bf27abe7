import type { KubernetesObject } from '../../api/types.ts'
import { submit } from '../../gherkin/request.ts'
import type { World } from '../../gherkin/world.ts'
import type { Scenario } from '../feature.ts'
import { careless } from './careless.ts'
import {
  type Deed,
  deleted,
  nameOf,
  patched,
  recreated,
  SETTLE_MS,
  scaledDown,
  templateOf,
  workloadsIn,
} from './deeds.ts'
import { openToAll, openToAsked } from './opened.ts'
import { pinned } from './pins.ts'

/** What earns nothing when it is done instead of a repair; `outcome`: it must not even earn the first criterion. */
export interface Cheat extends Deed {
  readonly earnsNo: 'full marks' | 'outcome'
}

/** Ways around a repair: the complaint goes away, the fault stays. */
export function cheatsFor(
  world: World,
  objects: readonly KubernetesObject[],
  checks: readonly Scenario[],
): readonly Cheat[] {
  const full = (deed: Deed): Cheat => ({ ...deed, earnsNo: 'full marks' })
  const outcome = (deed: Deed): Cheat => ({ ...deed, earnsNo: 'outcome' })
  return [
    ...scaledDown(objects).map(outcome),
    ...forged(world, objects).map(outcome),
    ...madeByHand(world, objects, checks).map(full),
    full(openToAll),
    ...openToAsked(checks).map(full),
    ...careless(objects).map(full),
    ...pinned(world, objects).map(full),
    ...freed(world).map(full),
    ...replaced(objects).map(full),
    ...objects.map((object) => full(deleted(object))),
  ]
}

const TRUE = { status: 'True', reason: 'Forged', lastTransitionTime: '2026-01-05T09:00:00Z' }
const conditions = (...types: readonly string[]) => types.map((type) => ({ type, ...TRUE }))

/** What a status says when all is well. */
const WELL: Readonly<Record<string, (replicas: number) => unknown>> = {
  Deployment: (n) => ({
    replicas: n,
    readyReplicas: n,
    updatedReplicas: n,
    availableReplicas: n,
    unavailableReplicas: null,
    conditions: conditions('Available', 'Progressing'),
  }),
  StatefulSet: (n) => ({ replicas: n, readyReplicas: n, currentReplicas: n, updatedReplicas: n, availableReplicas: n }),
  DaemonSet: (n) => ({
    desiredNumberScheduled: n,
    currentNumberScheduled: n,
    numberReady: n,
    numberAvailable: n,
    updatedNumberScheduled: n,
  }),
  Job: () => ({
    succeeded: 1,
    conditions: conditions('SuccessCriteriaMet', 'Complete'),
    completionTime: TRUE.lastTransitionTime,
  }),
  Pod: () => ({ phase: 'Running', conditions: conditions('Ready', 'ContainersReady', 'Initialized', 'PodScheduled') }),
  Node: () => ({ conditions: conditions('Ready') }),
  PersistentVolumeClaim: () => ({ phase: 'Bound' }),
  PersistentVolume: () => ({ phase: 'Bound' }),
}

/** A status is written that says all is well: graded at once, before anybody looks after it. */
function forged(world: World, objects: readonly KubernetesObject[]): readonly Deed[] {
  const nodes = world.client.list('Node') as readonly KubernetesObject[]
  const known = [...objects, ...nodes].filter(({ kind }) => kind in WELL)
  const body = (object: KubernetesObject) => ({
    status: WELL[object.kind]!((object as { spec?: { replicas?: number } }).spec?.replicas ?? 1),
  })
  if (known.length === 0) return []
  const deed = 'statuses are written that say all is well'
  return [patched({ deed, what: 'forged', subresource: 'status', settleMs: 0 }, known, body)]
}

interface ServiceLike extends KubernetesObject {
  readonly spec?: { readonly selector?: Readonly<Record<string, string>>; readonly ports?: readonly object[] }
}
const servicesIn = (objects: readonly KubernetesObject[]) =>
  objects.filter(({ kind }) => kind === 'Service') as unknown as readonly ServiceLike[]

/** Pods that nobody looks after, by the labels that are selected and the names that are asked for. */
function madeByHand(world: World, objects: readonly KubernetesObject[], checks: readonly Scenario[]): readonly Deed[] {
  const labelled = [
    ...servicesIn(objects).map(({ metadata, spec }) => ({
      namespace: metadata.namespace!,
      labels: spec?.selector ?? {},
    })),
    ...workloadsIn(objects).map((object) => ({
      namespace: object.metadata.namespace!,
      labels: templateOf(object).metadata?.labels ?? {},
    })),
  ].filter(({ labels }) => Object.keys(labels).length > 0)
  const spoofs = labelled.flatMap(({ namespace, labels }, index) =>
    [0, 1, 2].map((number) => pod(`by-hand-${index}-${number}`, namespace, labels)),
  )
  const named = [
    ...new Set(
      checks.flatMap(({ steps }) => steps.flatMap(({ text, type }) => (type === 'Outcome' ? podsNamedIn(text) : []))),
    ),
  ]
    .map((name) => name.split('/'))
    .filter(([namespace, name]) => world.get('Pod', name!, namespace) === undefined)
    .filter(([, name]) => !checks.some(({ steps }) => steps.some(({ docString }) => docString?.includes(name!))))
    .map(([namespace, name]) => pod(name!, namespace!, {}))
  return [
    ...(spoofs.length > 0 ? [made('Pods are made by hand with the labels that are looked for', spoofs)] : []),
    ...named.map((each) => made(`${nameOf(each)} is made by hand`, [each])),
  ]
}

const podsNamedIn = (text: string) => [...text.matchAll(/\bPod "([a-z0-9.-]+\/[a-z0-9.-]+)"/g)].map(([, name]) => name!)

function pod(name: string, namespace: string, labels: Readonly<Record<string, string>>): KubernetesObject {
  const spec = {
    containers: [
      {
        name: 'web',
        image: 'nginx:1.27',
        resources: { requests: { cpu: '10m', memory: '10Mi' }, limits: { cpu: '10m', memory: '10Mi' } },
      },
    ],
    tolerations: [{ operator: 'Exists' }],
  }
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels }, spec } as unknown as KubernetesObject
}

const made = (deed: string, pods: readonly KubernetesObject[]): Deed => ({
  deed,
  what: 'added',
  objects: pods,
  async run(world) {
    for (const each of pods) await submit(world, each)
    await world.advance(SETTLE_MS)
  },
})

/** Nodes take everything: what was to be repaired in a Pod is given way to. */
function freed(world: World): readonly Deed[] {
  const nodes = world.client.list('Node').filter(({ spec }) => spec?.taints?.length || spec?.unschedulable)
  if (nodes.length === 0) return []
  const body = () => ({ spec: { taints: null, unschedulable: null } })
  return [
    patched(
      { deed: 'every node is freed of its taints and uncordoned', what: 'loosened' },
      nodes as readonly KubernetesObject[],
      body,
    ),
  ]
}

/** A Service of the old name that leads to what there is. */
function replaced(objects: readonly KubernetesObject[]): readonly Deed[] {
  return servicesIn(objects).flatMap((service) => {
    const workload = workloadsIn(objects).find(({ metadata }) => metadata.namespace === service.metadata.namespace)
    const selector = workload && templateOf(workload).metadata?.labels
    if (selector === undefined) return []
    const { ports = [] } = service.spec ?? {}
    return [
      recreated(service, `${nameOf(service)} is replaced by one that leads to ${nameOf(workload!)}`, (copy) => {
        const plain = ports.map((port) => {
          const { port: number, name, protocol } = port as Record<string, unknown>
          return { port: number, protocol, ...(name === undefined ? {} : { name }) }
        })
        return { ...copy, spec: { selector, ports: plain } } as unknown as KubernetesObject
      }),
    ]
  })
}
