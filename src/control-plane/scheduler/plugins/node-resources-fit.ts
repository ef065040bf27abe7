import { DEVICE_CLASS_PREFIX } from '../../../api/resource-claims.ts'
import type { DeviceClass, Pod } from '../../../api/types.ts'
import { isPodEvent } from '../cluster-events.ts'
import { aggregate } from '../config/field-path.ts'
import { isDeviceResourceName } from '../devices/cycle-state.ts'
import type { DeviceSource } from '../devices.ts'
import { DEFAULT_FEATURES, type PluginFeatures } from '../features.ts'
import type { DeviceEvent, Plugin, PodEvent, Status } from '../framework.ts'
import { NodeInfo } from '../node-info.ts'
import { ByRequests, NodeMemo } from '../node-memo.ts'
import type { PodInfo } from '../pod-info.ts'
import { isExtendedResourceName, podRequests, podResource, type Resource } from '../resources.ts'
import { fitArgsErrors, type NodeResourcesFitArgs } from './node-resources-fit-args.ts'
import {
  type AllocationState,
  type ResourceSpec,
  scoreAllocation,
  sharedAllocationStates,
} from './resource-allocation.ts'
import { strategyScorer } from './scoring-strategy.ts'

export const DEFAULT_RESOURCES: readonly ResourceSpec[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
]

const NO_DEVICES = { classFor: () => undefined }

const RESTARTABLE_INIT_CONTAINER: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ['Pod has a restartable init container and the SidecarContainers feature is disabled'],
}

/**
 * What a pod asks for must be free on the node.
 *
 * @throws Error for arguments that are wrong
 * Source: plugins/noderesources/fit.go
 */
export function nodeResourcesFit(
  args: NodeResourcesFitArgs = {},
  features: PluginFeatures = DEFAULT_FEATURES,
  devices: Pick<DeviceSource, 'classFor'> = NO_DEVICES,
): Plugin<FilterState, AllocationState> {
  const wrong = aggregate(fitArgsErrors(args))
  if (wrong !== undefined) throw new Error(wrong)
  const ignored = new Set(args.ignoredResources)
  const ignoredGroups = new Set(args.ignoredResourceGroups)
  const isIgnored = (name: string) => ignored.has(name) || ignoredGroups.has(name.split('/')[0]!)
  // Devices are the business of DynamicResources where the node does not offer the resource itself. Source: shouldDelegateResourceToDRA
  const isDelegated = (name: string, { allocatable }: NodeInfo) =>
    !allocatable.scalar?.get(name) && isDeviceResourceName(name) && devices.classFor(name) !== undefined
  const asksForDevices = ({ scalar }: Resource) =>
    scalar !== undefined && [...scalar.keys()].some((name) => isDeviceResourceName(name) && devices.classFor(name))
  const strategy = args.scoringStrategy ?? { type: 'LeastAllocated' }
  const resources = strategy.resources ?? DEFAULT_RESOURCES
  const scorer = strategyScorer(strategy)
  const skipPodLevelResources = !features.podLevelResources
  const filterStates = new WeakMap<object, FilterState>()
  const memos = new ByRequests(() => ({ fits: new NodeMemo(), refusals: [undefined] }))
  const filterStateOf = ({ pod, resource }: PodInfo) => {
    let state = filterStates.get(resource)
    if (state === undefined) {
      const requests = skipPodLevelResources ? podRequests(pod, { skipPodLevelResources }) : resource.requests
      state = { requests, ...memos.get(requestsText(requests)) }
      filterStates.set(resource, state)
    }
    return state
  }
  const stateOf = sharedAllocationStates(resources, { nonZero: true, skipPodLevelResources })
  return {
    name: 'NodeResourcesFit',
    events: new Set([
      'Node/Add',
      'Node/UpdateNodeAllocatable',
      'AssignedPod/Delete',
      'AssignedPod/UpdatePodScaleDown',
      'UnscheduledPod/UpdatePodScaleDown',
      'DeviceClass/Add',
      'DeviceClass/Update',
    ]),
    preFilter(info) {
      if (!features.sidecarContainers && hasRestartableInitContainer(info.pod)) return RESTARTABLE_INIT_CONTAINER
      return { code: 'Success', state: filterStateOf(info) }
    },
    filter({ requests, fits, refusals }, _pod, node) {
      // Classes may come and go while the node stays as it is.
      if (asksForDevices(requests)) return insufficient(requests, node, isIgnored, isDelegated)
      const known = fits.get(node)
      if (known > 0) return refusals[known - 1]
      const refused = insufficient(requests, node, isIgnored, isDelegated)
      remember(fits, refusals, node, refused)
      return refused
    },
    preScore: (info) => ({ code: 'Success', state: stateOf(info) }),
    score: (state, _pod, node) => scoreAllocation(state, node, scorer),
    isSchedulableAfter(event, pod) {
      if (isPodEvent(event)) return podMayHelp(event, pod)
      if (event.resource === 'DeviceClass') return classMayHelp(event, pod)
      if (event.resource !== 'Node') return false
      if (event.new === undefined) return false
      const requests = podRequests(pod)
      const after = new NodeInfo(event.new.metadata.name, event.new)
      // Also resources that are ignored elsewhere.
      if (insufficient(requests, after, () => false, isDelegated) !== undefined) return false
      if (event.old === undefined || [...(requests.scalar?.keys() ?? [])].some((name) => isDelegated(name, after)))
        return true
      return increased(requests, new NodeInfo(event.old.metadata.name, event.old), after)
    },
  }
}

interface FilterState {
  readonly requests: Resource
  /** 1 for the nodes that have room, more for what else they said, until they change. */
  readonly fits: NodeMemo
  /** By what is remembered, less one. */
  readonly refusals: (Status | undefined)[]
}

const MAX_REFUSALS = 250

function remember(fits: NodeMemo, refusals: (Status | undefined)[], node: NodeInfo, refused: Status | undefined): void {
  const at = refusals.indexOf(refused)
  if (at >= 0) fits.set(node, at + 1)
  else if (refusals.length < MAX_REFUSALS) fits.set(node, refusals.push(refused))
}

const requestsText = ({ milliCPU, memory, ephemeralStorage, scalar }: Resource): string =>
  [milliCPU, memory, ephemeralStorage, ...[...(scalar ?? [])].map((entry) => entry.join('='))].join()

const hasRestartableInitContainer = (pod: Pod): boolean =>
  (pod.spec.initContainers ?? []).some(({ restartPolicy }) => restartPolicy === 'Always')

/** Every resource that is short; more than the whole node has cannot be freed by preemption either. Source: fitsRequest */
function insufficient(
  requests: Resource,
  node: NodeInfo,
  isIgnored: (name: string) => boolean,
  isDelegated: (name: string, node: NodeInfo) => boolean,
): Status | undefined {
  const { allocatable, requested } = node
  let short = node.pods.size + 1 > allocatable.allowedPodNumber ? 1 : 0
  let unresolvable = false
  for (let i = 1; i < COMMON.length; i++) {
    const name = COMMON[i]!.field
    const wanted = requests[name]
    if (wanted <= 0 || wanted <= allocatable[name] - requested[name]) continue
    short |= 1 << i
    unresolvable ||= wanted > allocatable[name]
  }
  if (requests.scalar === undefined) return short === 0 ? undefined : commonRefusal(short, unresolvable)
  const reasons = reasonsFor(short)
  for (const [name, wanted] of requests.scalar) {
    if (isExtendedResourceName(name) && isIgnored(name)) continue
    if (wanted > 0 && isDelegated(name, node)) continue
    const offered = allocatable.scalar?.get(name) ?? 0
    if (wanted <= 0 || wanted <= offered - (requested.scalar?.get(name) ?? 0)) continue
    reasons.push(`Insufficient ${name}`)
    unresolvable ||= wanted > offered
  }
  return reasons.length === 0 ? undefined : refusal(unresolvable, reasons)
}

/** What every node has. */
const COMMON = [
  { field: 'allowedPodNumber', reason: 'Too many pods' },
  { field: 'milliCPU', reason: 'Insufficient cpu' },
  { field: 'memory', reason: 'Insufficient memory' },
  { field: 'ephemeralStorage', reason: 'Insufficient ephemeral-storage' },
] as const

/** @param short bits by COMMON */
const reasonsFor = (short: number): string[] =>
  COMMON.filter((_, i) => (short & (1 << i)) !== 0).map(({ reason }) => reason)

const commonRefusals: (Status | undefined)[] = []

function commonRefusal(short: number, unresolvable: boolean): Status {
  const at = 2 * short + (unresolvable ? 1 : 0)
  commonRefusals[at] ??= refusal(unresolvable, reasonsFor(short))
  return commonRefusals[at]
}

const knownRefusals = new Map<string, Status>()

/** The same answer is the same object: thousands of nodes give it. */
function refusal(unresolvable: boolean, reasons: readonly string[]): Status {
  const code = unresolvable ? 'UnschedulableAndUnresolvable' : 'Unschedulable'
  const key = `${code}\n${reasons.join('\n')}`
  let known = knownRefusals.get(key)
  if (known === undefined) {
    if (knownRefusals.size > 1000) knownRefusals.clear()
    known = { code, reasons }
    knownRefusals.set(key, known)
  }
  return known
}

/** Source: isSchedulableAfterDeviceClassEvent */
function classMayHelp({ old, new: now }: DeviceEvent, pod: Pod): boolean {
  const [before, after] = [old, now] as readonly (DeviceClass | undefined)[]
  if (after === undefined) return false
  const name = after.spec.extendedResourceName
  const wanted = podRequests(pod).scalar
  if (before === undefined) {
    if (wanted?.has(`${DEVICE_CLASS_PREFIX}${after.metadata.name}`)) return true
  } else if (before.spec.extendedResourceName === name) return false
  return name !== undefined && wanted?.has(name) === true
}

/** Source: isSchedulableAfterPodEvent, isSchedulableAfterPodScaleDown */
function podMayHelp({ old, new: now }: PodEvent, pod: Pod): boolean {
  if (now === undefined) return Boolean(old?.spec.nodeName || old?.status?.nominatedNodeName)
  if (now.metadata.uid === pod.metadata.uid) return true
  if (old === undefined || !now.spec.nodeName) return false
  const wanted = podResource(pod).requests
  const before = podResource(old).requests
  const after = podResource(now).requests
  if (wanted.milliCPU > 0 && before.milliCPU > after.milliCPU) return true
  if (wanted.memory > 0 && before.memory > after.memory) return true
  if (wanted.ephemeralStorage > 0 && before.ephemeralStorage > after.ephemeralStorage) return true
  for (const [name, amount] of wanted.scalar ?? [])
    if (amount > 0 && (before.scalar?.get(name) ?? 0) > (after.scalar?.get(name) ?? 0)) return true
  return false
}

/** Source: haveAnyRequestedResourcesIncreased */
function increased(requests: Resource, { allocatable: before }: NodeInfo, { allocatable: after }: NodeInfo): boolean {
  if (after.allowedPodNumber > before.allowedPodNumber) return true
  if (requests.milliCPU > 0 && after.milliCPU > before.milliCPU) return true
  if (requests.memory > 0 && after.memory > before.memory) return true
  if (requests.ephemeralStorage > 0 && after.ephemeralStorage > before.ephemeralStorage) return true
  for (const [name, wanted] of requests.scalar ?? [])
    if (wanted > 0 && (after.scalar?.get(name) ?? 0) > (before.scalar?.get(name) ?? 0)) return true
  return false
}
