import type { UserInfo } from '../../../api/request.ts'
import type { KubernetesObject } from '../../../api/types.ts'
import type { Server } from '../contract.ts'
import { bootstrapTokenUser } from './bootstrap-tokens.ts'
import { LEGACY_ISSUER, type LegacyClaims, legacyTokenProblem } from './legacy-tokens.ts'

export interface TokenAnswer {
  readonly user?: UserInfo
  /** Whom the token is meant for. */
  readonly audiences?: readonly string[]
  /** Why it is no good, in upstream's words; undefined where nobody knows the token. */
  readonly error?: string
}

interface Reference {
  readonly name?: string
  readonly uid?: string
}

/** Claims of a service account token. Source: pkg/serviceaccount/claims.go */
interface Claims {
  readonly iss?: string
  readonly aud?: string | readonly string[]
  readonly exp?: number
  readonly nbf?: number
  readonly iat?: number
  readonly jti?: string
  readonly 'kubernetes.io'?: {
    readonly namespace?: string
    readonly serviceaccount?: Reference
    readonly pod?: Reference
    readonly node?: Reference
    readonly secret?: Reference
  }
}

/** Clocks may differ this much, ms. Source: go-jose jwt.DefaultLeeway */
const LEEWAY_MS = 60_000
const UNKNOWN: TokenAnswer = {}

/** Whom a bearer token stands for. @param audiences the token must be for one of them; default: this API server */
export function authenticateToken(server: Server, token: string, audiences?: readonly string[]): TokenAnswer {
  const user = server.authority.staticTokens?.get(token)
  // They are for this server only. Source: apiserver/pkg/authentication/token/audagnostic
  const own = audiences === undefined || audiences.includes(server.issuer)
  if (user !== undefined) return own ? { user, audiences: [server.issuer] } : UNKNOWN
  const bootstrap = bootstrapTokenUser(server, token)
  if (bootstrap !== undefined) return own ? { user: bootstrap, audiences: [server.issuer] } : UNKNOWN
  const claims = server.authority.verify(token) as Claims | undefined
  if (claims?.iss === LEGACY_ISSUER) return legacyToken(server, token, claims as LegacyClaims, audiences)
  if (claims === undefined || claims.iss !== server.issuer) return UNKNOWN
  const meant = typeof claims.aud === 'string' ? [claims.aud] : (claims.aud ?? [])
  const wanted = audiences ?? [server.issuer]
  const common = meant.filter((audience) => wanted.includes(audience))
  if (common.length === 0) {
    const error = `[invalid bearer token, token audiences ${list(meant)} is invalid for the target audiences ${list(wanted)}]`
    return { error }
  }
  const error = timeError(claims, server.clock.now()) ?? boundError(server, claims)
  return error === undefined
    ? { user: userOf(claims), audiences: common }
    : { error: `[invalid bearer token, ${error}]` }
}

/** A token without an end and without audiences: good for this server only. */
function legacyToken(
  server: Server,
  token: string,
  claims: LegacyClaims,
  audiences: readonly string[] = [server.issuer],
): TokenAnswer {
  const problem = legacyTokenProblem(server, token, claims)
  if (problem !== undefined) return { error: `[invalid bearer token, ${problem}]` }
  if (!audiences.includes(server.issuer)) return UNKNOWN
  const [namespace, name, uid] = [
    claims['kubernetes.io/serviceaccount/namespace'],
    claims['kubernetes.io/serviceaccount/service-account.name'],
    claims['kubernetes.io/serviceaccount/service-account.uid'],
  ]
  const reference = { ...(name !== undefined && { name }), ...(uid !== undefined && { uid }) }
  const user = userOf({ 'kubernetes.io': { ...(namespace !== undefined && { namespace }), serviceaccount: reference } })
  return { user, audiences: [server.issuer] }
}

function list(texts: readonly string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`
}

/** Source: claims.go validator.Validate */
function timeError({ exp, nbf, iat }: Claims, now: number): string | undefined {
  if (exp !== undefined && now - LEEWAY_MS > exp * 1000) return 'service account token has expired'
  if (nbf !== undefined && now + LEEWAY_MS < nbf * 1000) return 'service account token is not valid yet'
  if (iat !== undefined && now + LEEWAY_MS < iat * 1000) return 'service account token is issued in the future'
  return undefined
}

function boundError(server: Server, claims: Claims): string | undefined {
  const { namespace = '', serviceaccount = {}, pod, node, secret } = claims['kubernetes.io'] ?? {}
  const name = serviceaccount.name ?? ''
  const account = server.read('ServiceAccount', name, namespace)
  if (account === undefined) return `serviceaccounts "${name}" not found`
  const { uid } = account.metadata
  if (uid !== serviceaccount.uid) return `service account UID (${uid}) does not match claim (${serviceaccount.uid})`
  const gone = 'service account token has been invalidated'
  if (secret !== undefined && !isSame(server.read('Secret', secret.name ?? '', namespace), secret)) return gone
  if (pod !== undefined) return isSame(server.read('Pod', pod.name ?? '', namespace), pod) ? undefined : gone
  return node === undefined || isSame(server.read('Node', node.name ?? ''), node) ? undefined : gone
}

function isSame(object: KubernetesObject | undefined, { uid }: Reference): boolean {
  return object !== undefined && object.metadata.uid === uid
}

/** Source: apiserver/pkg/authentication/serviceaccount/util.go ServiceAccountInfo.UserInfo */
function userOf(claims: Claims): UserInfo {
  const { namespace, serviceaccount, pod, node } = claims['kubernetes.io'] ?? {}
  const extra: Record<string, readonly string[]> = {}
  const add = (key: string, value: string | undefined) => {
    if (value) extra[`authentication.kubernetes.io/${key}`] = [value]
  }
  add('credential-id', claims.jti && `JTI=${claims.jti}`)
  add('node-name', node?.name)
  add('node-uid', node?.uid)
  add('pod-name', pod?.name)
  add('pod-uid', pod?.uid)
  return {
    name: `system:serviceaccount:${namespace}:${serviceaccount?.name}`,
    ...(serviceaccount?.uid !== undefined && { uid: serviceaccount.uid }),
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
    extra,
  }
}
