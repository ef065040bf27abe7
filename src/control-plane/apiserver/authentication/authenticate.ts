import type { Credentials, UserInfo } from '../../../api/request.ts'
import { unauthorized } from '../../../api/status.ts'
import type { Answer } from '../../../api/types.ts'
import type { Server } from '../contract.ts'
import { authenticateToken } from './tokens.ts'

const AUTHENTICATED = 'system:authenticated'
const UNAUTHENTICATED = 'system:unauthenticated'

const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: [UNAUTHENTICATED] }

/** Who asks. Source: pkg/kubeapiserver/authenticator/config.go */
export function authenticate(server: Server, credentials: Credentials): Answer<UserInfo> {
  switch (credentials.type) {
    case 'user':
      return withAuthenticated(credentials.user)
    case 'anonymous':
      return server.anonymousAuth ? ANONYMOUS : unauthorized()
    case 'bearer': {
      const { user } = authenticateToken(server, credentials.token)
      return user === undefined ? unauthorized() : withAuthenticated(user)
    }
  }
}

const known = new WeakMap<UserInfo, UserInfo>()

/** Everybody who is somebody is in system:authenticated. Source: authentication/group/authenticated_group_adder.go */
export function withAuthenticated(user: UserInfo): UserInfo {
  if (user.groups.includes(AUTHENTICATED) || user.groups.includes(UNAUTHENTICATED)) return user
  let full = known.get(user)
  if (full === undefined) {
    full = { ...user, groups: [...user.groups, AUTHENTICATED] }
    known.set(user, full)
  }
  return full
}
