import type { Kind, KubernetesObject } from '../../api/types.ts'
import { servedKind } from '../kinds.ts'
import type { ObjectRef } from '../parameter-types.ts'
import { namespaceOf } from '../pods.ts'
import type { World } from '../world.ts'
import { lifeOfGone } from './gone.ts'
import { nearestName } from './slips.ts'

const NAMES_SHOWN = 10

/** Of an object that is not there: the one that may have been meant, by its name, or by its namespace. */
export function nearestObject(world: World, ref: ObjectRef): KubernetesObject | undefined {
  const namespace = namespaceOf(world, ref)
  const all = [...world.client.list(servedKind(world, ref.kind).known)].filter(({ metadata }) => {
    return metadata.namespace === undefined || metadata.namespace === namespace || isUsers(metadata.namespace)
  })
  const [here, elsewhere] = [all.filter((each) => each.metadata.namespace === namespace), all]
  return (
    elsewhere.find(({ metadata }) => metadata.name === ref.name) ??
    byName(ref.name, here) ??
    byName(ref.name, elsewhere)
  )
}

const isUsers = (namespace: string) => !namespace.startsWith('kube-')

function byName(name: string, objects: readonly KubernetesObject[]): KubernetesObject | undefined {
  const found = nearestName(
    name,
    objects.map(({ metadata }) => metadata.name),
  )
  return objects.find(({ metadata }) => metadata.name === found)
}

/** `; did you mean "web"?`, or what there is; ` any more` where it was there. */
export function otherObjects(world: World, ref: ObjectRef): string {
  if (lifeOfGone(world, ref) !== undefined) return ' any more'
  const namespace = namespaceOf(world, ref)
  const pathOf = ({ metadata }: KubernetesObject) =>
    metadata.namespace === namespace ? metadata.name : [metadata.namespace, metadata.name].filter(Boolean).join('/')
  const meant = nearestObject(world, ref)
  if (meant !== undefined) return `; did you mean "${pathOf(meant)}"?`
  const all = [...world.client.list(servedKind(world, ref.kind).known)]
  const ours = all.filter((each) => each.metadata.namespace === undefined || isUsers(each.metadata.namespace))
  const where = namespace === undefined ? '' : ` in namespace "${namespace}"`
  if (ours.length === 0) return `; there is no ${ref.kind} at all${all.length > 0 ? ' outside kube-system' : ''}`
  const here = ours.filter((each) => each.metadata.namespace === namespace)
  const named = (here.length > 0 ? here : ours).map(pathOf)
  const more = named.length > NAMES_SHOWN ? `, and ${named.length - NAMES_SHOWN} more` : ''
  return `; there ${named.length === 1 ? 'is' : 'are'}${here.length > 0 ? '' : `${where ? ` none${where}, only` : ''}`}: ${named.slice(0, NAMES_SHOWN).join(', ')}${more}`
}

/** The same for a name that an object's spec has, in that object's namespace. */
export function notThere(world: World, kind: Kind, name: string, namespace?: string): string {
  const ref = namespace === undefined ? { kind, name } : { kind, name, namespace }
  return `${kind} "${name}" does not exist${otherObjects(world, ref)}`
}
