import {
  claimNameOf,
  claimSize,
  givenToClaim,
  isClaimOf,
  isFullyBound,
  NO_PROVISIONER,
  nodeAffinityError,
  volumeForNode,
} from '../../../api/claims.ts'
import { SelectorError } from '../../../api/labels.ts'
import { keyOf } from '../../../api/meta.ts'
import { matchesTopologyTerms } from '../../../api/node-selector.ts'
import { compareQuantities } from '../../../api/quantity.ts'
import { SELECTED_NODE, storageClassOf } from '../../../api/storage.ts'
import {
  type CSIStorageCapacity,
  isStatus,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
} from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Status } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import type { StorageSource } from '../storage.ts'
import { Assumed } from './volume-assumed.ts'
import { enoughCapacity } from './volume-capacity.ts'
import { asDriverSees } from './volume-translation.ts'

/** Claims of a pod by what is to be done about them. Source: binder.go PodVolumeClaims */
export interface PodVolumeClaims {
  readonly bound: readonly PersistentVolumeClaim[]
  /** To be bound once the pod has a node, smallest first. */
  readonly unboundDelayed: readonly PersistentVolumeClaim[]
  /** Somebody else has to bind them first. */
  readonly unboundImmediate: readonly PersistentVolumeClaim[]
}

export interface Binding {
  readonly claim: PersistentVolumeClaim
  readonly volume: PersistentVolume
}

export interface Provision {
  readonly claim: PersistentVolumeClaim
  /** What is left of the storage that the volume will be taken of, where that is known. */
  readonly capacity?: CSIStorageCapacity
}

/** What becomes of a pod's unbound claims on one node. Source: binder.go PodVolumes */
export interface PodVolumes {
  readonly bindings: readonly Binding[]
  readonly provisions: readonly Provision[]
}

const NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity"
const BIND_CONFLICT = "node(s) didn't find available persistent volumes to bind"
const NOT_ENOUGH_SPACE = 'node(s) did not have enough free storage'
const VOLUME_MISSING = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'

const refusal = (reason: string): Status => ({ code: 'UnschedulableAndUnresolvable', reasons: [reason] })
const REFUSALS: Readonly<Record<string, Status>> = Object.fromEntries(
  [NODE_CONFLICT, BIND_CONFLICT, NOT_ENOUGH_SPACE, VOLUME_MISSING].map((reason) => [reason, refusal(reason)]),
)
const failure = (reason: string): Status => ({ code: 'Error', reasons: [reason] })

/** Source: plugins/volumebinding/binder.go volumeBinder */
export class VolumeBinder {
  readonly #storage: StorageSource
  readonly #client: Client
  readonly #volumes = new Assumed<PersistentVolume>()
  readonly #claims = new Assumed<PersistentVolumeClaim>()

  constructor(storage: StorageSource, client: Client) {
    this.#storage = storage
    this.#client = client
  }

  /** The error where a claim cannot be judged. Source: GetPodVolumeClaims */
  claimsOf(pod: Pod): PodVolumeClaims | string {
    const bound: PersistentVolumeClaim[] = []
    const unboundDelayed: PersistentVolumeClaim[] = []
    const unboundImmediate: PersistentVolumeClaim[] = []
    for (const volume of pod.spec.volumes ?? []) {
      const name = claimNameOf(pod, volume)
      const claim = name === undefined ? undefined : this.#claim(pod.metadata.namespace ?? '', name)
      if (claim === undefined) continue
      if (isFullyBound(claim)) bound.push(claim)
      else {
        const delayed = this.#isDelayed(claim)
        if (typeof delayed === 'string') return delayed
        if (delayed && !claim.spec.volumeName) unboundDelayed.push(claim)
        else unboundImmediate.push(claim)
      }
    }
    if (unboundDelayed.length > 1) unboundDelayed.sort((a, b) => compareQuantities(claimSize(a), claimSize(b)))
    return { bound, unboundDelayed, unboundImmediate }
  }

  /** Source: FindPodVolumes */
  find({ bound, unboundDelayed }: PodVolumeClaims, node: NodeInfo): PodVolumes | Status {
    const reasons: string[] = []
    if (bound.length > 0) {
      const conflict = this.#checkBound(bound, node)
      if (typeof conflict === 'object') return conflict
      if (conflict !== undefined) reasons.push(conflict)
    }
    const found = unboundDelayed.length === 0 ? NOTHING : this.#findFor(unboundDelayed, node)
    if (typeof found === 'object' && 'code' in found) return found
    if (typeof found === 'string') reasons.push(found)
    else if (reasons.length === 0) return found
    if (reasons.length === 1) return REFUSALS[reasons[0]!]!
    // The missing volume comes last.
    return { code: 'UnschedulableAndUnresolvable', reasons: reasons.sort((a, b) => rank(a) - rank(b)) }
  }

  /** Source: arePodVolumesBound */
  isBound(pod: Pod): boolean {
    return (pod.spec.volumes ?? []).every((volume) => {
      const name = claimNameOf(pod, volume)
      if (name === undefined) return true
      const claim = this.#claim(pod.metadata.namespace ?? '', name)
      if (claim === undefined || (volume.ephemeral !== undefined && !isClaimOf(pod, claim))) return false
      return isFullyBound(claim)
    })
  }

  /** Takes volumes and claims as given to the pod, so that the next pod does not. Source: AssumePodVolumes */
  assume({ bindings, provisions }: PodVolumes, node: string): PodVolumes {
    return {
      bindings: bindings.map(({ claim, volume }) => {
        const given = givenToClaim(volume, claim)
        if (given !== volume) this.#volumes.assume(given)
        return { claim, volume: given }
      }),
      provisions: provisions.map(({ claim }) => {
        const { metadata } = claim
        const annotations = { ...metadata.annotations, [SELECTED_NODE]: node }
        const selected = { ...claim, metadata: { ...metadata, annotations } }
        this.#claims.assume(selected)
        return { claim: selected }
      }),
    }
  }

  /** Source: RevertAssumedPodVolumes */
  revert({ bindings, provisions }: PodVolumes): void {
    for (const { volume } of bindings) this.#volumes.forget(volume)
    for (const { claim } of provisions) this.#claims.forget(claim)
  }

  /** Writes what was assumed; answers it as stored, or the error. Source: bindAPIUpdate */
  write({ bindings, provisions }: PodVolumes): PodVolumes | string {
    const written: Binding[] = []
    for (const { claim, volume } of bindings) {
      const answer = this.#client.update('PersistentVolume', volume.metadata.name, undefined, () => volume)
      if (isStatus(answer)) {
        this.revert({ bindings: bindings.slice(written.length), provisions })
        return answer.message ?? ''
      }
      written.push({ claim, volume: answer })
    }
    const selected: Provision[] = []
    for (const { claim } of provisions) {
      const { name, namespace } = claim.metadata
      const answer = this.#client.update('PersistentVolumeClaim', name, namespace, () => claim)
      if (isStatus(answer)) {
        this.revert({ bindings: [], provisions: provisions.slice(selected.length) })
        return answer.message ?? ''
      }
      selected.push({ claim: answer })
    }
    return { bindings: written, provisions: selected }
  }

  #claim(namespace: string, name: string): PersistentVolumeClaim | undefined {
    return this.#claims.newest(this.#storage.claim(namespace, name))
  }

  /** Source: component-helpers/storage/volume/pv_helpers.go IsDelayBindingMode */
  #isDelayed(claim: PersistentVolumeClaim): boolean | string {
    const className = storageClassOf(claim)
    const storageClass = className === '' ? undefined : this.#storage.storageClass(className)
    if (storageClass === undefined) return false
    const { volumeBindingMode } = storageClass
    if (volumeBindingMode === undefined) return `VolumeBindingMode not set for StorageClass "${className}"`
    return volumeBindingMode === 'WaitForFirstConsumer'
  }

  /** Source: checkBoundClaims */
  #checkBound(claims: readonly PersistentVolumeClaim[], node: NodeInfo): string | Status | undefined {
    const csiNode = this.#storage.csiNode(node.name)
    for (const { spec } of claims) {
      const volume = this.#volumes.newest(this.#storage.volume(spec.volumeName!))
      if (volume === undefined) return VOLUME_MISSING
      const seen = asDriverSees(volume, csiNode)
      if (typeof seen === 'string') return failure(seen)
      if (nodeAffinityError(seen, node.labels) !== undefined) return NODE_CONFLICT
    }
    return undefined
  }

  /** Source: FindPodVolumes, findMatchingVolumes */
  #findFor(claims: readonly PersistentVolumeClaim[], node: NodeInfo): PodVolumes | string | Status {
    const provisions: PersistentVolumeClaim[] = []
    const toMatch: PersistentVolumeClaim[] = []
    for (const claim of claims) {
      const selected = claim.metadata.annotations?.[SELECTED_NODE]
      if (selected === undefined) toMatch.push(claim)
      else if (selected === node.name) provisions.push(claim)
      else return BIND_CONFLICT
    }
    const bindings: Binding[] = []
    const chosen = new Set<string>()
    for (const claim of toMatch) {
      const volume = this.#match(claim, node, chosen)
      if (typeof volume === 'string') return failure(volume)
      if (volume === undefined) provisions.push(claim)
      else {
        chosen.add(volume.metadata.name)
        bindings.push({ claim, volume })
      }
    }
    if (provisions.length === 0) return { bindings, provisions: [] }
    const checked = this.#checkProvisions(provisions, node)
    return Array.isArray(checked) ? { bindings, provisions: checked } : (checked as string | Status)
  }

  #match(
    claim: PersistentVolumeClaim,
    node: NodeInfo,
    chosen: ReadonlySet<string>,
  ): PersistentVolume | string | undefined {
    try {
      return volumeForNode(claim, this.#newestOf(storageClassOf(claim)), node.labels, chosen)
    } catch (error) {
      if (!(error instanceof SelectorError)) throw error
      return `error creating internal label selector for claim: ${keyOf(claim)}: ${error.message}`
    }
  }

  *#newestOf(className: string): Iterable<PersistentVolume> {
    for (const volume of this.#storage.volumesOf(className)) yield this.#volumes.newest(volume)!
  }

  /** Source: checkVolumeProvisions */
  #checkProvisions(claims: readonly PersistentVolumeClaim[], node: NodeInfo): Provision[] | string | Status {
    const provisions: Provision[] = []
    for (const claim of claims) {
      const className = storageClassOf(claim)
      if (className === '') return failure(`no class for claim "${keyOf(claim)}"`)
      const storageClass = this.#storage.storageClass(className)
      if (storageClass === undefined) return failure(`failed to find storage class "${className}"`)
      const { provisioner, allowedTopologies } = storageClass
      if (!provisioner || provisioner === NO_PROVISIONER) return BIND_CONFLICT
      if (!matchesTopologyTerms(allowedTopologies, node.labels)) return BIND_CONFLICT
      const capacity = enoughCapacity(claim, storageClass, node.labels, this.#storage)
      if (capacity === false) return NOT_ENOUGH_SPACE
      provisions.push({ claim, ...(capacity !== true && { capacity }) })
    }
    return provisions
  }
}

const NOTHING: PodVolumes = { bindings: [], provisions: [] }

const rank = (reason: string): number =>
  [NODE_CONFLICT, BIND_CONFLICT, NOT_ENOUGH_SPACE, VOLUME_MISSING].indexOf(reason)
