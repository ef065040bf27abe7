import type { ApiResponse } from '../../../api/request.ts'
import { badRequest, conflict, invalid, notFound } from '../../../api/status.ts'
import { rfc3339 } from '../../../api/time.ts'
import {
  type Answer,
  isStatus,
  type KubernetesObject,
  type Pod,
  type ServiceAccount,
  type TokenRequest,
} from '../../../api/types.ts'
import type { Call, Server } from '../contract.ts'
import type { FieldError } from '../registry/contract.ts'
import { respond } from './answer.ts'

/** Pods' tokens that ask for this live (3607 s) are good for a year, with a warning due after it. Source: pkg/serviceaccount/claims.go */
const WARN_ONLY_SECONDS = 3607
const EXTENDED_SECONDS = 365 * 24 * 3600
const MIN_SECONDS = 600

/** What a bound token names besides the ServiceAccount. */
interface Bound {
  readonly pod?: KubernetesObject
  readonly node?: KubernetesObject
  readonly secret?: KubernetesObject
}

/** POST serviceaccounts/token. Source: pkg/registry/core/serviceaccount/storage/token.go */
export function requestToken(call: Call): ApiResponse {
  return respond(call, 201, issue(call, call.request.body as TokenRequest))
}

function issue(call: Call, request: TokenRequest): Answer<TokenRequest> {
  const { server, namespace } = call
  const name = call.request.name!
  const account = server.read('ServiceAccount', name, namespace) as ServiceAccount | undefined
  if (account === undefined) return notFound(call.endpoint.groupResource, name)
  const seconds = request.spec?.expirationSeconds ?? 3600
  const errors = validate(seconds)
  if (errors.length > 0) return invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', errors)
  const bound = boundObject(call, request, name)
  if (isStatus(bound)) return bound
  const audiences = request.spec?.audiences?.length ? request.spec.audiences : [server.issuer]
  const now = Math.floor(server.clock.now() / 1000)
  const ours = audiences.every((audience) => audience === server.issuer)
  const extended = bound.pod !== undefined && seconds === WARN_ONLY_SECONDS && ours
  const claims = claimsOf(
    server,
    account,
    bound,
    now,
    extended ? EXTENDED_SECONDS : seconds,
    audiences,
    extended ? seconds : 0,
  )
  return {
    ...request,
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    // Source: token.go Create: what is answered carries the ServiceAccount's own uid.
    metadata: {
      ...request.metadata,
      name,
      namespace: namespace!,
      uid: account.metadata.uid!,
      creationTimestamp: rfc3339(now * 1000),
    },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: request.spec?.boundObjectRef ?? null },
    status: { token: server.authority.sign(claims), expirationTimestamp: rfc3339((now + seconds) * 1000) },
  } as unknown as TokenRequest
}

/** Source: pkg/apis/authentication/validation/validation.go ValidateTokenRequest */
function validate(seconds: number): readonly FieldError[] {
  const field = 'spec.expirationSeconds'
  const invalidSeconds = (why: string): FieldError[] => [
    { type: 'FieldValueInvalid', field, message: `Invalid value: ${seconds}: ${why}` },
  ]
  if (seconds < MIN_SECONDS) return invalidSeconds('may not specify a duration less than 10 minutes')
  return seconds > 2 ** 32 ? invalidSeconds('may not specify a duration larger than 2^32 seconds') : []
}

function boundObject(call: Call, request: TokenRequest, account: string): Answer<Bound> {
  const { server, namespace } = call
  const reference = request.spec?.boundObjectRef
  if (reference === undefined) return {}
  const { kind = '', name = '', uid, apiVersion } = reference
  if (!['Pod', 'Node', 'Secret'].includes(kind) || (apiVersion !== undefined && apiVersion !== 'v1'))
    return badRequest(`cannot bind token to object of type ${groupVersionOf(apiVersion)}, Kind=${kind}`)
  const object = server.read(kind, name, kind === 'Node' ? undefined : namespace)
  const { groupResource } = server.table.forKind(kind)!
  if (object === undefined) return notFound(groupResource, name)
  if (uid && uid !== object.metadata.uid) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`
    return conflict({ group: '', resource: kind }, name, why)
  }
  if (kind === 'Node') return { node: object }
  if (kind === 'Secret') return { secret: object }
  const { serviceAccountName, nodeName } = (object as Pod).spec
  if (serviceAccountName !== account)
    return badRequest(
      `cannot bind token for serviceaccount "${account}" to pod running with different serviceaccount name.`,
    )
  const node = nodeName ? server.read('Node', nodeName) : undefined
  return { pod: object, ...(node && { node }) }
}

/** As a GroupVersionKind prints them: `/v1`, `apps/v1`. */
function groupVersionOf(apiVersion = ''): string {
  return apiVersion === '' || apiVersion.includes('/') ? apiVersion : `/${apiVersion}`
}

/** Source: pkg/serviceaccount/claims.go Claims */
function claimsOf(
  server: Server,
  { metadata }: ServiceAccount,
  bound: Bound,
  now: number,
  seconds: number,
  audiences: readonly string[],
  warnAfter: number,
): Readonly<Record<string, unknown>> {
  const { namespace, name, uid } = metadata
  return {
    aud: audiences,
    exp: now + seconds,
    iat: now,
    iss: server.issuer,
    jti: server.random.uuid(),
    'kubernetes.io': {
      namespace,
      ...(bound.node && { node: reference(bound.node) }),
      ...(bound.pod && { pod: reference(bound.pod) }),
      ...(bound.secret && { secret: reference(bound.secret) }),
      serviceaccount: { name, uid },
      ...(warnAfter > 0 && { warnafter: now + warnAfter }),
    },
    nbf: now,
    sub: `system:serviceaccount:${namespace}:${name}`,
  }
}

function reference({ metadata }: KubernetesObject): { readonly name: string; readonly uid: string | undefined } {
  return { name: metadata.name, uid: metadata.uid }
}
