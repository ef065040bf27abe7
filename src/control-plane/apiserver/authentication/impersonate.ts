import { isDNS1123Subdomain } from '../../../api/names.ts'
import type { RequestAttributes, UserInfo } from '../../../api/request.ts'
import type { Answer, Status } from '../../../api/types.ts'
import { forbiddenStatus } from '../authorization/authorize.ts'
import type { Attributes, Server } from '../contract.ts'

const GROUP = 'authentication.k8s.io'
const AUTHENTICATED = 'system:authenticated'
const UNAUTHENTICATED = 'system:unauthenticated'

/** One way of being allowed to act as somebody else. */
interface Mode {
  /** `user-info`; without a name, the right to `impersonate` that was there first. */
  readonly name?: string
  readonly applies: (wanted: UserInfo, user: UserInfo) => boolean
}

/** In the order they are tried. Source: apiserver/pkg/endpoints/filters/impersonation/mode.go allImpersonationModes */
const modes: readonly Mode[] = [
  { name: 'associated-node', applies: (wanted, user) => isNameOnly(wanted) && isOnNode(user, wanted.name) },
  { name: 'arbitrary-node', applies: (wanted) => isNameOnly(wanted) && nodeOf(wanted.name) !== undefined },
  { name: 'serviceaccount', applies: (wanted) => isNameOnly(wanted) && accountOf(wanted.name) !== undefined },
  {
    name: 'user-info',
    applies: ({ name }) => nodeOf(name) === undefined && accountOf(name) === undefined,
  },
  { applies: () => true },
]

/**
 * Acting as somebody else: each part of the other has to be allowed, and in the constrained modes what is to be done as
 * the other, too. Source: endpoints/filters/impersonation/constrained_impersonation.go getImpersonatedUser
 *
 * @param asked what the request wants to do
 */
export function impersonate(
  server: Server,
  user: UserInfo,
  wanted: UserInfo,
  asked: RequestAttributes,
): Answer<UserInfo> {
  let first: Status | undefined
  for (const mode of modes) {
    if (!mode.applies(wanted, user)) continue
    const refused = check(server, mode, user, wanted, asked)
    if (refused === undefined) return acting(mode, wanted)
    first ??= refused
  }
  return first!
}

function check(server: Server, { name }: Mode, user: UserInfo, wanted: UserInfo, asked: RequestAttributes) {
  const asking = name === 'associated-node' ? withKeysOnly(user) : user
  const refusal = (attributes: Attributes): Status | undefined => {
    const { allowed, reason } = server.authorizer.authorize(attributes)
    return allowed ? undefined : forbiddenStatus(attributes, reason)
  }
  if (name !== undefined) {
    const on = refusal({ ...asked, user: asking, verb: `impersonate-on:${name}:${asked.verb}` })
    if (on !== undefined) return on
    const wrong = constraintProblem(asking, wanted, `impersonate:${name}`)
    if (wrong !== undefined) return wrong
  }
  for (const attributes of parts(asking, wanted, name)) {
    const refused = refusal(attributes)
    if (refused !== undefined) return refused
  }
  return undefined
}

/** What nobody may be in the constrained modes. Source: mode.go authorizeGroups */
function constraintProblem(user: UserInfo, wanted: UserInfo, verb: string): Status | undefined {
  const attributes = { user, verb, group: GROUP, resource: 'groups' }
  if (wanted.groups.includes(''))
    return forbiddenStatus(attributes, 'impersonating the empty string group is not allowed')
  if (wanted.groups.includes('system:masters'))
    return forbiddenStatus(
      { ...attributes, name: 'system:masters' },
      'impersonating the system:masters group is not allowed',
    )
  return undefined
}

function* parts(user: UserInfo, wanted: UserInfo, mode: string | undefined): Iterable<Attributes> {
  const verb = mode === undefined ? 'impersonate' : `impersonate:${mode}`
  const group = mode === undefined ? '' : GROUP
  const account = accountOf(wanted.name)
  const node = mode === undefined ? undefined : nodeOf(wanted.name)
  if (account !== undefined) yield { user, verb, group, resource: 'serviceaccounts', ...account }
  else if (node === undefined) yield { user, verb, group, resource: 'users', name: wanted.name }
  else yield { user, verb, group, resource: 'nodes', name: mode === 'associated-node' ? '*' : node }
  if (wanted.uid !== undefined) yield { user, verb, group: GROUP, resource: 'uids', name: wanted.uid }
  for (const name of wanted.groups) yield { user, verb, group, resource: 'groups', name }
  for (const [key, values] of Object.entries(wanted.extra ?? {}))
    for (const name of values) yield { user, verb, group: GROUP, resource: 'userextras', subresource: key, name }
}

/** The groups that come with a name. Source: mode.go authorizeUsername, check */
function acting({ name }: Mode, wanted: UserInfo): UserInfo {
  const account = accountOf(wanted.name)
  let { groups } = wanted
  if (name !== undefined && nodeOf(wanted.name) !== undefined) groups = ['system:nodes']
  else if (account !== undefined && groups.length === 0)
    groups = ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`]
  const everybody = wanted.name === 'system:anonymous' ? UNAUTHENTICATED : AUTHENTICATED
  const complete = groups.includes(everybody) || groups.includes(UNAUTHENTICATED)
  return { ...wanted, groups: complete ? groups : [...groups, everybody] }
}

const isNameOnly = ({ uid, groups, extra }: UserInfo) =>
  uid === undefined && groups.length === 0 && Object.keys(extra ?? {}).length === 0

function accountOf(name: string): { readonly namespace: string; readonly name: string } | undefined {
  const found = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name)
  return found === null ? undefined : { namespace: found[1]!, name: found[2]! }
}

function nodeOf(name: string): string | undefined {
  const node = name.startsWith('system:node:') ? name.slice('system:node:'.length) : ''
  return node !== '' && isDNS1123Subdomain(node).length === 0 ? node : undefined
}

/** Whether it is a Pod's service account on that node. Source: mode.go requesterAssociatedWithRequestedNodeUsername */
function isOnNode({ name, extra }: UserInfo, wanted: string): boolean {
  const [own, ...more] = extra?.['authentication.kubernetes.io/node-name'] ?? []
  return accountOf(name) !== undefined && own !== undefined && more.length === 0 && nodeOf(wanted) === own
}

/** Source: mode.go associatedNodeImpersonationRequestorUserInfo */
function withKeysOnly(user: UserInfo): UserInfo {
  return {
    ...user,
    extra: { 'authentication.kubernetes.io/associated-node-keys': Object.keys(user.extra ?? {}).sort() },
  }
}
