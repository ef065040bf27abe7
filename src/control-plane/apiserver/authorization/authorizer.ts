import type { UserInfo } from '../../../api/request.ts'
import type { Attributes, Authorizer, Decision, Server } from '../contract.ts'
import { authorizeNode } from './node.ts'
import { Rbac } from './rbac.ts'

const ALLOWED: Decision = { allowed: true, reason: '' }

/** --authorization-mode=Node,RBAC behind the group that may do everything. Source: pkg/kubeapiserver/authorizer/config.go */
export class NodeAndRbac implements Authorizer {
  readonly rbac: Rbac
  readonly #server: Server

  constructor(server: Server) {
    this.#server = server
    this.rbac = new Rbac(server)
  }

  authorize(attributes: Attributes): Decision {
    if (isMaster(attributes.user)) return ALLOWED
    const node = authorizeNode(this.#server, attributes)
    if (node === undefined) return this.rbac.authorize(attributes)
    if (node.allowed) return node
    const rbac = this.rbac.authorize(attributes)
    if (rbac.allowed || node.reason === '') return rbac
    return rbac.reason === '' ? node : { allowed: false, reason: `${node.reason}\n${rbac.reason}` }
  }
}

/** Source: apiserver/pkg/authorization/authorizerfactory NewPrivilegedGroups */
export function isMaster(user: UserInfo): boolean {
  return user.groups.includes('system:masters')
}
