import { findCondition, setCondition } from '../../api/conditions.ts'
import type { APIService, EndpointSlice, Service } from '../../api/types.ts'
import type { Client } from '../../client/contract.ts'
import type { Network, Serve } from '../../network/contract.ts'
import type { Process } from '../../node/contract.ts'
import type { Timer } from '../../sim/clock.ts'

/** How often an APIService with a Service behind it is looked at again: while it is available, and while it is not. */
const RESYNC_MS = 30_000
const RETRY_MS = 5_000

type Condition = { readonly status: 'True' | 'False' | 'Unknown'; readonly reason: string; readonly message: string }

/**
 * Says in their status which aggregated APIs can be had.
 * Source: kube-aggregator/pkg/controllers/status/remote/remote_available_controller.go
 */
export function watchAvailability(process: Process, network: Network, client: Client): void {
  const { clock } = process.world
  const timers = new Map<string, Timer>()
  const check = (name: string) => {
    clock.clearTimeout(timers.get(name))
    timers.delete(name)
    const each = client.get('APIService', name)
    if (each?.spec?.service === undefined) return
    const condition = { type: 'Available', ...conditionOf(process, network, client, each) }
    if (findCondition(each.status?.conditions, 'Available')?.message !== condition.message || each.status === undefined)
      client.updateStatus('APIService', name, undefined, (current) => ({
        ...current,
        status: { ...current.status, conditions: setCondition(current.status?.conditions, condition, clock.now()) },
      }))
    timers.set(
      name,
      clock.setTimeout(() => check(name), condition.status === 'True' ? RESYNC_MS : RETRY_MS),
    )
  }
  const stop = client.watch('APIService', {}, ({ type, object }) => {
    if (object.spec?.service === undefined) return
    if (type === 'DELETED') clock.clearTimeout(timers.get(object.metadata.name))
    else if (!timers.has(object.metadata.name) || type === 'ADDED') check(object.metadata.name)
  })
  process.onEnd(() => {
    stop()
    for (const timer of timers.values()) clock.clearTimeout(timer)
  })
}

function conditionOf(process: Process, network: Network, client: Client, { spec }: APIService): Condition {
  const { name = '', namespace = '', port = 443 } = spec!.service!
  const no = (reason: string, message: string): Condition => ({ status: 'False', reason, message })
  const service: Service | undefined = client.get('Service', name, namespace)
  const quoted = JSON.stringify(namespace)
  if (service === undefined) return no('ServiceNotFound', `service/${name} in ${quoted} is not present`)
  const found = service.spec?.ports?.find((each) => each.port === port)
  if (found === undefined)
    return no('ServicePortError', `service/${name} in ${quoted} is not listening on port ${port}`)
  const labelSelector = `kubernetes.io/service-name=${name}`
  const slices: readonly EndpointSlice[] = client.list('EndpointSlice', { namespace, labelSelector })
  if (slices.length === 0) return no('EndpointsNotFound', `cannot find endpointslices for service/${name} in ${quoted}`)
  const portName = found.name ?? ''
  if (!slices.some((slice) => isReady(slice, portName)))
    return no(
      'MissingEndpoints',
      `endpointslices for service/${name} in ${quoted} have no addresses with port name ${JSON.stringify(portName)}`,
    )
  const to = { ip: service.spec?.clusterIP ?? '', port }
  const failed = discoveryFailure(process, network, to, `/apis/${spec!.group}/${spec!.version}`)
  return failed === undefined
    ? { status: 'True', reason: 'Passed', message: 'all checks passed' }
    : no('FailedDiscoveryCheck', failed)
}

function isReady({ endpoints, ports }: EndpointSlice, portName: string): boolean {
  const hasEndpoint = (endpoints ?? []).some(({ conditions }) => conditions?.ready !== false)
  return hasEndpoint && (ports ?? []).some(({ name = '', port }) => name === portName && port !== undefined)
}

function discoveryFailure(
  process: Process,
  network: Network,
  to: { readonly ip: string; readonly port: number },
  path: string,
): string | undefined {
  const url = `https://${to.ip}:${to.port}${path}`
  const from = { host: process.host, ip: process.ip }
  const connection = network.connect<Serve>(from, to, (n) => process.random.int(n))
  if (connection.outcome !== 'connected') {
    const why = connection.outcome === 'refused' ? 'connect: connection refused' : 'i/o timeout'
    return `failing or missing response from ${url}: Get ${JSON.stringify(url)}: dial tcp ${to.ip}:${to.port}: ${why}`
  }
  const answer = connection.serve({ protocol: 'HTTP', from: process.ip, method: 'GET', path, headers: {} })
  const status = answer.status ?? 0
  if (status >= 200 && status < 300) return undefined
  return `failing or missing response from ${url}: bad status from ${url}: ${status}`
}
