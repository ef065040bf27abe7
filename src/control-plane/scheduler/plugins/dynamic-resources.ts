import { parseGoDuration } from '../../../api/duration.ts'
import { equal } from '../../../api/equal.ts'
import { isReservedFor } from '../../../api/resource-claims.ts'
import type { AllocationResult, Pod, ResourceClaim } from '../../../api/types.ts'
import { waitForDevices } from '../devices/binding-wait.ts'
import {
  bindClaim,
  ClaimWriteError,
  createExtendedClaim,
  deallocate,
  deleteClaim,
  noteExtendedClaim,
  unreserve,
} from '../devices/claim-writes.ts'
import { broken, type CycleState, cycleStateOf, groupOf, refused } from '../devices/cycle-state.ts'
import { IN_MEMORY } from '../devices/extended-requests.ts'
import { filterNode } from '../devices/filter-node.ts'
import { podClaims } from '../devices/pod-claims.ts'
import type { ClusterEvent, Plugin, PluginHandle, PostFilterResult, Status } from '../framework.ts'
import type { PodInfo } from '../pod-info.ts'
import { defaultNormalizeScore } from './normalize-score.ts'

/** Source: apis/config DynamicResourcesArgs */
export interface DynamicResourcesArgs {
  /** How long PreBind waits for drivers. */
  readonly bindingTimeout?: string | number
}

/** Source: apis/config/v1 DynamicResourcesBindingTimeoutDefault */
const DEFAULT_BINDING_TIMEOUT_MS = 600_000

/** Source: resource/v1/types.go FirstAvailableDeviceRequestMaxSize */
const MAX_ALTERNATIVES = 8

type Handle = Pick<PluginHandle, 'client' | 'clock' | 'devices' | 'random' | 'recorder'>

/**
 * Finds devices for the claims of pods, and nodes that have them.
 * Source: plugins/dynamicresources/dynamicresources.go, with the feature gates that are on by default
 */
export function dynamicResources(args: DynamicResourcesArgs, handle: Handle): Plugin<CycleState, CycleState> {
  const { clock, devices, recorder } = handle
  const bindingTimeoutMs = timeoutOf(args.bindingTimeout)
  /** What the last cycle of a pod left for `postFilter`. */
  const states = new WeakMap<PodInfo, CycleState>()
  return {
    name: 'DynamicResources',
    events: EVENTS,
    preEnqueue(pod) {
      const claims = podClaims(pod, devices)
      return typeof claims === 'string' ? refused(claims) : undefined
    },
    preFilter(info) {
      states.delete(info)
      const state = cycleStateOf(info, devices)
      if (state === undefined) return { code: 'Skip' }
      if ('code' in state) return state
      states.set(info, state)
      return { code: 'Success', state }
    },
    filter: (state, pod, node) => filterNode(state, pod, node, { devices, now: clock.now(), bindingTimeoutMs }),
    postFilter: (info, diagnosis) => {
      const state = states.get(info)
      if (state !== undefined) return freeClaims(state, info.pod, handle)
      // Where a plugin refused the pod outright, this one was not asked to prepare, and does not find what it would have left.
      const wasAsked = diagnosis.preFilterMessage === '' || diagnosis.unschedulablePlugins.has('DynamicResources')
      return wasAsked ? NO_CLAIMS : { code: 'Error', message: 'not found' }
    },
    preScore: (_pod, _snapshot, _nodes, state) => (state === undefined ? { code: 'Skip' } : { code: 'Success', state }),
    score: (state, _pod, { name }) => score(state, name),
    normalizeScore: (_state, scores) => defaultNormalizeScore(false, scores),
    reserve: (state, { pod }, { name }) => state && reserve(state, pod, name, handle),
    unreserve: (state, { pod }) => {
      if (state !== undefined) giveUp(state, pod, handle)
    },
    preBindPreFlight: (state) => (state === undefined ? { code: 'Skip' } : undefined),
    preBind(state, { pod }, { name }, done) {
      if (state === undefined) return undefined
      const failed = attempt(() => write(state, pod, name, handle))
      if (failed !== undefined) return failed
      const waits = state.claims.some(({ status }) =>
        status?.allocation?.devices?.results?.some(({ bindingConditions = [] }) => bindingConditions.length > 0),
      )
      if (!waits) return undefined
      const note = `waiting for binding conditions for device on node ${name}`
      recorder.eventf(pod, undefined, 'Normal', 'BindingConditionsPending', 'Scheduling', note)
      return waitForDevices(state.claims, { devices, clock, timeoutMs: bindingTimeoutMs }, done)
    },
    isSchedulableAfter: (event, pod) => mayHelp(event, pod, handle),
  }
}

const timeoutOf = (timeout: string | number | undefined): number =>
  typeof timeout === 'string'
    ? (parseGoDuration(timeout) ?? DEFAULT_BINDING_TIMEOUT_MS)
    : (timeout ?? DEFAULT_BINDING_TIMEOUT_MS)

/** Source: EventsToRegister */
const EVENTS: Plugin['events'] = new Set([
  'Node/Add',
  'Node/UpdateNodeLabel',
  'Node/UpdateNodeAllocatable',
  'ResourceClaim/Add',
  'ResourceClaim/Update',
  'UnscheduledPod/UpdatePodGeneratedResourceClaim',
  'DeviceClass/Add',
  'DeviceClass/Update',
  'ResourceSlice/Add',
  'ResourceSlice/Update',
] as const)

const NO_CLAIMS: PostFilterResult = { code: 'Unschedulable', message: 'no new claims to deallocate' }

function attempt(what: () => void): Status | undefined {
  try {
    what()
    return undefined
  } catch (error) {
    if (error instanceof ClaimWriteError) return broken(error.message)
    throw error
  }
}

/** One claim that is allocated where the pod cannot go is freed, if nobody else uses it. Source: PostFilter */
function freeClaims(state: CycleState, pod: Pod, { client, devices, random }: Handle): PostFilterResult {
  const done = (message: string): PostFilterResult => ({ code: 'Unschedulable', message })
  const isFree = ({ status }: ResourceClaim): boolean =>
    (status?.reservedFor ?? []).every(({ uid }) => uid === pod.metadata.uid)
  const free = [...state.unavailable].filter((i) => i !== state.extended && isFree(state.claims[i]!))
  const extended = state.claims[state.extended]
  let message = 'still not schedulable'
  const failed = attempt(() => {
    if (free.length > 0) {
      devices.assume(deallocate(state.claims[free[random.int(free.length)]!]!, client))
      message = 'deallocation of ResourceClaim completed'
    } else if (extended !== undefined && extended.metadata.name !== IN_MEMORY) {
      deleteClaim(extended, client)
      message = 'deletion of ResourceClaim completed'
    }
  })
  return failed === undefined ? done(message) : { code: 'Error', message: failed.reasons[0]! }
}

/** The earlier an alternative, the better. Source: computeScore */
function score({ claims, byNode, allocator }: CycleState, node: string): number {
  const found = byNode.get(node)
  if (allocator === undefined || found === undefined) return 0
  let sum = 0
  for (const [i, { spec, status }] of claims.entries()) {
    const results = (status?.allocation ?? found.allocations.get(i))?.devices?.results ?? []
    const taken = new Set(results.map(({ request }) => request))
    for (const { name, firstAvailable = [] } of spec.devices?.requests ?? [])
      for (const [at, each] of firstAvailable.entries())
        if (taken.has(`${name}/${each.name}`)) sum += MAX_ALTERNATIVES - at
  }
  return sum
}

/** Source: Reserve */
function reserve(state: CycleState, pod: Pod, node: string, { devices, random }: Handle): Status | undefined {
  if (state.allocator === undefined) return undefined
  const missing = [...state.claims.keys()].filter((i) => state.claims[i]!.status?.allocation === undefined)
  const found = state.byNode.get(node)
  if (found === undefined)
    return missing.every((i) => i === state.extended) ? undefined : broken('claim allocation not found for node')
  for (const i of missing) {
    const allocation = withShareIDs(found.allocations.get(i)!, () => random.uuid())
    state.allocations[i] = allocation
    devices.begin(state.claims[i]!.metadata.uid ?? '', { allocation, group: groupOf(pod) })
  }
  return undefined
}

function withShareIDs(allocation: AllocationResult, uuid: () => string): AllocationResult {
  const results = allocation.devices?.results ?? []
  if (results.every(({ shareID }) => shareID !== '')) return allocation
  const named = results.map((result) => (result.shareID === '' ? { ...result, shareID: uuid() } : result))
  return { ...allocation, devices: { ...allocation.devices, results: named } }
}

/** Source: Unreserve, unreserveExtendedResourceClaim */
function giveUp(state: CycleState, pod: Pod, { client, devices }: Handle): void {
  for (const [i, claim] of state.claims.entries()) {
    if (state.allocations[i] !== undefined) devices.end(initialUid(state, i, pod), false)
    if (i === state.extended) {
      if (claim.metadata.name !== IN_MEMORY) attempt(() => deleteClaim(claim, client))
    } else if (claim.status?.allocation !== undefined && isReservedFor(pod, claim)) {
      const freed = unreserve(claim, pod, client)
      if (freed !== undefined) devices.assume(freed)
    }
  }
}

/** The claim for extended resources is known by another uid until it is written. */
const initialUid = ({ claims, extended }: CycleState, i: number, { metadata }: Pod): string =>
  i === extended ? `extended-resources-of-${metadata.uid}` : (claims[i]!.metadata.uid ?? '')

/** @throws ClaimWriteError. Source: PreBind, bindClaim */
function write(state: CycleState, pod: Pod, node: string, handle: Handle): void {
  const { client, devices } = handle
  for (const i of state.claims.keys()) {
    let claim = state.claims[i]!
    if (isReservedFor(pod, claim)) continue
    const allocation = state.allocations[i]
    // The node has it by a device plug-in.
    if (i === state.extended && allocation === undefined && claim.spec.devices?.requests === undefined) continue
    if (claim.metadata.name === IN_MEMORY) {
      claim = createExtendedClaim(state.byNode.get(node) ?? {}, node, client)
      state.claims[i] = claim
    }
    claim = bindClaim(claim, allocation, pod, handle)
    state.claims[i] = claim
    devices.assume(claim)
    if (allocation !== undefined) devices.end(initialUid(state, i, pod), true)
    if (i === state.extended) noteExtendedClaim(pod, claim, state.byNode.get(node) ?? { mappings: [] }, client)
  }
}

/** Source: isSchedulableAfterClaimChange, isSchedulableAfterPodChange */
function mayHelp(event: ClusterEvent, pod: Pod, { devices }: Handle): boolean {
  if (event.resource === 'UnscheduledPod') {
    const { new: changed } = event
    return changed?.metadata.uid === pod.metadata.uid && typeof podClaims(changed!, devices) !== 'string'
  }
  if (event.resource !== 'ResourceClaim') return true
  const [old, now] = [event.old, event.new] as readonly (ResourceClaim | undefined)[]
  const claims = podClaims(pod, devices)
  if (typeof claims === 'string') return false
  if (old?.status?.allocation !== undefined && now?.status?.allocation === undefined) return true
  if (!claims.some(({ metadata }) => metadata.uid === now?.metadata.uid)) return false
  return old === undefined || !equal(old.status, now?.status)
}
