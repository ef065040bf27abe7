import { isPodReady } from '../../../api/conditions.ts'
import { newControllerRef } from '../../../api/meta.ts'
import { isDNS1123Subdomain } from '../../../api/names.ts'
import type { Endpoint, EndpointSlice, EndpointSlicePort, Node, ObjectMeta, Pod, Service } from '../../../api/types.ts'
import { addressesOf, endpointHostname, findPort, isIPv6, isServiceIPSet } from '../endpoint-ports.ts'

/** What one slice is made of: pure. Source: staging/src/k8s.io/endpointslice/utils.go */

export type AddressType = 'IPv4' | 'IPv6'

export const SERVICE_NAME = 'kubernetes.io/service-name'
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by'
export const CONTROLLER_NAME = 'endpointslice-controller.k8s.io'
const HEADLESS = 'service.kubernetes.io/headless'
const RESERVED: ReadonlySet<string> = new Set([SERVICE_NAME, MANAGED_BY, HEADLESS])

/** Source: getAddressTypesForService */
export function addressTypes({ spec }: Service): readonly AddressType[] {
  const families = (spec.ipFamilies ?? []).filter((family): family is AddressType => /^IPv[46]$/.test(family))
  if (families.length > 0) return families
  const { clusterIP = '' } = spec
  if (clusterIP !== '' && clusterIP !== 'None') return [isIPv6(clusterIP) ? 'IPv6' : 'IPv4']
  return ['IPv4', 'IPv6']
}

/** Source: podToEndpoint */
export function podToEndpoint(pod: Pod, node: Node | undefined, service: Service, type: AddressType): Endpoint {
  const serving = isPodReady(pod)
  const terminating = pod.metadata.deletionTimestamp !== undefined
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating)
  const { name, namespace, uid } = pod.metadata
  const hostname = endpointHostname(pod, service)
  const zone = node?.metadata.labels?.['topology.kubernetes.io/zone']
  return {
    addresses: addressesOf(pod, type),
    conditions: { ready, serving, terminating },
    ...(hostname === undefined ? {} : { hostname }),
    targetRef: { kind: 'Pod', namespace: namespace!, name, uid: uid! },
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    ...(zone ? { zone } : {}),
  }
}

/** Source: getEndpointPorts */
export function endpointPorts(service: Service, pod: Pod): readonly EndpointSlicePort[] {
  return (service.spec.ports ?? []).flatMap((servicePort) => {
    const port = findPort(pod, servicePort)
    if (port === undefined) return []
    const { name = '', protocol = 'TCP', appProtocol } = servicePort
    return [{ name, port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }]
  })
}

/** Equal for equal ports in any order. Source: util.NewPortMapKey */
export function portsKey(ports: readonly EndpointSlicePort[] | undefined): string {
  return (ports ?? [])
    .map(({ name = '', port, protocol = 'TCP', appProtocol = '' }) => `${name}/${port}/${protocol}/${appProtocol}`)
    .sort()
    .join(',')
}

/** Which endpoint this is, whatever its state. Source: util.hashEndpoint */
export function endpointKey({ addresses, hostname = '', targetRef }: Endpoint): string {
  return `${addresses.join(',')}|${hostname}|${targetRef?.namespace}/${targetRef?.name}`
}

/** Source: util.EndpointsEqualBeyondHash */
export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return (
    a.nodeName === b.nodeName &&
    a.zone === b.zone &&
    a.targetRef?.uid === b.targetRef?.uid &&
    a.conditions?.ready === b.conditions?.ready &&
    a.conditions?.serving === b.conditions?.serving &&
    a.conditions?.terminating === b.conditions?.terminating
  )
}

export function newSlice(
  service: Service,
  addressType: AddressType,
  ports: readonly EndpointSlicePort[],
  endpoints: readonly Endpoint[],
): EndpointSlice {
  const { name, namespace } = service.metadata
  const prefix = isDNS1123Subdomain(`${name}-x`).length === 0 ? `${name}-` : name
  const metadata = {
    generateName: prefix,
    namespace: namespace!,
    labels: sliceLabels(service),
    ownerReferences: [newControllerRef(service)],
  } as Omit<ObjectMeta, 'name'> as ObjectMeta
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata,
    addressType,
    endpoints: listed(endpoints),
    ports: listed(ports),
  }
}

/** An empty list as a typed client leaves it: its protobuf knows none, and the fields have no omitempty. */
export function listed<T>(list: readonly T[] | undefined): readonly T[] {
  return (list?.length ?? 0) === 0 ? (null as unknown as readonly T[]) : list!
}

/** The Service's labels and the controller's own. Source: setEndpointSliceLabels */
export function sliceLabels(service: Service): Readonly<Record<string, string>> {
  const own = Object.entries(service.metadata.labels ?? {}).filter(([key]) => !RESERVED.has(key))
  return {
    ...Object.fromEntries(own),
    ...(isServiceIPSet(service) ? {} : { [HEADLESS]: '' }),
    [MANAGED_BY]: CONTROLLER_NAME,
    [SERVICE_NAME]: service.metadata.name,
  }
}

export function isOwnedBy(slice: EndpointSlice, service: Service): boolean {
  return (slice.metadata.ownerReferences ?? []).some(
    ({ uid, kind, apiVersion }) => uid === service.metadata.uid && kind === 'Service' && apiVersion === 'v1',
  )
}
