import { equal } from '../../../api/equal.ts'
import { isDeleting, newControllerRef, splitKey } from '../../../api/meta.ts'
import { isDNS1123Subdomain } from '../../../api/names.ts'
import { type Endpoint, type EndpointSlice, type Endpoints, isStatus, type Status } from '../../../api/types.ts'
import type { Client, EventRecorder } from '../../../client/contract.ts'
import { isNamespaceTerminating } from '../pod-control.ts'
import { type DesiredSlice, desiredSlices, sliceKey } from './desired.ts'

export interface MirrorDependencies {
  readonly client: Client
  readonly recorder: EventRecorder
  /** --mirroring-max-endpoints-per-subset */
  readonly maxPerSubset: number
}

export const CONTROLLER_NAME = 'endpointslicemirroring-controller.k8s.io'
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by'
export const SERVICE_NAME = 'kubernetes.io/service-name'
const SKIP = 'endpointslice.kubernetes.io/skip-mirror'
const LEADER = 'control-plane.alpha.kubernetes.io/leader'
const NOT_COPIED = new Set([
  'endpoints.kubernetes.io/last-change-trigger-time',
  'kubectl.kubernetes.io/last-applied-configuration',
])

/** Source: endpointslicemirroring_controller.go shouldMirror */
export function isMirrored({ metadata }: Endpoints): boolean {
  return metadata.labels?.[SKIP] !== 'true' && metadata.annotations?.[LEADER] === undefined
}

/** Source: endpointslicemirroring_controller.go syncEndpoints */
export function reconcileMirror(key: string, deps: MirrorDependencies): Status | undefined {
  const { client, recorder, maxPerSubset } = deps
  const { namespace, name } = splitKey(key)
  const labelSelector = `${SERVICE_NAME}=${name},${MANAGED_BY}=${CONTROLLER_NAME}`
  const existing = client.list('EndpointSlice', { namespace: namespace!, labelSelector })
  const endpoints = client.get('Endpoints', name, namespace)
  const service = client.get('Service', name, namespace)
  if (endpoints === undefined || !isMirrored(endpoints) || service === undefined || service.spec.selector !== undefined)
    return removeAll(client, key, existing)
  const desired = desiredSlices(endpoints, maxPerSubset)
  if (desired.invalid > 0) {
    const message = `Skipped ${desired.invalid} invalid IP addresses when mirroring to EndpointSlices`
    recorder.event(endpoints, 'Warning', 'InvalidIPAddress', message)
  }
  if (desired.skipped > desired.invalid) {
    const message = `A max of ${maxPerSubset} addresses can be mirrored to EndpointSlices per Endpoints subset. ${desired.skipped} addresses were skipped`
    recorder.event(endpoints, 'Warning', 'TooManyAddressesToMirror', message)
  }
  return write(client, endpoints, changesOf(endpoints, desired.slices, existing))
}

function removeAll(client: Client, key: string, existing: readonly EndpointSlice[]): Status | undefined {
  let failed: Status | undefined
  for (const { metadata } of existing) {
    const answer = client.delete('EndpointSlice', metadata.name, metadata.namespace)
    if (!isStatus(answer) || answer.reason === 'NotFound') continue
    const message = `error(s) deleting 1/${existing.length} EndpointSlices for ${key} Endpoints, including: ${answer.message}`
    failed ??= { ...answer, message }
  }
  return failed
}

interface Changes {
  readonly create: DesiredSlice[]
  /** The slice as it is, and what it is to become. */
  readonly update: (readonly [EndpointSlice, DesiredSlice])[]
  /** A slice that would go, and what it becomes instead: as new, but for its name. */
  readonly recycle: (readonly [EndpointSlice, DesiredSlice])[]
  readonly remove: EndpointSlice[]
}

/** Source: reconciler.go reconcileByPortMapping, reconciler_helpers.go recycleSlices */
function changesOf(
  endpoints: Endpoints,
  desired: ReadonlyMap<string, DesiredSlice>,
  existing: readonly EndpointSlice[],
): Changes {
  const changes: Changes = { create: [], update: [], recycle: [], remove: [] }
  const byKey = new Map<string, EndpointSlice[]>()
  for (const slice of existing) {
    const key = sliceKey(slice.addressType, slice.ports ?? [])
    byKey.set(key, [...(byKey.get(key) ?? []), slice])
  }
  for (const [key, slice] of desired) {
    const there = byKey.get(key) ?? []
    byKey.delete(key)
    const [first, ...rest] = there
    if (slice.endpoints.length === 0) changes.remove.push(...there)
    else {
      changes.remove.push(...rest)
      if (first === undefined) changes.create.push(slice)
      else if (!isSame(endpoints, first, slice)) changes.update.push([first, slice])
    }
  }
  for (const there of byKey.values()) changes.remove.push(...there)
  const { create, recycle, remove } = changes
  for (const slice of [...create]) {
    const at = remove.findIndex(({ addressType }) => addressType === slice.addressType)
    if (at === -1) continue
    recycle.push([remove.splice(at, 1)[0]!, slice])
    create.splice(create.indexOf(slice), 1)
  }
  return changes
}

function isSame({ metadata }: Endpoints, slice: EndpointSlice, { endpoints }: DesiredSlice): boolean {
  const { [MANAGED_BY]: _manager, [SERVICE_NAME]: _service, ...labels } = slice.metadata.labels ?? {}
  const rebuilt = (slice.metadata.ownerReferences ?? []).some(
    ({ kind, name, uid }) => kind === 'Endpoints' && name === metadata.name && uid !== metadata.uid,
  )
  return (
    !rebuilt &&
    equal(metadata.labels ?? {}, labels) &&
    equal(copiedAnnotations(metadata.annotations), slice.metadata.annotations ?? {}) &&
    equal(byAddress(endpoints), byAddress(slice.endpoints ?? []))
  )
}

const byAddress = (endpoints: readonly Endpoint[]) =>
  [...endpoints].sort((a, b) => (a.addresses[0]! < b.addresses[0]! ? -1 : 1))

function copiedAnnotations(annotations: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !NOT_COPIED.has(key)))
}

/** Source: reconciler.go finalize */
function write(client: Client, endpoints: Endpoints, { create, update, recycle, remove }: Changes): Status | undefined {
  const about = `Endpoints ${endpoints.metadata.namespace}/${endpoints.metadata.name}`
  const failed = (what: string, status: Status) => ({
    ...status,
    message: `failed to ${what}EndpointSlice for ${about}: ${status.message}`,
  })
  for (const slice of isDeleting(endpoints) ? [] : create) {
    const answer = client.create(newSlice(endpoints, slice))
    if (isStatus(answer)) return isNamespaceTerminating(answer) ? undefined : failed('create ', answer)
  }
  const recycled = new Set(recycle)
  for (const each of [...update, ...recycle]) {
    const [{ metadata }, slice] = each
    const next = newSlice(endpoints, slice)
    const { labels, annotations, ownerReferences } = next.metadata
    const answer = client.update('EndpointSlice', metadata.name, metadata.namespace, (now) => ({
      ...next,
      metadata: {
        ...replaced(now.metadata, recycled.has(each) ? next.metadata.generateName : undefined),
        labels: labels!,
        ...(annotations !== undefined && { annotations }),
        ownerReferences: ownerReferences!,
      },
    }))
    if (isStatus(answer)) return failed(`update ${metadata.name} `, answer)
  }
  for (const { metadata } of remove) {
    const answer = client.delete('EndpointSlice', metadata.name, metadata.namespace)
    if (isStatus(answer)) return failed(`delete ${metadata.name} `, answer)
  }
  return undefined
}

/** What an update that knows the slice's name only leaves of it: the server keeps what is its own. */
function replaced(metadata: EndpointSlice['metadata'], generateName: string | undefined): EndpointSlice['metadata'] {
  const { annotations: _, generateName: __, ...kept } = metadata
  return { ...kept, ...(generateName !== undefined && { generateName }) }
}

/** Source: utils.go newEndpointSlice */
function newSlice(endpoints: Endpoints, { addressType, ports, endpoints: members }: DesiredSlice): EndpointSlice {
  const { name, namespace, labels } = endpoints.metadata
  const annotations = copiedAnnotations(endpoints.metadata.annotations)
  const generateName = isDNS1123Subdomain(`${name}-x`).length === 0 ? `${name}-` : name
  const metadata = {
    generateName,
    namespace,
    labels: { ...labels, [SERVICE_NAME]: name, [MANAGED_BY]: CONTROLLER_NAME },
    ...(Object.keys(annotations).length > 0 && { annotations }),
    ownerReferences: [newControllerRef(endpoints)],
  } as unknown as EndpointSlice['metadata']
  return { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, addressType, endpoints: members, ports }
}
