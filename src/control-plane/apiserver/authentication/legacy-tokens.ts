import { decodeBase64 } from '../../../api/base64.ts'
import type { ApiRequest } from '../../../api/request.ts'
import { rfc3339 } from '../../../api/time.ts'
import type { Secret } from '../../../api/types.ts'
import type { Server } from '../contract.ts'

export const LEGACY_ISSUER = 'kubernetes/serviceaccount'
const LAST_USED = 'kubernetes.io/legacy-token-last-used'
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since'
const DAY = 24 * 3_600_000

/** Claims of a token that a Secret holds. Source: pkg/serviceaccount/legacy.go legacyPrivateClaims */
export interface LegacyClaims {
  readonly sub?: string
  readonly 'kubernetes.io/serviceaccount/namespace'?: string
  readonly 'kubernetes.io/serviceaccount/service-account.name'?: string
  readonly 'kubernetes.io/serviceaccount/service-account.uid'?: string
  readonly 'kubernetes.io/serviceaccount/secret.name'?: string
}

/** Why the token is no good any more. Source: legacy.go legacyValidator.Validate */
export function legacyTokenProblem(server: Server, token: string, claims: LegacyClaims): string | undefined {
  const namespace = claims['kubernetes.io/serviceaccount/namespace'] ?? ''
  const name = claims['kubernetes.io/serviceaccount/service-account.name'] ?? ''
  const uid = claims['kubernetes.io/serviceaccount/service-account.uid']
  if (claims.sub !== `system:serviceaccount:${namespace}:${name}`) return 'sub claim is invalid'
  const secret = secretOf(server, claims)
  if (secret === undefined || secret.metadata.deletionTimestamp !== undefined) return 'Token has been invalidated'
  if (decodeBase64(secret.data?.token ?? '') !== token) return "Token does not match server's copy"
  const account = server.read('ServiceAccount', name, namespace)
  if (account === undefined) return `serviceaccounts "${name}" not found`
  if (account.metadata.deletionTimestamp !== undefined) return `ServiceAccount ${namespace}/${name} has been deleted`
  if (account.metadata.uid !== uid) return `ServiceAccount UID (${account.metadata.uid}) does not match claim (${uid})`
  if (secret.metadata.labels?.[INVALID_SINCE])
    return `the token in secret ${namespace}/${secret.metadata.name} for service account ${namespace}/${name} has been marked invalid. Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the '${INVALID_SINCE}' label from the secret to temporarily allow use of this token`
  return undefined
}

/** The label that notes the day of a token's last use. Source: legacy.go patchSecretWithLastUsedDate */
export function legacyTokenUse(server: Server, token: string): ApiRequest | undefined {
  const claims = server.authority.verify(token) as (LegacyClaims & { readonly iss?: string }) | undefined
  if (claims?.iss !== LEGACY_ISSUER) return undefined
  const secret = secretOf(server, claims)
  if (secret === undefined || decodeBase64(secret.data?.token ?? '') !== token) return undefined
  const day = (ms: number) => rfc3339(ms).slice(0, 10)
  const now = server.clock.now()
  const lastUsed = secret.metadata.labels?.[LAST_USED]
  if (lastUsed === day(now) || lastUsed === day(now + DAY)) return undefined
  const { name, uid, namespace } = secret.metadata
  return {
    verb: 'patch',
    credentials: {
      type: 'user',
      user: { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] },
    },
    resource: { group: '', version: 'v1', resource: 'secrets' },
    namespace: namespace!,
    name,
    patchType: 'application/merge-patch+json',
    body: { metadata: { uid, labels: { [LAST_USED]: day(now) } } },
  }
}

function secretOf(server: Server, claims: LegacyClaims): Secret | undefined {
  const namespace = claims['kubernetes.io/serviceaccount/namespace'] ?? ''
  const name = claims['kubernetes.io/serviceaccount/secret.name'] ?? ''
  return server.read('Secret', name, namespace) as Secret | undefined
}
