import type { UserInfo } from '../../../api/request.ts'
import { badRequest } from '../../../api/status.ts'
import { rfc3339 } from '../../../api/time.ts'
import type { Answer, SelfSubjectReview, TokenReview } from '../../../api/types.ts'
import { withAuthenticated } from '../authentication/authenticate.ts'
import { authenticateToken } from '../authentication/tokens.ts'
import type { Call } from '../contract.ts'

/** Who am I? Source: pkg/registry/authentication/selfsubjectreview/rest.go */
export function selfSubjectReview(
  { server, user }: Call,
  { apiVersion, kind }: SelfSubjectReview,
): Answer<SelfSubjectReview> {
  return {
    apiVersion,
    kind,
    metadata: { creationTimestamp: rfc3339(server.clock.now()) },
    status: { userInfo: shown(user) },
  } as SelfSubjectReview
}

/** Whose token is this? Source: pkg/registry/authentication/tokenreview/storage.go */
export function tokenReview({ server }: Call, review: TokenReview): Answer<TokenReview> {
  const { token, audiences } = review.spec
  if (!token) return badRequest('token is required for TokenReview in authentication')
  const { user, audiences: meant, error } = authenticateToken(server, token, audiences?.length ? audiences : undefined)
  const status =
    user === undefined
      ? { user: {}, error: error ?? 'invalid bearer token' }
      : { authenticated: true, user: shown(withAuthenticated(user)), audiences: meant }
  return { ...review, status } as TokenReview
}

function shown({ name, uid, groups, extra }: UserInfo) {
  const hasExtra = extra !== undefined && Object.keys(extra).length > 0
  return { username: name, ...(uid && { uid }), groups, ...(hasExtra && { extra }) }
}
