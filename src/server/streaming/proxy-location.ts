import type { ResourceInfo } from '../../api/request-info.ts'
import { badRequest, failure } from '../../api/status.ts'
import { isStatus, type KubernetesObject, type Node, type Service, type Status } from '../../api/types.ts'
import type { Dial } from '../../cluster/index.ts'
import type { Door } from '../door.ts'
import { readPod } from './pod.ts'

interface Id {
  readonly scheme: string
  readonly name: string
  readonly port: string
}

export const KUBELET_PORT = 10_250

/** Where a proxied request goes. Only to be called inside `world.inject`. */
export function locate(door: Door, { resource, namespace = '', name = '' }: ResourceInfo): Dial['to'] | Status {
  const id = splitId(name)
  if (resource === 'pods') return id === undefined ? invalidId('pod', name) : locatePod(door, namespace, id)
  if (resource === 'services')
    return id === undefined ? invalidId('service', name) : locateService(door, namespace, id, name)
  return id === undefined ? invalidId('node', name) : locateNode(door, id)
}

/** `name`, `name:port` or `scheme:name:port`. Source: apimachinery/pkg/util/net/port_split.go SplitSchemeNamePort */
export function splitId(id: string): Id | undefined {
  const parts = id.split(':')
  if (parts.length > 3) return undefined
  const [scheme, name, port] =
    parts.length === 3 ? parts : parts.length === 2 ? ['', parts[0], parts[1]] : ['', parts[0], '']
  if (!name || !/^(https?)?$/.test(scheme!)) return undefined
  return { scheme: scheme!, name, port: port! }
}

function portOf(text: string, scheme: string): number {
  return text === '' ? (scheme === 'https' ? 443 : 80) : Number(text)
}

/** Source: pkg/registry/core/pod/strategy.go ResourceLocation */
function locatePod(door: Door, namespace: string, { scheme, name, port }: Id): Dial['to'] | Status {
  const pod = readPod(door, namespace, name)
  if (isStatus(pod)) return pod
  const ip = pod.status?.podIP
  if (ip === undefined || ip === '') return badRequest('address not allowed')
  const first = pod.spec.containers.find(({ ports }) => ports !== undefined && ports.length > 0)?.ports?.[0]
  return { ip, port: portOf(port === '' ? String(first?.containerPort ?? '') : port, scheme) }
}

interface EndpointSlice extends KubernetesObject {
  readonly endpoints?: readonly {
    readonly addresses: readonly string[]
    readonly conditions?: { readonly ready?: boolean }
  }[]
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[]
}

/** Source: pkg/registry/core/service/storage/storage.go ResourceLocation */
function locateService(door: Door, namespace: string, id: Id, written: string): Dial['to'] | Status {
  const unavailable = (why: string) => failure(503, 'ServiceUnavailable', why)
  const service = read(door, { group: '', version: 'v1', resource: 'services' }, namespace, id.name)
  if (isStatus(service)) return service
  const { spec } = service as Service
  let portName = id.port
  if (/^\d+$/.test(portName)) {
    const found = spec.ports?.find(({ port }) => port === Number(id.port))
    if (found === undefined)
      return unavailable(`no service port ${id.port} found for service ${JSON.stringify(id.name)}`)
    portName = found.name ?? ''
  }
  const slices = readSlices(door, namespace, id.name)
  if (isStatus(slices)) return slices
  for (const slice of slices) {
    const endpoints = slice.endpoints ?? []
    const ports = slice.ports ?? []
    const port = ports.find(({ name = '' }) => name === portName)?.port
    const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false)
    // Which of several is left to chance upstream; here their order turns with the time.
    const chosen = ready[Math.floor(door.options.world.now() / 1000) % Math.max(1, ready.length)]
    if (port !== undefined && chosen !== undefined) return { ip: chosen.addresses[0]!, port }
  }
  const which = slices.every(({ endpoints }) => !endpoints?.length) ? id.name : written
  return unavailable(`no endpoints available for service ${JSON.stringify(which)}`)
}

/** Source: pkg/registry/core/node/strategy.go ResourceLocation */
function locateNode(door: Door, { name, port, scheme }: Id): Dial['to'] | Status {
  const node = read(door, { group: '', version: 'v1', resource: 'nodes' }, undefined, name)
  if (isStatus(node)) return node
  const addresses = (node as Node).status?.addresses ?? []
  const ip = addresses.find(({ type }) => type === 'InternalIP')?.address
  if (ip === undefined) return failure(503, 'ServiceUnavailable', `no preferred addresses found; known addresses: []`)
  return { ip, port: port === '' ? KUBELET_PORT : portOf(port, scheme) }
}

const SELF = { type: 'user', user: { name: 'system:apiserver', groups: ['system:masters'] } } as const

function read(
  door: Door,
  resource: { readonly group: string; readonly version: string; readonly resource: string },
  namespace: string | undefined,
  name: string,
): KubernetesObject | Status {
  const target = { verb: 'get', credentials: SELF, resource, name } as const
  const found = door.call((api) => api.handle(namespace === undefined ? target : { ...target, namespace }))
  return (
    (found?.body as KubernetesObject | Status | undefined) ?? failure(503, 'ServiceUnavailable', 'connection refused')
  )
}

function readSlices(door: Door, namespace: string, service: string): readonly EndpointSlice[] | Status {
  const found = door.call((api) =>
    api.handle({
      verb: 'list',
      credentials: SELF,
      resource: { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' },
      namespace,
      options: { labelSelector: `kubernetes.io/service-name=${service}` },
    }),
  )
  if (found === undefined) return failure(503, 'ServiceUnavailable', 'connection refused')
  return isStatus(found.body) ? found.body : (found.body as { readonly items: readonly EndpointSlice[] }).items
}

function invalidId(what: string, id: string): Status {
  return badRequest(`invalid ${what} request ${JSON.stringify(id)}`)
}
