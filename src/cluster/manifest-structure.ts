import { groupOf } from '../api/meta.ts'
import { resourceOf, resources } from '../api/resources.ts'
import type { KubernetesObject } from '../api/types.ts'
import { shapeProblems, shapesOf, typeOfKind } from '../control-plane/apiserver/structure.ts'

/** Something that the API server would say of a manifest, and the field it is about: `spec.containers[0].imagee`. */
export interface StructureProblem {
  readonly message: string
  readonly path: string
}

const OF_BUILT_IN: ReadonlySet<string> = new Set(Object.values(resources).map(({ group }) => group))

/** Whether a kind is one that every cluster serves, in the version that the manifest asks for. */
function schemaOf({ apiVersion, kind }: KubernetesObject): string | undefined {
  return typeOfKind(`${apiVersion.includes('/') ? '' : '/'}${apiVersion}/${kind}`)
}

/** What is wrong with the shape of a whole manifest; of custom resources nothing is known. */
export function structureProblems(manifest: KubernetesObject): readonly StructureProblem[] {
  const { apiVersion, kind } = manifest
  const schema = schemaOf(manifest)
  if (schema === undefined) {
    const known = resourceOf(kind)
    if (known === undefined || !OF_BUILT_IN.has(groupOf(apiVersion))) return []
    const served = known.group === '' ? known.version : `${known.group}/${known.version}`
    return [{ path: 'apiVersion', message: `${apiVersion} serves no ${kind}: it is ${served}` }]
  }
  return shapeProblems(schema, manifest).map((message) => ({ message, path: pathIn(message) }))
}

/** How a field's value looks, in short: see scripts/generate/structure.ts. */
export type Shape = string

/** The shape of a kind that every cluster serves, with or without its group: `Deployment`, `Deployment.apps`. */
export function shapeOfKind(name: string): Shape | undefined {
  const [kind = '', ...group] = name.split('.')
  const known = resourceOf(kind)
  if (known === undefined || (group.length > 0 && group.join('.') !== known.group)) return undefined
  const type = typeOfKind(`${known.group}/${known.version}/${kind}`)
  return type === undefined ? undefined : `@${type}`
}

/** The fields of a value of this shape, by name; undefined: it has none of its own. */
export function fieldsOfShape(shape: Shape): ReadonlyMap<string, Shape> | undefined {
  return shape.startsWith('@') ? shapesOf(shape.slice(1)) : undefined
}

/** The fields of a part of an object that no object of its kind has. */
export function unknownFields(kind: string, part: object): readonly StructureProblem[] {
  const known = resourceOf(kind)
  if (known === undefined) return []
  const apiVersion = known.group === '' ? known.version : `${known.group}/${known.version}`
  const whole = { ...part, apiVersion, kind } as KubernetesObject
  return structureProblems(whole).filter(({ message }) => message.startsWith('unknown field'))
}

/** `unknown field "spec.replica"`, `json: cannot unmarshal string into Go struct field Container.spec.containers.image of type string` */
function pathIn(message: string): string {
  return /^unknown field "(.*)"$/.exec(message)?.[1] ?? /struct field \w+\.(\S+) of type/.exec(message)?.[1] ?? ''
}
