import type { Service } from '../../api/types.ts'
import type { InsideCall, InsideOutcome } from '../../control-plane/apiserver/contract.ts'
import type { RunningApiServer } from '../../control-plane/apiserver/index.ts'
import type { Network, Serve } from '../../network/contract.ts'
import { parseUrl } from '../../network/http.ts'
import type { Process } from '../../node/contract.ts'

/**
 * How an API server reaches a webhook in its cluster: a Service by its cluster IP, as seen from the server's host, or an
 * address. Certificates are not looked at: programs of the simulation speak in the clear.
 * Source: apiserver/pkg/util/webhook/client.go, kube-aggregator/pkg/apiserver/resolvers.go
 */
export function postInside(
  network: Network,
  process: Process,
  server: RunningApiServer,
  call: InsideCall,
): InsideOutcome {
  const parsed = parseUrl(call.url)
  if (parsed === undefined) return { error: `invalid URL ${JSON.stringify(call.url)}` }
  const { service } = call
  const target = service === undefined ? { ip: parsed.host, port: parsed.port } : targetOf(server, service)
  if ('error' in target) return target
  if (!/^[\d.]+$/.test(target.ip)) return { error: `dial tcp: lookup ${target.ip}: no such host` }
  // Always the first endpoint: a request that is handed in again must take the same way without a new draw.
  const from = { host: process.host, ip: process.ip }
  const connection = network.connect<Serve>(from, target, () => 0)
  const address = `${target.ip}:${target.port}`
  if (connection.outcome === 'timeout') return { error: 'context deadline exceeded' }
  if (connection.outcome !== 'connected')
    return {
      error: `dial tcp ${address}: connect: ${connection.outcome === 'refused' ? 'connection refused' : 'no route to host'}`,
    }
  const answer = connection.serve({
    protocol: 'HTTP',
    from: process.ip,
    method: 'POST',
    path: parsed.path,
    headers: { host: parsed.host, 'content-type': 'application/json' },
    body: call.body,
  })
  if ((answer.afterMs ?? 0) > call.timeoutSeconds * 1000) return { error: 'context deadline exceeded' }
  return { code: answer.status ?? 200, body: answer.body ?? '' }
}

type Target = { readonly ip: string; readonly port: number } | { readonly error: string }

function targetOf(server: RunningApiServer, { namespace, name, port }: NonNullable<InsideCall['service']>): Target {
  const service = server.read('Service', name, namespace) as Service | undefined
  if (service === undefined) return { error: `service ${JSON.stringify(name)} not found` }
  if (!service.spec?.ports?.some((each) => each.port === port))
    return { error: `no service port ${port} found for service ${JSON.stringify(name)}` }
  const { clusterIP } = service.spec
  if (service.spec.type === 'ExternalName' || !clusterIP || clusterIP === 'None')
    return { error: `cannot route to service with ClusterIP ${JSON.stringify(clusterIP ?? '')}` }
  return { ip: clusterIP, port }
}
