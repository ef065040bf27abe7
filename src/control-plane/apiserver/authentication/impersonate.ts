import type { UserInfo } from '../../../api/request.ts'
import type { Answer } from '../../../api/types.ts'
import { forbiddenStatus } from '../authorization/authorize.ts'
import type { Attributes, Server } from '../contract.ts'
import { withAuthenticated } from './authenticate.ts'

const GROUP = 'authentication.k8s.io'

/** Acting as somebody else: each part of the other has to be allowed. Source: endpoints/filters/impersonation/impersonation.go */
export function impersonate(server: Server, user: UserInfo, other: UserInfo): Answer<UserInfo> {
  for (const attributes of parts(user, other)) {
    const { allowed, reason } = server.authorizer.authorize(attributes)
    if (!allowed) return forbiddenStatus(attributes, reason)
  }
  if (other.name === 'system:anonymous') return other
  return withAuthenticated(other)
}

function* parts(user: UserInfo, other: UserInfo): Iterable<Attributes> {
  const verb = 'impersonate'
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(other.name)
  if (account !== null)
    yield { user, verb, group: '', resource: 'serviceaccounts', namespace: account[1], name: account[2] }
  else yield { user, verb, group: '', resource: 'users', name: other.name }
  for (const name of other.groups) yield { user, verb, group: '', resource: 'groups', name }
  for (const [key, values] of Object.entries(other.extra ?? {}))
    for (const name of values) yield { user, verb, group: GROUP, resource: 'userextras', subresource: key, name }
  if (other.uid !== undefined) yield { user, verb, group: GROUP, resource: 'uids', name: other.uid }
}
