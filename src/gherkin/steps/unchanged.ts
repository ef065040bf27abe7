import type { Kind, KubernetesObject, Pod } from '../../api/types.ts'
import { asOf } from '../history.ts'
import { servedKind } from '../kinds.ts'
import type { ObjectRef, PodsRef } from '../parameter-types.ts'
import { find, namespaceOf, podsAsOf, podsOf } from '../pods.ts'
import { looking, SpecError, type StepDefinition, step, type Table } from '../step.ts'
import { changes, differenceLine, fieldAt, withoutFields } from '../subset.ts'
import type { World } from '../world.ts'

const text = (ref: ObjectRef) => `${ref.kind} "${ref.name}"`

/** That nobody did harm: what was left alone, or changed no more than it had to be. */
export const unchangedSteps: readonly StepDefinition[] = looking([
  step(
    '{object} was not recreated since {string}',
    {
      says: 'It is the object that it was at that moment: its UID is the same.',
      example: 'Then Deployment "shop/catalog" was not recreated since "the beginning"',
    },
    (world: World, ref: ObjectRef, moment: string) => {
      if (wasThen(world, ref, moment).metadata.uid !== find(world, ref)?.metadata.uid)
        world.fail(`${text(ref)} is not the object it was at "${moment}"`, find(world, ref))
    },
  ),
  step(
    '{object} is unchanged since {string}',
    {
      says: 'Same UID, and nothing in it differs from what it was at that moment but its status and what servers keep in its metadata: resourceVersion, generation, managedFields, the annotations of kubectl and of rollouts.',
      example: 'Then Service "shop/catalog" is unchanged since "the beginning"',
    },
    (world: World, ref: ObjectRef, moment: string) => unchanged(world, ref, moment, []),
  ),
  step(
    '{object} is unchanged since {string} except:',
    {
      says: 'As above, these fields and what is below them aside: one a row, with items of lists by their name.',
      example: `Then Deployment "shop/catalog" is unchanged since "the beginning" except:
  | spec.replicas                                 |
  | spec.template.spec.containers[web].image      |`,
    },
    (world: World, ref: ObjectRef, moment: string, table: Table) => unchanged(world, ref, moment, fieldsOf(table)),
  ),
  step(
    'every {word} in namespace {string} is unchanged since {string}',
    {
      says: 'All objects of a kind: none was added, removed, recreated or changed.',
      example: 'Then every Secret in namespace "shop" is unchanged since "the beginning"',
    },
    (world: World, kind: string, namespace: string, moment: string) => allUnchanged(world, kind, namespace, moment, []),
  ),
  step(
    'every {word} in namespace {string} is unchanged since {string} except:',
    {
      says: 'All objects of a kind, these fields of each aside.',
      example: `Then every Deployment in namespace "shop" is unchanged since "the beginning" except:
  | spec.replicas |`,
    },
    (world: World, kind: string, namespace: string, moment: string, table: Table) =>
      allUnchanged(world, kind, namespace, moment, fieldsOf(table)),
  ),
  step(
    'field {string} of {object} did not change since {string}',
    {
      says: 'The field, and all that is below it, is what it was at that moment.',
      example: 'Then field "spec.template" of Deployment "web" did not change since "the beginning"',
    },
    (world: World, path: string, ref: ObjectRef, moment: string) => {
      const before = fieldAt(wasThen(world, ref, moment), path)
      const now = fieldAt(find(world, ref), path)
      if (changes(before ?? null, now ?? null).length > 0)
        world.fail(`field ${path} of ${text(ref)} was ${JSON.stringify(before)} and is ${JSON.stringify(now)}`)
    },
  ),
  step(
    'no container of {pods} restarted since {string}',
    {
      says: 'Of the Pods that the words mean, those of then and those made since: no restart count has grown.',
      example: 'Then no container of the Pods of Deployment "web" restarted since "the beginning"',
    },
    (world: World, ref: PodsRef, moment: string) => {
      const since = world.moment(moment)
      const then = new Map(podsAsOf(world, ref, since).map((pod) => [pod.metadata.uid, pod]))
      const meant = [...then.values(), ...podsOf(world, ref).filter(({ metadata }) => !then.has(metadata.uid))]
      for (const pod of meant) {
        const { name, namespace } = pod.metadata
        const seen = [...world.history.named('Pod', name, namespace)].flat().map(({ object }) => object as Pod)
        const latest = seen.findLast(({ metadata }) => metadata.uid === pod.metadata.uid) ?? pod
        const restarted = restartsBetween(then.get(pod.metadata.uid), latest)
        if (restarted !== undefined)
          world.fail(`container "${restarted}" of Pod "${name}" was restarted since "${moment}"`, latest)
      }
    },
  ),
  step(
    'no Pod of {object} is pinned to a node',
    {
      says: 'Neither the template nor any of its Pods asks for one node by name: by nodeName, a node selector or required node affinity for its host name, or metadata.name. Of a Pod, that it was placed by the scheduler.',
      example: 'Then no Pod of Deployment "web" is pinned to a node',
    },
    (world: World, ref: ObjectRef) => {
      const object = find(world, ref) ?? world.fail(`${text(ref)} does not exist`)
      const pin = object.kind === 'Pod' ? pinOfPod(world, object as Pod) : pinOf(templateOf(object))
      if (pin !== undefined) world.fail(`${text(ref)} is pinned to a node by ${pin}`, object)
    },
  ),
])

const fieldsOf = (table: Table) => table.raw().map(([path = '']) => path)

/** What the object's name stood for at the moment. */
function wasThen(world: World, ref: ObjectRef, moment: string): KubernetesObject {
  const since = world.moment(moment)
  world.history.demand(servedKind(world, ref.kind).known, since)
  const lives = [...world.history.named(ref.kind, ref.name, namespaceOf(world, ref))]
  const then = lives.map((life) => asOf(life, since)).find((object) => object !== undefined)
  return then ?? world.fail(`${text(ref)} did not exist at "${moment}"`, find(world, ref))
}

function unchanged(world: World, ref: ObjectRef, moment: string, except: readonly string[]): void {
  const before = wasThen(world, ref, moment)
  const now = find(world, ref) ?? world.fail(`${text(ref)} is gone since "${moment}"`)
  const problem = changeOf(before, now, except)
  if (problem !== undefined) world.fail(`${text(ref)} ${problem}`, now)
}

function allUnchanged(world: World, kind: string, namespace: string, moment: string, except: readonly string[]): void {
  const since = world.moment(moment)
  const { known, namespaced } = servedKind(world, kind)
  if (!namespaced) throw new SpecError(`a ${kind} is in no namespace: name the objects one by one`)
  world.history.demand(known, since)
  const place = world.target.namespace(namespace)
  const before = new Map<string, KubernetesObject>()
  for (const life of world.history.lives(kind)) {
    const object = life[0]!.object.metadata.namespace === place ? asOf(life, since) : undefined
    if (object !== undefined) before.set(object.metadata.name, object)
  }
  const now = new Map(world.client.list(known as Kind, { namespace: place }).map((each) => [each.metadata.name, each]))
  const problems = [...new Set([...before.keys(), ...now.keys()])].sort().flatMap((name) => {
    const [was, is] = [before.get(name), now.get(name) as KubernetesObject | undefined]
    const problem = was === undefined ? 'is new' : is === undefined ? 'is gone' : changeOf(was, is, except)
    return problem === undefined ? [] : [`${kind} "${name}" ${problem}`]
  })
  if (problems.length > 0) world.fail(`since "${moment}":\n${problems.join('\n')}`)
}

/** What is written into an object by servers, controllers and clients, whoever changes what. */
const BOOKKEEPING = [
  'status',
  'metadata.resourceVersion',
  'metadata.generation',
  'metadata.managedFields',
  'metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]',
  'metadata.annotations["kubernetes.io/change-cause"]',
  'metadata.annotations["deployment.kubernetes.io/revision"]',
]

function changeOf(before: KubernetesObject, now: KubernetesObject, except: readonly string[]): string | undefined {
  if (before.metadata.uid !== now.metadata.uid) return 'was recreated'
  const bare = (object: KubernetesObject) => {
    const { metadata, ...rest } = withoutFields(object, [...BOOKKEEPING, ...except]) as KubernetesObject
    const { annotations, ...others } = metadata ?? {}
    // The last annotation that goes takes the map with it.
    return { ...rest, metadata: Object.keys(annotations ?? {}).length > 0 ? metadata : others }
  }
  const found = changes(bare(before), bare(now))
  return found.length === 0 ? undefined : `was changed:\n${found.map(differenceLine).join('\n')}`
}

/** The first container whose restart count has grown. */
function restartsBetween(before: Pod | undefined, after: Pod): string | undefined {
  const statuses = (pod: Pod | undefined) => [
    ...(pod?.status?.initContainerStatuses ?? []),
    ...(pod?.status?.containerStatuses ?? []),
  ]
  const counts = new Map(statuses(before).map(({ name, restartCount }) => [name, restartCount]))
  return statuses(after).find(({ name, restartCount }) => restartCount > (counts.get(name) ?? 0))?.name
}

/** The Pod that an object makes, wherever its kind keeps it. */
function templateOf(object: KubernetesObject): Pod['spec'] {
  const spec = fieldAt(object, 'spec.template.spec') ?? fieldAt(object, 'spec.jobTemplate.spec.template.spec')
  if (spec === undefined) throw new SpecError(`a ${object.kind} makes no Pods`)
  return spec as Pod['spec']
}

const HOSTNAME = 'kubernetes.io/hostname'

function pinOf(spec: Pod['spec']): string | undefined {
  if (spec.nodeName) return `nodeName: ${spec.nodeName}`
  const selected = spec.nodeSelector?.[HOSTNAME]
  if (selected !== undefined) return `nodeSelector: ${HOSTNAME}=${selected}`
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  // One term that is met is enough: all of them have to name a node.
  const pins = terms.map(({ matchExpressions = [], matchFields = [] }) =>
    [
      ...matchExpressions.filter(({ key }) => key === HOSTNAME),
      ...matchFields.filter(({ key }) => key === 'metadata.name'),
    ].find(({ operator, values }) => operator === 'In' && values?.length === 1),
  )
  const [pin] = pins
  return pin && pins.every(Boolean) ? `node affinity: ${pin.key} in ${pin.values?.[0]}` : undefined
}

/** A Pod that was made with a node never met the scheduler. */
function pinOfPod(world: World, pod: Pod): string | undefined {
  const first = world.history.of('Pod', pod.metadata.name, pod.metadata.namespace)[0]?.object as Pod | undefined
  return pinOf({ ...pod.spec, nodeName: first?.spec.nodeName })
}
