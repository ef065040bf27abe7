import { parseAllDocuments } from 'yaml'
import type { ApiRequest, ApiResponse, UserInfo } from '../api/request.ts'
import { serviceUnavailable } from '../api/status.ts'
import { isStatus, type KubernetesObject, type Status } from '../api/types.ts'
import { kindOfManifest } from './kinds.ts'
import { SpecError } from './step.ts'
import type { World } from './world.ts'

export const ADMIN: UserInfo = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }

/** One request to the API server, as a user; refused connections come back as a Status too. */
export function send(world: World, request: Omit<ApiRequest, 'credentials'>, user: UserInfo = ADMIN): ApiResponse {
  const server = world.cluster.apiServer()
  if (server === undefined) return { code: 503, body: serviceUnavailable('connect: connection refused') }
  return server.handle({ ...request, credentials: { type: 'user', user } })
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
  return namespaced ? { resource, namespace: object.metadata?.namespace ?? world.namespace } : { resource }
}

/** Creates the object, as its manifest says. */
export function submit(world: World, object: KubernetesObject, user?: UserInfo): ApiResponse {
  const answer = send(
    world,
    { verb: 'create', ...place(world, object), body: object, wire: {}, options: { fieldValidation: 'Strict' } },
    user,
  )
  const { body } = answer
  if (isStatus(body) && body.code === 404 && body.message === NOT_SERVED)
    world.incapable(
      `keep ${object.kind} "${object.metadata?.name}": ${object.apiVersion} ${object.kind} is not simulated`,
    )
  return answer
}

/** What the API server says of a resource it does not serve. Source: apimachinery/pkg/api/errors NewGenericServerResponse */
const NOT_SERVED = 'the server could not find the requested resource'

/** Creates the object or, where it is there already, patches it to what the manifest says. */
export function apply(world: World, object: KubernetesObject): ApiResponse {
  const created = submit(world, object)
  if (!isStatus(created.body) || created.body.reason !== 'AlreadyExists') return created
  const patchType = `application/${kindOfManifest(world, object).custom ? '' : 'strategic-'}merge-patch+json` as const
  return send(world, {
    verb: 'patch',
    ...place(world, object),
    name: object.metadata.name,
    body: object,
    patchType,
    wire: {},
  })
}

/** Fails the step unless the request was done. */
export function done(world: World, { body }: ApiResponse): void {
  if (isStatus(body) && body.status !== 'Success') world.fail(`the API server refused: ${(body as Status).message}`)
}
