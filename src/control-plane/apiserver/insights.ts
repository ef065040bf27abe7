import type { Insights } from '../../api/request.ts'
import { isStatus } from '../../api/types.ts'
import { authenticate } from './authentication/authenticate.ts'
import { impersonate } from './authentication/impersonate.ts'
import { legacyTokenUse } from './authentication/legacy-tokens.ts'
import type { Server } from './contract.ts'
import { flowOf } from './flow-control.ts'

/** What a server can say of requests, and of what it holds, besides answering. */
export function insightsOf(server: Server): Insights {
  return {
    whoAsks(credentials, attributes, other) {
      const user = authenticate(server, credentials)
      if (isStatus(user) || other === undefined) return isStatus(user) ? user : { user }
      const impersonated = impersonate(server, user, other, attributes)
      return isStatus(impersonated) ? impersonated : { user, impersonated }
    },
    tokenUse: (credentials) => (credentials.type === 'bearer' ? legacyTokenUse(server, credentials.token) : undefined),
    decide: (user, attributes) => server.authorizer.authorize({ user, ...attributes }),
    flowOf: (user, attributes) => flowOf(server, { user, ...attributes }),
    objectCounts() {
      const stored = server.table.endpoints.filter(({ storage, definition }) => storage?.definition === definition)
      return stored.map(({ groupResource: { group, resource }, storage }) => ({
        group,
        resource,
        count: storage!.cacher.start().size,
      }))
    },
  }
}
