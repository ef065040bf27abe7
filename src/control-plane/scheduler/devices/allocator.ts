import { keyOf } from '../../../api/meta.ts'
import { parseQuantity } from '../../../api/quantity.ts'
import { toleratesDeviceTaint } from '../../../api/resource-claims.ts'
import type { AllocationResult, DeviceClass, ResourceClaim, ResourceSlice } from '../../../api/types.ts'
import type { NodeInfo } from '../node-info.ts'
import { allocationResult } from './allocation-result.ts'
import { consumption, hasCapacity } from './capacity.ts'
import { type Constraint, constraintOf } from './constraints.ts'
import { AvailableCounters, ConsumedCounters } from './counters.ts'
import {
  type AllocatedState,
  AllocationError,
  type Candidate,
  type Capacities,
  type Given,
  NodeAllocationError,
  type Pool,
  type Request,
  type RequestData,
} from './device-types.ts'
import { gatherPools, nodeMatches } from './pools.ts'
import { candidatesOf, MAX_RESULTS, requestsOf } from './requests.ts'
import { selectorsMatch } from './selectors.ts'

/** What an allocator goes by: the same for all nodes in one scheduling cycle. */
export interface AllocatorInput {
  readonly held: AllocatedState
  deviceClass(name: string): DeviceClass | undefined
  /** Slices that may concern a node. */
  slicesFor(node: string): Iterable<ResourceSlice>
  allSlices(): Iterable<ResourceSlice>
  newShareID(): string
}

/** Finds devices for claims, node by node. Source: dynamic-resource-allocation/structured/internal/incubating */
export class Allocator {
  readonly #input: AllocatorInput
  readonly #counters: AvailableCounters

  constructor(input: AllocatorInput) {
    this.#input = input
    this.#counters = new AvailableCounters(input.held)
  }

  /**
   * @returns one result per claim; undefined: the devices of the node will not do
   * @throws AllocationError where no node would do, NodeAllocationError where this one is not to be judged
   */
  allocate(node: NodeInfo, claims: readonly ResourceClaim[]): readonly AllocationResult[] | undefined {
    const search = new Search(this.#input, new ConsumedCounters(this.#counters), node, claims)
    return search.run()
  }
}

/** Where a search goes on within a request: at this pool and device. */
interface Place {
  readonly pool: number
  readonly device: number
}
const START: Place = { pool: 0, device: 0 }

/** More devices than a claim can hold: fewer may do, so earlier choices are made anew. Source: errAllocationResultMaxSizeExceeded */
const TOO_MANY = 'too many'
type Found = boolean | typeof TOO_MANY

/** One device after the other is tried for each request of each claim, and the first solution taken. */
class Search {
  readonly #input: AllocatorInput
  readonly #counters: ConsumedCounters
  readonly #node: NodeInfo
  readonly #claims: readonly ResourceClaim[]
  readonly #pools: readonly Pool[]
  readonly #candidates: readonly (readonly Candidate[])[]
  #requests: readonly (readonly (readonly RequestData[])[])[] = []
  #constraints: readonly (readonly Constraint[])[] = []
  readonly #given: Given[][]
  /** Per claim and request the alternative that was taken. */
  readonly #chosen: RequestData[][]
  readonly #matches = new Map<RequestData['request'], Map<string, boolean>>()
  /** Claims that a device is about to go to. */
  readonly #taking = new Map<string, Set<number>>()
  readonly #consuming = new Map<string, Map<string, bigint>>()

  constructor(input: AllocatorInput, counters: ConsumedCounters, node: NodeInfo, claims: readonly ResourceClaim[]) {
    this.#input = input
    this.#counters = counters
    this.#node = node
    this.#claims = claims
    this.#pools = gatherPools(input.slicesFor(node.name), node, input.allSlices())
    this.#candidates = this.#pools.map((pool) => (pool.state === 'complete' ? candidatesOf(pool) : []))
    this.#given = claims.map(() => [])
    this.#chosen = claims.map(() => [])
  }

  run(): readonly AllocationResult[] | undefined {
    this.#requests = this.#claims.map((claim) =>
      requestsOf(claim, {
        pools: this.#pools,
        deviceClass: (name) => this.#input.deviceClass(name),
        isEligible: (of, data, candidate) => this.#isSelectable(of, data, candidate) && this.#fits(data, candidate),
      }),
    )
    this.#constraints = this.#claims.map(constraintsOf)
    const found = this.#nextRequest(0, 0)
    if (found !== true) {
      if (this.#pools.some(({ state }) => state === 'invalid'))
        throw new NodeAllocationError('invalid resource pools were encountered')
      return undefined
    }
    return this.#claims.map((claim, i) => allocationResult(claim, this.#given[i]!, this.#chosen[i]!, this.#node.name))
  }

  #nextRequest(claim: number, request: number): Found {
    if (claim >= this.#claims.length) return true
    const alternatives = this.#requests[claim]![request]
    if (alternatives === undefined) {
      const found = this.#nextRequest(claim + 1, 0)
      return found === TOO_MANY ? false : found
    }
    if (alternatives[0]!.parent === undefined) return this.#tryRequest(claim, request, alternatives[0]!)
    let everyTooMany = true
    for (const data of alternatives) {
      const found = this.#tryRequest(claim, request, data)
      if (found === true) return true
      if (found !== TOO_MANY) everyTooMany = false
    }
    return everyTooMany ? TOO_MANY : false
  }

  #tryRequest(claim: number, request: number, data: RequestData): Found {
    this.#chosen[claim]![request] = data
    const found = this.#nextDevice(claim, request, data, 0, START)
    // A later attempt of a nested search may have noted something else.
    if (found === true) this.#chosen[claim]![request] = data
    return found
  }

  /** @param count how many devices the request has already */
  #nextDevice(claim: number, request: number, data: RequestData, count: number, from: Place): Found {
    if (data.allDevices?.length === 0) return false
    if (count >= data.numDevices) return this.#nextRequest(claim, request + 1)
    if (this.#given[claim]!.length + data.numDevices - count > MAX_RESULTS) return TOO_MANY
    const goOn = (next: Place) => this.#nextDevice(claim, request, data, count + 1, next)
    if (data.allDevices !== undefined) return this.#tryDevice(claim, data, data.allDevices[count]!, () => goOn(START))
    for (let pool = from.pool; pool < this.#candidates.length; pool++) {
      const candidates = this.#candidates[pool]!
      for (let device = pool === from.pool ? from.device : 0; device < candidates.length; device++) {
        const candidate = candidates[device]!
        if (this.#isTaken(data.request, candidate, claim)) continue
        if (!this.#isSelectable(this.#claims[claim]!, data, candidate) || !this.#fits(data, candidate)) continue
        const found = this.#tryDevice(claim, data, candidate, () => goOn({ pool, device: device + 1 }))
        if (found !== false) return found
      }
    }
    return false
  }

  #tryDevice(claim: number, data: RequestData, candidate: Candidate, goOn: () => Found): Found {
    const giveBack = this.#give(claim, data, candidate)
    if (giveBack === undefined) return false
    const found = goOn()
    if (found !== true) giveBack()
    return found
  }

  #isTaken({ adminAccess }: Request, { id }: Candidate, claim: number): boolean {
    const taking = this.#taking.get(id)
    return adminAccess ? taking?.has(claim) === true : this.#input.held.isHeld(id) || (taking?.size ?? 0) > 0
  }

  /** Source: isSelectable */
  #isSelectable(claim: ResourceClaim, data: RequestData, { id, device, slice }: Candidate): boolean {
    let known = this.#matches.get(data.request)
    if (known === undefined) {
      known = new Map()
      this.#matches.set(data.request, known)
    }
    let matches = known.get(id)
    if (matches === undefined) {
      const { deviceClass, request } = data
      matches =
        selectorsMatch(deviceClass.spec.selectors, device, slice, () => `class ${deviceClass.metadata.name}`) &&
        selectorsMatch(request.selectors, device, slice, () => `claim ${keyOf(claim)}`) &&
        (slice.spec.perDeviceNodeSelection !== true || nodeMatches(this.#node, device))
      known.set(id, matches)
    }
    return matches
  }

  #fits({ request }: RequestData, { id, device }: Candidate): boolean {
    return hasCapacity(request, device, this.#input.held.consumed(id), this.#consuming.get(id))
  }

  /** @returns takes it back; undefined: the device cannot be had. Source: allocateDevice */
  #give(claim: number, data: RequestData, candidate: Candidate): (() => void) | undefined {
    const { id, device } = candidate
    const { request } = data
    const isShared = device.allowMultipleAllocations === true
    if (this.#isTaken(request, candidate, claim) && !(isShared && request.adminAccess)) return undefined
    const isInUse = this.#input.held.consumed(id) !== undefined || this.#consuming.has(id)
    const counts = (device.consumesCounters?.length ?? 0) > 0
    if (counts && !(isShared && isInUse) && !this.#counters.take(candidate)) return undefined
    if (isTainted(candidate, request)) return undefined
    if (!this.#addToConstraints(claim, data, candidate)) return undefined
    if (!this.#fits(data, candidate)) return undefined
    const given = this.#note(claim, data, candidate, isShared)
    return () => {
      for (const constraint of this.#constraints[claim]!) constraint.remove(data)
      this.#taking.get(id)?.delete(claim)
      if (given.consumed !== undefined) this.#consume(id, given.consumed, -1n)
      if (!isShared && counts) this.#counters.giveBack(candidate)
      this.#given[claim]!.pop()
    }
  }

  #note(claim: number, data: RequestData, candidate: Candidate, isShared: boolean): Given {
    const { id, device } = candidate
    let given: Given = { data, candidate }
    if (isShared) {
      const amounts = Object.entries(consumption(data.request, device))
      const consumed: Capacities = new Map(amounts.map(([name, amount]) => [name, parseQuantity(amount).nano]))
      given = { data, candidate, shareID: this.#input.newShareID(), consumed }
      this.#consume(id, consumed, 1n)
    } else {
      const taking = this.#taking.get(id)
      if (taking === undefined) this.#taking.set(id, new Set([claim]))
      else taking.add(claim)
    }
    this.#given[claim]!.push(given)
    return given
  }

  #consume(id: string, amounts: Capacities, sign: 1n | -1n): void {
    const consuming = this.#consuming.get(id) ?? new Map<string, bigint>()
    for (const [name, amount] of amounts) consuming.set(name, (consuming.get(name) ?? 0n) + sign * amount)
    if ([...consuming.values()].some((amount) => amount > 0n)) this.#consuming.set(id, consuming)
    else this.#consuming.delete(id)
  }

  #addToConstraints(claim: number, data: RequestData, candidate: Candidate): boolean {
    const constraints = this.#constraints[claim]!
    const refusing = constraints.findIndex((constraint) => !constraint.add(data, candidate))
    if (refusing < 0) return true
    if (data.allDevices !== undefined)
      throw new AllocationError(
        `claim ${keyOf(this.#claims[claim]!)}, request ${data.request.name}: cannot add device ${candidate.id} because a claim constraint would not be satisfied`,
      )
    for (const constraint of constraints.slice(0, refusing)) constraint.remove(data)
    return false
  }
}

function constraintsOf(claim: ResourceClaim): readonly Constraint[] {
  return (claim.spec.devices?.constraints ?? []).map((each, i) => {
    const constraint = constraintOf(each)
    if (constraint !== undefined) return constraint
    throw new AllocationError(
      `claim ${keyOf(claim)}, constraint #${i}: empty constraint (unsupported constraint type?)`,
    )
  })
}

/** Source: taintPreventsAllocation */
const isTainted = ({ device }: Candidate, { tolerations = [] }: Request): boolean =>
  (device.taints ?? []).some(
    (taint) =>
      (taint.effect === 'NoExecute' || taint.effect === 'NoSchedule') &&
      !tolerations.some((toleration) => toleratesDeviceTaint(toleration, taint)),
  )
