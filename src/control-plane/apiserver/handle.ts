import { quote } from '../../api/names.ts'
import type { ApiRequest, ApiResponse, UserInfo } from '../../api/request.ts'
import { badRequest, internalError, methodNotAllowed, unknownError, unknownResource } from '../../api/status.ts'
import { type Answer, isStatus, type Status } from '../../api/types.ts'
import { EtcdError } from '../etcd/contract.ts'
import { aggregated } from './aggregated.ts'
import { authenticate } from './authentication/authenticate.ts'
import { impersonate } from './authentication/impersonate.ts'
import { attributesOf, authorize } from './authorization/authorize.ts'
import type { Call, Server } from './contract.ts'
import { ConversionFailure, NeedsOutside } from './outside.ts'
import { componentStatuses } from './rest/component-status.ts'
import { create } from './rest/create.ts'
import { remove } from './rest/delete.ts'
import { removeCollection } from './rest/deletecollection.ts'
import { get } from './rest/get.ts'
import { list } from './rest/list.ts'
import { patch } from './rest/patch.ts'
import { serveSubresource } from './rest/subresources.ts'
import { update } from './rest/update.ts'
import { review } from './reviews/review.ts'

/** A request, all the way: who asks, may they, what do they want, do it. Everything behind the verbs is in rest/. */
export function handle(server: Server, request: ApiRequest): ApiResponse {
  if (request.outside === server.outcomes) return handled(server, request)
  return server.during(request.outside, () => handled(server, request))
}

function handled(server: Server, request: ApiRequest): ApiResponse {
  const rewind = request.outside === undefined ? undefined : marked(server)
  try {
    const call = accept(server, request)
    return isStatus(call) ? (aggregated(server, request, call) ?? refuse(call)) : serve(call)
  } catch (error) {
    if (error instanceof NeedsOutside) {
      rewind?.()
      return { ...refuse(internalError(error.message)), outside: error.calls }
    }
    const { body, afterMs } = etcdFailure(error)
    return afterMs > 0 ? { ...refuse(body), afterMs } : refuse(body)
  }
}

/** A request that will be handed in again leaves no mark. */
function marked({ random, dryRunRandom }: Server): () => void {
  const marks = [random.mark(), dryRunRandom.mark()]
  return () => {
    for (const back of marks) back()
  }
}

/** What etcd said, or a conversion webhook, as it is. Source: responsewriters/status.go ErrorToAPIStatus. @throws anything else */
export function etcdFailure(error: unknown): { readonly body: Status; readonly afterMs: number } {
  if (error instanceof ConversionFailure) return { body: unknownError(error.message), afterMs: 0 }
  if (!(error instanceof EtcdError)) throw error
  return { body: unknownError(error.message), afterMs: error.afterMs }
}

/** The first half of every request, watches included: authenticate, authorize, find what is asked for. */
export function accept(server: Server, request: ApiRequest): Answer<Call> {
  const asking = authenticate(server, request.credentials)
  if (isStatus(asking)) return asking
  const { impersonate: other } = request
  const user = other === undefined ? asking : impersonate(server, asking, other, attributesOf(asking, request))
  if (isStatus(user)) return user
  return authorize(server, user, request) ?? callOf(server, request, user)
}

function refuse(status: Status): ApiResponse {
  const retryAfterSeconds = status.details?.retryAfterSeconds
  const response = { code: status.code ?? 500, body: status }
  return retryAfterSeconds === undefined ? response : { ...response, retryAfterSeconds }
}

const NO_OPTIONS = {}

/** The request with its place in the server, or the Status for what is not served. */
function callOf(server: Server, request: ApiRequest, user: UserInfo): Answer<Call> {
  const { group, version, resource } = request.resource
  const endpoint = server.table.find(group, version, resource)
  if (endpoint === undefined) return unknownResource()
  const unfit = request.name === undefined ? undefined : unfitName(request.name)
  if (unfit !== undefined) return badRequest(`Name parameter invalid: ${quote(request.name!)}: ${unfit}`)
  const namespace = endpoint.definition.namespaced ? request.namespace || undefined : undefined
  const options = request.options ?? NO_OPTIONS
  const auditAnnotations = request.wire === undefined ? undefined : new Map<string, string>()
  const { deprecation } = endpoint.definition
  const warnings = deprecation !== undefined && request.wire !== undefined ? [deprecation] : []
  return { server, request, endpoint, user, options, namespace, warnings, auditAnnotations }
}

/** Source: apimachinery/pkg/api/validation/path/name.go IsValidPathSegmentName */
function unfitName(name: string): string | undefined {
  if (name === '.' || name === '..') return `may not be '${name}'`
  const bad = /[/%]/.exec(name)
  return bad === null ? undefined : `may not contain '${bad[0]}'`
}

function serve(call: Call): ApiResponse {
  const { verb, resource } = call.request
  if (resource.subresource !== undefined) return serveSubresource(call, resource.subresource)
  const { verbs, virtual } = call.endpoint.definition
  if (verbs !== undefined && !verbs.includes(verb)) return refuse(methodNotAllowed())
  if (call.endpoint.definition.kind === 'ComponentStatus') return componentStatuses(call)
  if (virtual) return verb === 'create' ? review(call) : refuse(methodNotAllowed())
  switch (verb) {
    case 'get':
      return get(call)
    case 'list':
      return list(call)
    case 'create':
      return create(call)
    case 'update':
      return update(call)
    case 'patch':
      return patch(call)
    case 'delete':
      return remove(call)
    case 'deletecollection':
      return removeCollection(call)
    default:
      return refuse(methodNotAllowed())
  }
}
