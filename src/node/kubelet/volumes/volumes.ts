import type { Pod, Volume } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Clock } from '../../../sim/clock.ts'
import type { FileTree } from '../../contract.ts'
import { resolveVolume } from './claims.ts'
import { type CsiVolumes, isMounted } from './csi-volumes.ts'
import { hostPathProblem } from './host-path.ts'
import { type ProjectionInput, problemsOf } from './projection.ts'

export interface VolumesInput extends ProjectionInput {
  readonly client: Client
  readonly clock: Clock
  /** The host's files. */
  readonly files: FileTree
  readonly csi: CsiVolumes
}

/** What keeps a pod's volumes from being there. */
export interface MountProblems {
  /** Volume -> message of FailedMount: it could not be set up. Source: pkg/volume/util/operationexecutor */
  readonly failed: ReadonlyMap<string, string>
  /** Volume -> why nobody knows yet what it is. */
  readonly unprocessed: ReadonlyMap<string, string>
  /** Others are at work on them. */
  readonly waiting: readonly string[]
}

/** What is needed to look whether volumes can be mounted. */
export type MountCheck = ProjectionInput & Pick<VolumesInput, 'files' | 'csi'>

/** Mounts what can be mounted. @returns undefined when everything is there */
export function mountProblems(input: MountCheck): MountProblems | undefined {
  const failed = new Map<string, string>()
  const waiting: string[] = []
  const unprocessed = new Map<string, string>()
  for (const volume of usedVolumes(input.pod)) {
    const { name } = volume
    const resolved = resolveVolume(volume, input.pod, input.client)
    if ('unprocessed' in resolved) unprocessed.set(name, resolved.unprocessed)
    else if ('unsupported' in resolved) failed.set(name, setUpFailed(name, resolved.unsupported))
    else if ('csi' in resolved) {
      const outcome = input.csi.mount(input.pod.metadata.uid ?? '', name, resolved.csi)
      if (outcome === 'waiting') waiting.push(name)
      else if (!isMounted(outcome)) failed.set(name, outcome.error)
    } else {
      const problem = problemOf(resolved.volume, input)
      if (problem !== undefined) failed.set(name, setUpFailed(resolved.volume.name, problem))
    }
  }
  return failed.size + waiting.length + unprocessed.size === 0 ? undefined : { failed, waiting, unprocessed }
}

/** Source: pkg/kubelet/kubelet.go SyncPod, volumemanager/volume_manager.go WaitForAttachAndMount */
export function unableToMount({ failed, waiting, unprocessed }: MountProblems): string {
  const sorted = (names: Iterable<string>) => [...names].sort().join(' ')
  const unmounted = sorted([...failed.keys(), ...waiting, ...unprocessed.keys()])
  const why = [...unprocessed.values()].join('; ')
  return `Unable to attach or mount volumes: unmounted volumes=[${unmounted}], unattached volumes=[${sorted(waiting)}], failed to process volumes=[${sorted(unprocessed.keys())}]: ${why}`
}

/** Volumes that no container mounts are left alone. Source: desired_state_of_world_populator.go processPodVolumes */
function usedVolumes({ spec }: Pod): readonly Volume[] {
  const { volumes = [], containers, initContainers = [], ephemeralContainers = [] } = spec
  if (volumes.length === 0) return volumes
  const used = new Set<string>()
  for (const { volumeMounts = [], volumeDevices = [] } of [...containers, ...initContainers, ...ephemeralContainers]) {
    for (const { name } of volumeMounts) used.add(name)
    for (const { name } of volumeDevices) used.add(name)
  }
  return volumes.filter(({ name }) => used.has(name))
}

export const setUpFailed = (name: string, why: string) => `MountVolume.SetUp failed for volume "${name}" : ${why}`

/** Why a volume of the pod's own cannot be set up. */
export function problemOf(volume: Volume, input: MountCheck): string | undefined {
  const problem = problemsOf(volume, input)
  if (problem !== undefined) return problem
  if (volume.hostPath !== undefined)
    return hostPathProblem(volume.hostPath.path, volume.hostPath.type ?? '', input.files)
  if (volume.csi !== undefined) {
    const outcome = input.csi.mountInline(input.pod, volume)
    return 'error' in outcome ? outcome.error : undefined
  }
  if (volume.emptyDir?.medium?.startsWith('HugePages'))
    return `volumes of this kind are not simulated: emptyDir of medium ${volume.emptyDir.medium}`
  const unsupported = UNSUPPORTED.find((source) => volume[source] !== undefined)
  return unsupported && `volumes of this kind are not simulated: ${unsupported}`
}

const UNSUPPORTED = ['nfs', 'iscsi', 'fc', 'rbd', 'cephfs', 'glusterfs', 'gitRepo', 'flexVolume'] as const
