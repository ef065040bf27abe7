import { claimNameOf, isClaimOf } from '../../../api/claims.ts'
import type { Pod } from '../../../api/types.ts'
import type { Plugin, PluginHandle, Status } from '../framework.ts'
import type { StorageSource } from '../storage.ts'
import { notOwner } from './node-volume-limits.ts'
import { type PodVolumeClaims, type PodVolumes, VolumeBinder } from './volume-binder.ts'
import { volumeBindingHint } from './volume-binding-hints.ts'
import { BindingWait } from './volume-binding-wait.ts'
import { type ShapePoint, volumeScore } from './volume-score.ts'

/** Source: apis/config VolumeBindingArgs */
export interface VolumeBindingArgs {
  /** How long PreBind waits for volumes. */
  readonly bindTimeoutSeconds?: number
  /** Only with the feature gate StorageCapacityScoring. */
  readonly shape?: readonly ShapePoint[]
}

export interface VolumeBindingHandle extends Pick<PluginHandle, 'client' | 'clock'> {
  readonly storage: StorageSource
  readonly features: { readonly storageCapacityScoring: boolean }
}

/** What is known of a pod's volumes in one scheduling cycle. Source: volume_binding.go stateData */
interface State {
  readonly claims: PodVolumeClaims
  readonly byNode: Map<string, PodVolumes>
  hasStaticBindings: boolean
  allBound: boolean
}

/** Source: apis/config/v1/defaults.go SetDefaults_VolumeBindingArgs */
const DEFAULT_BIND_TIMEOUT_SECONDS = 600
const DEFAULT_SHAPE: readonly ShapePoint[] = [
  { utilization: 0, score: 10 },
  { utilization: 100, score: 0 },
]

const UNBOUND_IMMEDIATE: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ['pod has unbound immediate PersistentVolumeClaims'],
}

/** Finds volumes for pods, and nodes for pods that reach their volumes. Source: plugins/volumebinding */
export function volumeBinding(args: VolumeBindingArgs, handle: VolumeBindingHandle): Plugin<State, State> {
  const { storage, client, clock, features } = handle
  const binder = new VolumeBinder(storage, client)
  const timeoutMs = (args.bindTimeoutSeconds ?? DEFAULT_BIND_TIMEOUT_SECONDS) * 1000
  const shape = args.shape ?? DEFAULT_SHAPE
  return {
    name: 'VolumeBinding',
    events: EVENTS,
    preFilter({ pod }) {
      const claimed = claimsOf(pod, storage)
      if (typeof claimed === 'string') return { code: 'UnschedulableAndUnresolvable', reasons: [claimed] }
      if (!claimed) return { code: 'Skip' }
      const claims = binder.claimsOf(pod)
      if (typeof claims === 'string') return { code: 'Error', reasons: [claims] }
      if (claims.unboundImmediate.length > 0) return UNBOUND_IMMEDIATE
      return { code: 'Success', state: { claims, byNode: new Map(), hasStaticBindings: false, allBound: false } }
    },
    filter(state, _pod, node) {
      const found = binder.find(state.claims, node)
      if (!('bindings' in found)) return found
      state.byNode.set(node.name, found)
      state.hasStaticBindings ||= found.bindings.length > 0
      return undefined
    },
    preScore(_pod, _snapshot, _nodes, state) {
      if (!features.storageCapacityScoring || state === undefined) return { code: 'Skip' }
      return { code: 'Success', state }
    },
    score: ({ byNode }, _pod, { name }) => volumeScore(byNode.get(name), shape),
    reserve(state, { pod }, { name }) {
      const volumes = state?.byNode.get(name)
      if (state === undefined || volumes === undefined) return undefined
      state.allBound = binder.isBound(pod)
      if (!state.allBound) state.byNode.set(name, binder.assume(volumes, name))
      return undefined
    },
    unreserve(state, _pod, { name }) {
      const volumes = state?.byNode.get(name)
      if (volumes !== undefined) binder.revert(volumes)
    },
    preBindPreFlight: (state, _pod, { name }) =>
      state?.byNode.get(name) === undefined || state.allBound ? { code: 'Skip' } : undefined,
    preBind(state, { pod }, { name }, done) {
      const volumes = state?.byNode.get(name)
      if (state === undefined || volumes === undefined || state.allBound) return undefined
      const written = binder.write(volumes)
      if (typeof written === 'string') return { code: 'Error', reasons: [written] }
      const wait = new BindingWait({ storage, client, clock, timeoutMs }, pod, name, written, done)
      return () => wait.stop()
    },
    isSchedulableAfter: volumeBindingHint,
  }
}

const EVENTS: Plugin['events'] = new Set([
  'StorageClass/Add',
  'StorageClass/Update',
  'PersistentVolumeClaim/Add',
  'PersistentVolumeClaim/Update',
  'PersistentVolume/Add',
  'PersistentVolume/Update',
  'Node/Add',
  'Node/UpdateNodeLabel',
  'CSINode/Add',
  'CSINode/Update',
  'CSIDriver/Update',
  'CSIStorageCapacity/Add',
  'CSIStorageCapacity/Update',
] as const)

/** Whether the pod has claims, or why they will not do. Source: podHasPVCs */
function claimsOf(pod: Pod, storage: StorageSource): boolean | string {
  const { namespace = '' } = pod.metadata
  let has = false
  for (const volume of pod.spec.volumes ?? []) {
    const name = claimNameOf(pod, volume)
    if (name === undefined) continue
    has = true
    const claim = storage.claim(namespace, name)
    const isEphemeral = volume.ephemeral !== undefined
    if (claim === undefined && isEphemeral)
      return `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
    if (claim === undefined) return `persistentvolumeclaim "${name}" not found`
    if (claim.status?.phase === 'Lost')
      return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName ?? ''}"`
    if (claim.metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted`
    if (isEphemeral && !isClaimOf(pod, claim)) return notOwner(pod, claim)
  }
  return has
}
