import { equal } from '../../../api/equal.ts'
import { storageClassOf } from '../../../api/storage.ts'
import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '../../../api/types.ts'
import type { ClusterEvent, Plugin, Status } from '../framework.ts'
import type { StorageSource } from '../storage.ts'

const CONFLICT: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ['node(s) had no available volume zone'],
}

const TOPOLOGY_LABELS = [
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
]

/** Where a volume is, by one label. */
interface Topology {
  readonly key: string
  /** The label that took the place of `key`. */
  readonly newKey: string
  readonly values: readonly string[]
}

type Storage = Pick<StorageSource, 'claim' | 'volume' | 'storageClass'>

/** Volumes are in zones, and so are nodes. Source: plugins/volumezone/volume_zone.go */
export const volumeZone = (storage: Storage): Plugin<readonly Topology[]> => ({
  name: 'VolumeZone',
  events: new Set([
    'StorageClass/Add',
    'Node/Add',
    'Node/UpdateNodeLabel',
    'PersistentVolumeClaim/Add',
    'PersistentVolumeClaim/Update',
    'PersistentVolume/Add',
    'PersistentVolume/Update',
  ]),
  preFilter({ pod }) {
    const topologies = topologiesOf(pod, storage)
    if (typeof topologies === 'string') return { code: 'UnschedulableAndUnresolvable', reasons: [topologies] }
    return topologies.length === 0 ? { code: 'Skip' } : { code: 'Success', state: topologies }
  },
  filter(prepared, { pod }, { labels }) {
    // Without PreFilter it is worked out here.
    const topologies = prepared ?? topologiesOf(pod, storage)
    if (typeof topologies === 'string') return { code: 'UnschedulableAndUnresolvable', reasons: [topologies] }
    if (!TOPOLOGY_LABELS.some((label) => labels[label] !== undefined)) return undefined
    for (const { key, newKey, values } of topologies) {
      const value = labels[key] ?? labels[newKey]
      if (value === undefined || !values.includes(value)) return CONFLICT
    }
    return undefined
  },
  isSchedulableAfter: mayHelp,
})

const NONE: readonly Topology[] = []

/** Where the pod's bound volumes are, or why that cannot be told. Source: getPVbyPod */
function topologiesOf(pod: Pod, storage: Storage): readonly Topology[] | string {
  const { namespace = '' } = pod.metadata
  let topologies = NONE
  for (const { persistentVolumeClaim } of pod.spec.volumes ?? []) {
    if (persistentVolumeClaim === undefined) continue
    const { claimName } = persistentVolumeClaim
    if (!claimName) return 'PersistentVolumeClaim had no name'
    const claim = storage.claim(namespace, claimName)
    if (claim === undefined) return `persistentvolumeclaim "${claimName}" not found`
    const { volumeName } = claim.spec
    if (!volumeName) {
      const why = unboundFor(claim, storage)
      if (why !== undefined) return why
      continue
    }
    const volume = storage.volume(volumeName)
    if (volume === undefined) return `persistentvolume "${volumeName}" not found`
    topologies = [...topologies, ...topologiesOfVolume(volume)]
  }
  return topologies
}

/** Why a claim without a volume is in the way; undefined: it waits for the pod. */
function unboundFor(claim: PersistentVolumeClaim, storage: Storage): string | undefined {
  const className = storageClassOf(claim)
  if (className === '') return 'PersistentVolumeClaim had no pv name and storageClass name'
  const storageClass = storage.storageClass(className)
  if (storageClass === undefined) return `storageclass.storage.k8s.io "${className}" not found`
  if (storageClass.volumeBindingMode === undefined) return `VolumeBindingMode not set for StorageClass "${className}"`
  return storageClass.volumeBindingMode === 'WaitForFirstConsumer' ? undefined : 'PersistentVolume had no name'
}

/** Source: getPVTopologies, cloud-provider/volume/helpers/zones.go LabelZonesToSet */
function topologiesOfVolume({ metadata: { labels = {} } }: PersistentVolume): readonly Topology[] {
  return TOPOLOGY_LABELS.flatMap((key) => {
    const values = labels[key]?.split('__').map((value) => value.trim())
    if (values === undefined || values.includes('')) return []
    return [{ key, newKey: key.replace('failure-domain.beta', 'topology'), values: [...new Set(values)].sort() }]
  })
}

function mayHelp(event: ClusterEvent, pod: Pod): boolean {
  switch (event.resource) {
    case 'PersistentVolumeClaim':
      return isNamed(event.new as PersistentVolumeClaim | undefined, pod)
    case 'StorageClass':
      return (event.new as StorageClass | undefined)?.volumeBindingMode === 'WaitForFirstConsumer'
    case 'PersistentVolume': {
      if (event.old === undefined || event.new === undefined) return true
      const [before, after] = [event.old, event.new].map((volume) => topologiesOfVolume(volume as PersistentVolume))
      return !equal(before, after)
    }
    default:
      return true
  }
}

/** Source: isPVCRequestedFromPod */
function isNamed(claim: PersistentVolumeClaim | undefined, { metadata, spec: { volumes = [] } }: Pod): boolean {
  if (claim === undefined || claim.metadata.namespace !== metadata.namespace) return false
  return volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claim.metadata.name)
}
