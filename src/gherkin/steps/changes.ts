import { parse } from 'yaml'
import type { DaemonSet, Deployment, Node, Pod, Taint } from '../../api/types.ts'
import { cordon, drain } from '../drain.ts'
import { servedKind } from '../kinds.ts'
import type { ObjectRef, PodsRef } from '../parameter-types.ts'
import { chosen, find, nameIn, namespaceOf } from '../pods.ts'
import { done, send } from '../request.ts'
import { SpecError, type StepDefinition, step } from '../step.ts'
import { fieldAt } from '../subset.ts'
import type { World } from '../world.ts'

/** The built-in kinds with a sub-resource scale. */
const SCALED: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController'])
const MERGE_PATCH = 'application/merge-patch+json'
/** Fields whose values are texts, whatever they look like. */
const TEXTS = /^(data|stringData|metadata\.(labels|annotations))\b/
const STRATEGIC = 'application/strategic-merge-patch+json'

/** What a user changes in the cluster. */
export const changeSteps: readonly StepDefinition[] = [
  step(
    '{object} is patched with:',
    {
      says: 'A strategic merge patch, or a merge patch for custom resources.',
      example: `When Deployment "web" is patched with:
  """yaml
  spec: {template: {spec: {priorityClassName: high}}}
  """`,
    },
    (world: World, ref: ObjectRef, text: string) => patch(world, ref, parse(text)),
  ),
  step(
    'Pod {string} is resized with:',
    {
      says: 'The same through the resize sub-resource.',
      example: `When Pod "web-0" is resized with:
  """yaml
  spec: {containers: [{name: c, resources: {requests: {cpu: 500m}}}]}
  """`,
    },
    (world: World, name: string, text: string) => patch(world, { kind: 'Pod', name }, parse(text), STRATEGIC, 'resize'),
  ),
  step(
    'field {string} of {object} is set to {string}',
    {
      says: 'Sets one field outside lists. The value is read as YAML, unless the field holds text; names with dots go in brackets, the whole then in single quotes: `field \'metadata.labels["example.com/tier"]\' of …`.',
      example: 'When field "spec.paused" of Deployment "web" is set to "true"',
    },
    (world: World, path: string, ref: ObjectRef, value: string) => {
      const steps = [...path.matchAll(/\["([^"]+)"\]|([^.[\]]+)/g)].map(([, quoted, plain]) => quoted ?? plain!)
      if (/\[[^"]/.test(path)) throw new SpecError(`"${path}": set fields inside lists with "… is patched with:"`)
      const isText = TEXTS.test(path) || typeof fieldAt(find(world, ref), path) === 'string'
      const scalar = isText ? value : (parse(value) as unknown)
      const body = steps.reduceRight<unknown>((inner, name) => ({ [name]: inner }), scalar)
      return patch(world, ref, body, MERGE_PATCH)
    },
  ),
  step(
    '{object} is scaled to {int} replica(s)',
    { says: 'Sets spec.replicas.', example: 'When Deployment "web" is scaled to 3 replicas' },
    (world: World, ref: ObjectRef, replicas: number) => {
      const known = servedKind(world, ref.kind)
      if (!known.custom && !SCALED.has(ref.kind))
        throw new SpecError(`a ${ref.kind} has no number of replicas: ${[...SCALED].join(', ')} have`)
      return patch(world, ref, { spec: { replicas } }, MERGE_PATCH)
    },
  ),
  step(
    'the image of container {string} in {object} is changed to {string}',
    {
      says: 'As `kubectl set image`.',
      example: 'When the image of container "app" in Deployment "shop" is changed to "shop:v2"',
    },
    (world: World, name: string, ref: ObjectRef, image: string) => {
      const object = find(world, ref) as Deployment | DaemonSet | Pod | undefined
      const inTemplate = object !== undefined && 'template' in object.spec
      const containers = fieldAt(object, inTemplate ? 'spec.template.spec.containers' : 'spec.containers') as
        | { name: string }[]
        | undefined
      if (!containers?.some((container) => container.name === name))
        world.fail(`${ref.kind} "${ref.name}" has no container "${name}"`, object)
      const podSpec = { spec: { containers: [{ name, image }] } }
      return patch(world, ref, inTemplate ? { spec: { template: podSpec } } : podSpec)
    },
  ),
  step(
    '{object} is deleted',
    { says: 'Asks for its deletion, and does not wait for its end.', example: 'When Deployment "web" is deleted' },
    async (world: World, ref: ObjectRef) => {
      const { resource } = servedKind(world, ref.kind)
      done(world, await send(world, { verb: 'delete', resource, ...nameOf(world, ref) }))
      await world.advance(0)
    },
  ),
  step(
    '{pods} {be} deleted',
    {
      says: 'Deletes as many of these Pods as the words count, in order of name.',
      example: 'When one Pod of Deployment "web" is deleted',
    },
    async (world: World, ref: PodsRef, _be: string) => {
      const { resource } = servedKind(world, 'Pod')
      for (const { metadata } of chosen(world, ref)) {
        const { name, namespace } = metadata
        done(world, await send(world, { verb: 'delete', resource, name, namespace }))
      }
      await world.advance(0)
    },
  ),
  step(
    'node {string} is {maintenance}',
    {
      says: 'As `kubectl cordon`, `uncordon` and `drain --ignore-daemonsets`; a drain waits until the Pods are gone.',
      example: 'When node "worker-1" is drained',
    },
    async (world: World, name: string, maintenance: string) => {
      await cordon(world, name, maintenance !== 'uncordoned')
      if (maintenance === 'drained') await drain(world, name)
    },
  ),
  step(
    'node {string} is tainted with {string}',
    {
      says: 'As `kubectl taint`: key=value:Effect.',
      example: 'When node "worker-1" is tainted with "dedicated=db:NoSchedule"',
    },
    async (world: World, name: string, text: string) => {
      const taint = taintOf(text)
      const taints = (world.get('Node', name) as Node | undefined)?.spec?.taints ?? []
      await patch(world, { kind: 'Node', name }, { spec: { taints: [...taints, taint] } }, MERGE_PATCH)
    },
  ),
]

/** Where an object is: its name, and its namespace if it has one. */
function nameOf(world: World, ref: ObjectRef): { readonly name: string; readonly namespace?: string } {
  const namespace = namespaceOf(world, ref)
  return { name: nameIn(world, ref), ...(namespace === undefined ? {} : { namespace }) }
}

async function patch(
  world: World,
  ref: ObjectRef,
  body: unknown,
  asked: typeof MERGE_PATCH | typeof STRATEGIC = STRATEGIC,
  subresource?: string,
): Promise<void> {
  const { resource: whole, custom } = servedKind(world, ref.kind)
  const resource = subresource === undefined ? whole : { ...whole, subresource }
  // Nobody has said how the lists of a custom resource are merged.
  const patchType = custom ? MERGE_PATCH : asked
  done(world, await send(world, { verb: 'patch', resource, ...nameOf(world, ref), body, patchType }))
  await world.advance(0)
}

function taintOf(text: string): Taint {
  const found = /^([^=:]+)(?:=([^:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(text)
  if (!found)
    throw new SpecError(`"${text}" is not a taint: key=value:Effect with NoSchedule, PreferNoSchedule or NoExecute`)
  return { key: found[1]!, ...(found[2] ? { value: found[2] } : {}), effect: found[3]! }
}
