import type { APIService, CustomResourceDefinition } from '../../../api/types.ts'
import { AUTOMANAGED, builtInApiService, customApiService } from '../bootstrap/api-services.ts'
import type { Server } from '../contract.ts'
import { withLocalAvailability } from '../registry/apiregistration/apiservice.ts'
import { semanticallyEqual } from '../registry/semantic-equality.ts'
import { Follower } from './follow.ts'
import { amend, ensure, install, removeOwn } from './loopback.ts'

/** One APIService a group and version that is built in. Source: pkg/controlplane/apiserver/aggregator.go apiServicesToRegister */
export function installApiServices(server: Server): void {
  const served = new Map(
    server.table.endpoints.map(({ definition }) => [definition.group + definition.version, definition]),
  )
  for (const { group, version } of served.values()) {
    const each = builtInApiService(group, version)
    if (each !== undefined) install(server, withLocalAvailability(each, server.clock.now()))
  }
}

/**
 * One APIService a group and version that definitions serve, for as long as they do.
 * Source: pkg/controlplane/controller/crdregistration, kube-aggregator/pkg/controllers/autoregister checkAPIService
 */
export function followDefinitions(server: Server): Follower {
  return new Follower(server, ['CustomResourceDefinition', 'APIService'], () => {
    const wanted = new Map(wantedServices(server).map((each) => [each.metadata.name, each]))
    for (const each of server.readAll('APIService') as readonly APIService[]) {
      const { name, labels } = each.metadata
      if (labels?.[AUTOMANAGED] !== 'true') continue
      const desired = wanted.get(name)
      if (desired === undefined) removeOwn(server, 'APIService', name)
      else if (!semanticallyEqual(each.spec, desired.spec)) {
        amend(server, 'APIService', name, undefined, (current) => ({ ...(current as APIService), spec: desired.spec! }))
      }
    }
    for (const each of wanted.values()) ensure(server, each)
  })
}

function wantedServices(server: Server): readonly APIService[] {
  const definitions = server.readAll('CustomResourceDefinition') as readonly CustomResourceDefinition[]
  return definitions.flatMap(({ spec: { group, versions } }) =>
    versions.filter(({ served }) => served).map(({ name }) => customApiService(group, name)),
  )
}
