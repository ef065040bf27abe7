import { isDeleting, splitKey } from '../../../api/meta.ts'
import { unknownError } from '../../../api/status.ts'
import { type Endpoint, type EndpointSlice, isStatus, type Pod, type Service, type Status } from '../../../api/types.ts'
import type { Client, EventRecorder } from '../../../client/contract.ts'
import { slicePortsInOrder } from '../endpoint-order.ts'
import { isEndpoint } from '../endpoint-ports.ts'
import { isNamespaceTerminating } from '../pod-control.ts'
import { sameLabels } from '../service-index.ts'
import { TRIGGER_TIME, type TriggerTimes } from '../trigger-times.ts'
import { type PortGroup, packSlices, type SliceChanges } from './pack.ts'
import {
  type AddressType,
  addressTypes,
  CONTROLLER_NAME,
  endpointPorts,
  isOwnedBy,
  listed,
  MANAGED_BY,
  newSlice,
  podToEndpoint,
  portsKey,
  SERVICE_NAME,
  sliceLabels,
} from './slices.ts'
import { hasTopologyMode, type Topology, type TopologyEvent } from './topology.ts'
import {
  type HintedSlices,
  hasTrafficDistribution,
  withDistributionHints,
  withoutHints,
} from './traffic-distribution.ts'

export interface EndpointSliceDependencies {
  readonly client: Client
  readonly recorder: EventRecorder
  readonly maxEndpointsPerSlice: number
  readonly triggers: TriggerTimes
  readonly topology: Topology
}

/** Source: pkg/controller/endpointslice/endpointslice_controller.go syncService */
export function reconcileEndpointSlices(key: string, deps: EndpointSliceDependencies): Status | undefined {
  const { namespace, name } = splitKey(key)
  const service = deps.client.get('Service', name, namespace)
  if (service === undefined) deps.triggers.forget(key)
  if (service === undefined || service.spec.type === 'ExternalName' || service.spec.selector === undefined)
    return undefined
  const labelSelector = selectorText(service.spec.selector)
  const selected = deps.client.list('Pod', { namespace: namespace!, labelSelector })
  const since = deps.triggers.since(service, selected)
  const pods = selected.filter((pod) => isEndpoint(pod, true))
  const managed = `${SERVICE_NAME}=${name},${MANAGED_BY}=${CONTROLLER_NAME}`
  const existing = deps.client.list('EndpointSlice', { namespace: namespace!, labelSelector: managed })
  const failed = syncSlices(
    service,
    pods,
    existing.filter((slice) => !isDeleting(slice)),
    deps,
    since,
  )
  if (failed === undefined) return undefined
  const message = `Error updating Endpoint Slices for Service ${key}: ${failed.message}`
  deps.recorder.event(service, 'Warning', 'FailedToUpdateEndpointSlices', message)
  return failed
}

function selectorText(selector: Readonly<Record<string, string>>): string {
  return Object.entries(selector)
    .map(([label, value]) => `${label}=${value}`)
    .join(',')
}

/** Source: endpointslice/reconciler.go Reconcile */
function syncSlices(
  service: Service,
  pods: readonly Pod[],
  existing: readonly EndpointSlice[],
  deps: EndpointSliceDependencies,
  since: string | undefined,
): Status | undefined {
  const types = addressTypes(service)
  let failed: Status | undefined
  for (const type of types) {
    const ofType = existing.filter(({ addressType }) => addressType === type)
    failed ??= syncAddressType(service, pods, ofType, type, deps, since)
  }
  for (const slice of existing)
    if (!types.includes(slice.addressType as AddressType)) failed ??= removeSlice(slice, service, deps.client)
  return failed
}

/** Source: reconciler.go reconcileByAddressType */
function syncAddressType(
  service: Service,
  pods: readonly Pod[],
  existing: readonly EndpointSlice[],
  type: AddressType,
  deps: EndpointSliceDependencies,
  since: string | undefined,
): Status | undefined {
  const { groups, missing } = groupByPorts(service, pods, existing, type, deps.client)
  const changes: SliceChanges = { create: [], update: [], remove: [] }
  for (const slice of existing) if (!isOwnedBy(slice, service)) changes.remove.push(slice)
  for (const group of groups) {
    if (group.desired.length === 0 && group.empty) {
      changes.remove.push(...group.existing)
      continue
    }
    const { create, update, remove } = packSlices(service, type, group, deps.maxEndpointsPerSlice)
    changes.create.push(...create)
    changes.update.push(...update)
    changes.remove.push(...remove)
  }
  keepPlaceholder(service, type, existing, changes)
  const { hinted, event } = withTopology(service, type, existing, changes, deps.topology)
  const refused = write(service, hinted, deps.client, since)
  if (event !== undefined) deps.recorder.event(service, ...event)
  return refused ?? missing
}

/** Source: reconciler.go reconcileByAddressType, from its SliceInfo on */
function withTopology(
  service: Service,
  type: AddressType,
  existing: readonly EndpointSlice[],
  { create, update, remove }: SliceChanges,
  topology: Topology,
): { readonly hinted: SliceChanges; readonly event: TopologyEvent | undefined } {
  const touched = new Set([...update, ...remove].map(({ metadata }) => metadata.name))
  const unchanged = existing.filter(({ metadata }) => !touched.has(metadata.name))
  const slices: HintedSlices = { create, update, unchanged }
  const done = (hinted: HintedSlices, event: TopologyEvent | undefined) => ({
    hinted: { create: [...hinted.create], update: [...hinted.update], remove },
    event,
  })
  if (hasTopologyMode(service)) return done(...topology.hinted(slices, service, type))
  const event = topology.stopped(service, type)
  return done(hasTrafficDistribution(service) ? withDistributionHints(slices, service) : withoutHints(slices), event)
}

interface Group extends PortGroup {
  readonly desired: Endpoint[]
  readonly existing: EndpointSlice[]
  /** No pod has these ports (any more). */
  empty: boolean
}

function groupByPorts(
  service: Service,
  pods: readonly Pod[],
  existing: readonly EndpointSlice[],
  type: AddressType,
  client: Client,
): { readonly groups: Iterable<Group>; readonly missing: Status | undefined } {
  const groups = new Map<string, Group>()
  const groupOf = (ports: PortGroup['ports']): Group => {
    const key = portsKey(ports)
    const known = groups.get(key)
    if (known !== undefined) return known
    const group: Group = { ports: slicePortsInOrder(ports), desired: [], existing: [], empty: true }
    groups.set(key, group)
    return group
  }
  for (const slice of existing) if (isOwnedBy(slice, service)) groupOf(slice.ports ?? []).existing.push(slice)
  let missing: Status | undefined
  for (const pod of pods) {
    const group = groupOf(endpointPorts(service, pod))
    group.empty = false
    const node = client.get('Node', pod.spec.nodeName ?? '')
    if (node === undefined && service.spec.publishNotReadyAddresses !== true) {
      const { name, namespace } = service.metadata
      const text = `skipping Pod ${pod.metadata.name} for Service ${namespace}/${name}: Node ${pod.spec.nodeName} Not Found`
      missing = unknownError(text)
      continue
    }
    const endpoint = podToEndpoint(pod, node, service, type)
    if (endpoint.addresses.length > 0) group.desired.push(endpoint)
  }
  return { groups: groups.values(), missing }
}

/** A Service without endpoints still has one slice, without ports: the controller has been here. */
function keepPlaceholder(
  service: Service,
  type: AddressType,
  existing: readonly EndpointSlice[],
  { create, remove }: SliceChanges,
): void {
  if (existing.length !== remove.length || create.length > 0) return
  const [only] = remove
  if (remove.length === 1 && isPlaceholder(only!, service)) remove.pop()
  else create.push(newSlice(service, type, [], []))
}

function isPlaceholder(slice: EndpointSlice, service: Service): boolean {
  return (
    (slice.endpoints ?? []).length === 0 &&
    (slice.ports ?? []).length === 0 &&
    isOwnedBy(slice, service) &&
    sameLabels(slice.metadata.labels, sliceLabels(service))
  )
}

/** A slice to delete is used for one to create where it can be. Source: reconciler.go finalize */
function write(
  service: Service,
  { create, update, remove }: SliceChanges,
  client: Client,
  since: string | undefined,
): Status | undefined {
  const gone: EndpointSlice[] = []
  for (const slice of remove) {
    const replacement = isOwnedBy(slice, service) ? create.pop() : undefined
    if (replacement === undefined) gone.push(slice)
    else update.push({ ...replacement, metadata: { ...slice.metadata, labels: replacement.metadata.labels! } })
  }
  if (!isDeleting(service))
    for (const slice of create) {
      const answer = client.create(since === undefined ? slice : triggered(slice, since))
      if (isStatus(answer))
        return isNamespaceTerminating(answer) ? undefined : failure('create ', slice, service, answer)
    }
  for (const slice of update) {
    const { name, namespace, labels } = slice.metadata
    const answer = client.update('EndpointSlice', name, namespace, (now) => ({
      ...now,
      metadata: triggered({ metadata: { ...now.metadata, labels: labels! } }, since).metadata,
      endpoints: listed(slice.endpoints),
      ports: listed(slice.ports),
    }))
    if (isStatus(answer)) return failure(`update ${name} `, slice, service, answer)
  }
  for (const slice of gone) {
    const refused = removeSlice(slice, service, client)
    if (refused !== undefined) return refused
  }
  return undefined
}

/** Says since when it was out of date, or says nothing of it. Source: reconciler.go addTriggerTimeAnnotation */
function triggered<T extends Pick<EndpointSlice, 'metadata'>>(slice: T, since: string | undefined): T {
  const { annotations: before, ...metadata } = slice.metadata
  const { [TRIGGER_TIME]: _, ...others } = before ?? {}
  const annotations = since === undefined ? others : { ...others, [TRIGGER_TIME]: since }
  return { ...slice, metadata: { ...metadata, ...(Object.keys(annotations).length > 0 && { annotations }) } }
}

function removeSlice(slice: EndpointSlice, service: Service, client: Client): Status | undefined {
  const answer = client.delete('EndpointSlice', slice.metadata.name, slice.metadata.namespace)
  if (!isStatus(answer) || answer.reason === 'NotFound') return undefined
  return failure(`delete ${slice.metadata.name} `, slice, service, answer)
}

function failure(what: string, slice: EndpointSlice, { metadata }: Service, refused: Status): Status {
  const message = `failed to ${what}${slice.kind} for Service ${metadata.namespace}/${metadata.name}: ${refused.message}`
  return { ...refused, message }
}
