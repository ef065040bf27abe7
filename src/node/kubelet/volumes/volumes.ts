import type { Pod, Volume, VolumeMount } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Clock } from '../../../sim/clock.ts'
import type { FileTree } from '../../contract.ts'
import { createFileTree } from '../../host/file-tree.ts'
import { type Mount, subtree } from '../../host/mounts.ts'
import { expand } from '../container/expansion.ts'
import { claimedVolume } from './claims.ts'
import { ObjectFiles } from './object-files.ts'
import { type ProjectionInput, problemsOf, projectedFiles } from './projection.ts'

export interface VolumesInput {
  readonly pod: Pod
  readonly client: Client
  readonly clock: Clock
  /** The host's files. */
  readonly files: FileTree
  readonly podIP: () => string
  readonly hostIP: string
  readonly allocatable: Readonly<Record<string, string>>
  readonly token: (audience: string | undefined, seconds: number | undefined) => string
}

/** Why a volume could not be set up, as the event FailedMount says. Source: pkg/volume/util/operationexecutor */
export interface MountProblem {
  readonly volume: string
  readonly message: string
}

/** What is needed to look whether volumes can be mounted. */
export type MountCheck = ProjectionInput & Pick<VolumesInput, 'files'>

/** Everything that keeps the pod's volumes from being mounted now. */
export function mountProblems(input: MountCheck): readonly MountProblem[] {
  return (input.pod.spec.volumes ?? []).flatMap((volume) => {
    const message = problemOf(volume, input)
    return message === undefined ? [] : [{ volume: volume.name, message }]
  })
}

function problemOf(volume: Volume, input: MountCheck): string | undefined {
  const failed = (why: string) => `MountVolume.SetUp failed for volume "${volume.name}" : ${why}`
  const known = claimedVolume(volume, input.pod, input.client)
  if (typeof known === 'string') return failed(known)
  if (known !== volume) return problemOf(known, input)
  const problem = problemsOf(volume, input)
  if (problem !== undefined) return failed(problem)
  if (volume.hostPath !== undefined) {
    const why = hostPathProblem(volume.hostPath.path, volume.hostPath.type ?? '', input.files)
    return why === undefined ? undefined : failed(why)
  }
  return UNSUPPORTED.some((source) => volume[source] !== undefined)
    ? failed(`volumes of this kind are not simulated: ${UNSUPPORTED.find((source) => volume[source] !== undefined)}`)
    : undefined
}

const UNSUPPORTED = ['nfs', 'iscsi', 'csi', 'image', 'fc', 'rbd', 'cephfs'] as const

/** Source: pkg/volume/hostpath/host_path.go checkTypeInternal */
function hostPathProblem(path: string, type: string, files: FileTree): string | undefined {
  const isDirectory = files.isDirectory(path)
  const exists = isDirectory || files.read(path) !== undefined
  switch (type) {
    case 'Directory':
      return isDirectory ? undefined : `hostPath type check failed: ${path} is not a directory`
    case 'File':
      return exists && !isDirectory ? undefined : `hostPath type check failed: ${path} is not a file`
    case 'FileOrCreate':
      if (!exists) files.write(path, '')
      return undefined
    case 'DirectoryOrCreate':
      return undefined
    case 'Socket':
    case 'CharDevice':
    case 'BlockDevice':
      return exists ? undefined : `hostPath type check failed: ${path} is not a ${NAME_OF_TYPE[type]}`
    default:
      return undefined
  }
}

const NAME_OF_TYPE = { Socket: 'socket', CharDevice: 'character device', BlockDevice: 'block device' } as const

/** The volumes of one pod, made when a container looks for the first time and shared by its containers. */
export class PodVolumes {
  readonly #input: VolumesInput
  readonly #trees = new Map<string, FileTree>()

  constructor(input: VolumesInput) {
    this.#input = input
  }

  /** What is mounted into a container. */
  mounts(mounts: readonly VolumeMount[] | undefined, env: Readonly<Record<string, string>>): readonly Mount[] {
    return (mounts ?? []).flatMap((mount) => {
      const volume = this.#input.pod.spec.volumes?.find(({ name }) => name === mount.name)
      if (volume === undefined) return []
      const subPath = mount.subPathExpr === undefined ? mount.subPath : expand(mount.subPathExpr, env)
      return [
        {
          path: mount.mountPath,
          files: () => this.#tree(volume),
          ...(subPath === undefined || subPath === '' ? {} : { from: `/${subPath}` }),
          readOnly: mount.readOnly === true || isReadOnly(volume),
        },
      ]
    })
  }

  #tree(volume: Volume): FileTree {
    let tree = this.#trees.get(volume.name)
    if (tree === undefined) {
      tree = this.#makeTree(volume)
      this.#trees.set(volume.name, tree)
    }
    return tree
  }

  #makeTree(volume: Volume): FileTree {
    const { files, clock, client, pod } = this.#input
    const known = claimedVolume(volume, pod, client)
    if (typeof known === 'string') return createFileTree(clock)
    if (known !== volume) return this.#makeTree(known)
    if (volume.hostPath !== undefined) return subtree(files, volume.hostPath.path)
    if (volume.emptyDir !== undefined) {
      if (volume.emptyDir.medium === 'Memory') return createFileTree(clock)
      return subtree(files, `/var/lib/kubelet/pods/${pod.metadata.uid}/volumes/kubernetes.io~empty-dir/${volume.name}`)
    }
    return new ObjectFiles(client, clock, pod.metadata.namespace ?? '', () => projectedFiles(volume, this.#input))
  }
}

function isReadOnly(volume: Volume): boolean {
  return (
    volume.configMap !== undefined ||
    volume.secret !== undefined ||
    volume.projected !== undefined ||
    volume.downwardAPI !== undefined
  )
}
