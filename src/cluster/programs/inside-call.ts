import type { Service } from '../../api/types.ts'
import type { AggregatedCall, InsideCall, InsideOutcome } from '../../control-plane/apiserver/contract.ts'
import type { RunningApiServer } from '../../control-plane/apiserver/index.ts'
import type { Network, NetworkRequest, Serve } from '../../network/contract.ts'
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
  const headers = { host: parsed.host, 'content-type': 'application/json' }
  const request = { method: 'POST', path: parsed.path, headers, body: call.body }
  return send(network, process, target, request, call.timeoutSeconds * 1000)
}

/** How an API server asks an aggregated API for a component. Source: kube-aggregator/pkg/apiserver/handler_proxy.go */
export function askInside(
  network: Network,
  process: Process,
  server: RunningApiServer,
  { service, path, user }: AggregatedCall,
): InsideOutcome {
  const target = targetOf(server, service)
  if ('error' in target) return target
  return send(network, process, target, { method: 'GET', path, headers: { 'x-remote-user': user } }, 60_000)
}

/** Always to the first endpoint: a request that is handed in again must take the same way without a new draw. */
function send(
  network: Network,
  process: Process,
  target: { readonly ip: string; readonly port: number },
  request: Omit<NetworkRequest, 'protocol' | 'from'>,
  timeoutMs: number,
): InsideOutcome {
  const from = { host: process.host, ip: process.ip }
  const connection = network.connect<Serve>(from, target, () => 0)
  const address = `${target.ip}:${target.port}`
  if (connection.outcome === 'timeout') return { error: 'context deadline exceeded' }
  if (connection.outcome !== 'connected')
    return {
      error: `dial tcp ${address}: connect: ${connection.outcome === 'refused' ? 'connection refused' : 'no route to host'}`,
    }
  const answer = connection.serve({ protocol: 'HTTP', from: process.ip, ...request })
  if ((answer.afterMs ?? 0) > timeoutMs) return { error: 'context deadline exceeded' }
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
