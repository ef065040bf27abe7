import { md5 } from '../../api/md5.ts'
import type { EndpointAddress, EndpointPort, EndpointSlicePort, EndpointSubset } from '../../api/types.ts'

/** Kubernetes puts ports and subsets in the order of their hashes, which shows: the hashes are of the Go structs' dumps. */

/** Source: endpointslice/util/controller_utils.go NewPortMapKey, portsInOrder */
export function slicePortsInOrder(ports: readonly EndpointSlicePort[]): readonly EndpointSlicePort[] {
  return inOrder(ports, (port) => md5(slicePortDump(port)))
}

/** Source: pkg/api/v1/endpoints/util.go portsByHash */
export function endpointPortsInOrder(ports: readonly EndpointPort[]): readonly EndpointPort[] {
  return inOrder(ports, (port) => fnv128a(`(v1.EndpointPort)${endpointPortDump(port)}`))
}

/** Source: pkg/api/v1/endpoints/util.go subsetsByHash */
export function subsetsInOrder(subsets: readonly EndpointSubset[]): readonly EndpointSubset[] {
  return inOrder(subsets, (subset) => fnv128a(subsetDump(subset)))
}

function inOrder<T>(all: readonly T[], hash: (each: T) => string): readonly T[] {
  if (all.length < 2) return all
  const hashed = all.map((each) => [hash(each), each] as const)
  return hashed.sort(([a], [b]) => (a === b ? 0 : a < b ? -1 : 1)).map(([, each]) => each)
}

function slicePortDump({ name, protocol, port, appProtocol }: EndpointSlicePort): string {
  const fields = `Name:(*string)${pointer(name)} Protocol:(*v1.Protocol)${pointer(protocol)} Port:(*int32)${pointer(port)}`
  return `(v1.EndpointPort){${fields} AppProtocol:(*string)${pointer(appProtocol)}}`
}

function endpointPortDump({ name = '', port, protocol = 'TCP', appProtocol }: EndpointPort): string {
  const fields = `Name:(string)${name} Port:(int32)${port} Protocol:(v1.Protocol)${protocol}`
  return `{${fields} AppProtocol:(*string)${pointer(appProtocol)}}`
}

function subsetDump({ addresses, notReadyAddresses, ports }: EndpointSubset): string {
  const ready = `Addresses:([]v1.EndpointAddress)${list(addresses, addressDump)}`
  const notReady = `NotReadyAddresses:([]v1.EndpointAddress)${list(notReadyAddresses, addressDump)}`
  return `(v1.EndpointSubset){${ready} ${notReady} Ports:([]v1.EndpointPort)${list(ports, endpointPortDump)}}`
}

function addressDump({ ip, hostname = '', nodeName, targetRef }: EndpointAddress): string {
  const { kind = '', namespace = '', name = '', uid = '' } = targetRef ?? {}
  const { apiVersion = '', resourceVersion = '', fieldPath = '' } = targetRef ?? {}
  const named = `Kind:(string)${kind} Namespace:(string)${namespace} Name:(string)${name} UID:(types.UID)${uid}`
  const of = `APIVersion:(string)${apiVersion} ResourceVersion:(string)${resourceVersion} FieldPath:(string)${fieldPath}`
  const target = targetRef === undefined ? '<nil>' : `{${named} ${of}}`
  const address = `IP:(string)${ip} Hostname:(string)${hostname} NodeName:(*string)${pointer(nodeName)}`
  return `{${address} TargetRef:(*v1.ObjectReference)${target}}`
}

function list<T>(all: readonly T[] | undefined, dump: (each: T) => string): string {
  return all === undefined || all.length === 0 ? '<nil>' : `[${all.map(dump).join(' ')}]`
}

function pointer(value: string | number | undefined): string {
  return value === undefined ? '<nil>' : String(value)
}

const FNV_PRIME = (1n << 88n) + 0x13bn
const FNV_MASK = (1n << 128n) - 1n

/** Source: Go hash/fnv New128a */
export function fnv128a(text: string): string {
  let hash = 0x6c62272e07bb014262b821756295c58dn
  for (const byte of new TextEncoder().encode(text)) hash = ((hash ^ BigInt(byte)) * FNV_PRIME) & FNV_MASK
  return hash.toString(16).padStart(32, '0')
}
