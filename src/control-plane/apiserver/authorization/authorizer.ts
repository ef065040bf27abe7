import type { UserInfo } from '../../../api/request.ts'
import type { Attributes, Authorizer, Decision, Server } from '../contract.ts'
import { authorizeNode } from './node.ts'
import { Rbac } from './rbac.ts'

const ALLOWED: Decision = { allowed: true, reason: '' }

type Mode = (attributes: Attributes) => Decision | undefined

/** --authorization-mode: the first mode that allows decides; before them all, the group that may do everything. Source: pkg/kubeapiserver/authorizer/config.go, apiserver/pkg/authorization/union */
export class AuthorizationModes implements Authorizer {
  readonly rbac: Rbac
  readonly #modes: readonly Mode[]

  constructor(server: Server, modes: readonly string[]) {
    this.rbac = new Rbac(server)
    const known: Readonly<Record<string, Mode>> = {
      Node: (attributes) => authorizeNode(server, attributes),
      RBAC: (attributes) => this.rbac.authorize(attributes),
      AlwaysAllow: () => ALLOWED,
      AlwaysDeny: () => ({ allowed: false, reason: 'Everything is forbidden.' }),
    }
    this.#modes = modes.map((mode) => {
      const authorize = known[mode]
      if (authorize === undefined) throw new Error(`authorization mode ${mode} is not simulated`)
      return authorize
    })
  }

  authorize(attributes: Attributes): Decision {
    if (isMaster(attributes.user)) return ALLOWED
    let reason = ''
    for (const mode of this.#modes) {
      const decision = mode(attributes)
      if (decision?.allowed) return decision
      if (decision?.reason) reason = reason === '' ? decision.reason : `${reason}\n${decision.reason}`
    }
    return { allowed: false, reason }
  }
}

/** Source: apiserver/pkg/authorization/authorizerfactory NewPrivilegedGroups */
export function isMaster(user: UserInfo): boolean {
  return user.groups.includes('system:masters')
}
