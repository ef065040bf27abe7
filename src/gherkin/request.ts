import { parseAllDocuments } from 'yaml'
import type { ApiResponse } from '../api/request.ts'
import { isStatus, type KubernetesObject, type Status } from '../api/types.ts'
import { kindOfManifest } from './kinds.ts'
import { SpecError } from './step.ts'
import type { Actor, TargetRequest } from './target.ts'
import type { World } from './world.ts'

const READS: ReadonlySet<string> = new Set(['get', 'list', 'watch'])

/** One request to the API server, its body held to its schema; refused connections come back as a Status too. */
export function send(world: World, asked: TargetRequest, as?: Actor): Promise<ApiResponse> {
  const request =
    asked.body === undefined ? asked : { wire: {}, ...asked, body: JSON.parse(JSON.stringify(asked.body)) }
  // A simulated cluster tells of whatever comes in; of a real one only we know what we do.
  if (world.target.cluster === undefined && !READS.has(request.verb)) world.story.wrote(request)
  return world.target.send(request, as)
}

/** The objects of a YAML text with one or more documents, `kind: List` unrolled. @throws {SpecError} with the line */
export function parseManifests(text: string, file = 'manifest'): KubernetesObject[] {
  const documents = parseAllDocuments(text)
  return [...documents].flatMap((document) => {
    const broken = document.errors[0]
    if (broken) throw new SpecError(`${file}:${broken.linePos?.[0].line ?? 1}: ${broken.message.split('\n')[0]}`)
    const object = document.toJS() as (KubernetesObject & { items?: KubernetesObject[] }) | null
    if (object === null) return []
    if (typeof object !== 'object' || !object.kind || !object.apiVersion)
      throw new SpecError(`${file}: each document needs apiVersion and kind`)
    return object.kind === 'List' ? (object.items ?? []) : [object]
  })
}

function place(world: World, object: KubernetesObject) {
  const { resource, namespaced } = kindOfManifest(world, object)
  return namespaced ? { resource, namespace: namespaceIn(world, object) } : { resource }
}

function namespaceIn(world: World, { metadata }: KubernetesObject): string {
  return metadata?.namespace === undefined ? world.namespace : world.target.namespace(metadata.namespace)
}

/** Fields, and a label of namespaces, whose value is the name of one. */
const NAMING: ReadonlySet<string> = new Set(['namespace', 'kubernetes.io/metadata.name'])

/** The manifest with the namespaces that it names as this cluster calls them. */
function localized(world: World, object: KubernetesObject): KubernetesObject {
  const { target } = world
  if (object.kind === 'Namespace')
    return { ...object, metadata: { ...object.metadata, name: target.namespace(object.metadata.name) } }
  const walk = (value: unknown, key = ''): unknown => {
    if (NAMING.has(key) && typeof value === 'string') return target.namespace(value)
    if (Array.isArray(value)) return value.map((item) => walk(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, walk(inner, name)]))
  }
  return target.cluster === undefined ? (walk(object) as KubernetesObject) : object
}

/** Creates the object, as its manifest says. */
export async function submit(world: World, object: KubernetesObject, as?: Actor): Promise<ApiResponse> {
  if (object.kind === 'Namespace') world.target.adoptNamespace(object.metadata.name)
  const body = localized(world, object)
  const answer = await send(
    world,
    { verb: 'create', ...place(world, object), body, options: { fieldValidation: 'Strict' } },
    as,
  )
  const refusal = answer.body
  if (isStatus(refusal) && refusal.code === 404 && refusal.message === NOT_SERVED)
    world.incapable(
      `keep ${object.kind} "${object.metadata?.name}": ${object.apiVersion} ${object.kind} is not simulated`,
    )
  return answer
}

/** What the API server says of a resource it does not serve. Source: apimachinery/pkg/api/errors NewGenericServerResponse */
const NOT_SERVED = 'the server could not find the requested resource'

/** Creates the object or, where it is there already, patches it to what the manifest says. */
export async function apply<T extends KubernetesObject>(world: World, object: T): Promise<ApiResponse> {
  const created = await submit(world, object)
  if (!isStatus(created.body) || created.body.reason !== 'AlreadyExists') return created
  const patchType = `application/${kindOfManifest(world, object).custom ? '' : 'strategic-'}merge-patch+json` as const
  return send(world, {
    verb: 'patch',
    ...place(world, object),
    name: localized(world, object).metadata.name,
    body: localized(world, object),
    patchType,
  })
}

/** Fails the step unless the request was done. */
export function done(world: World, { body }: Pick<ApiResponse, 'body'>): void {
  if (isStatus(body) && body.status !== 'Success') world.fail(`the API server refused: ${(body as Status).message}`)
}
