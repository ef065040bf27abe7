import type { Pod, Volume, VolumeDevice, VolumeMount } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Clock } from '../../../sim/clock.ts'
import type { FileTree } from '../../contract.ts'
import { createFileTree } from '../../host/file-tree.ts'
import { type Mount, subtree } from '../../host/mounts.ts'
import { expand } from '../container/expansion.ts'
import { resolveVolume } from './claims.ts'
import { type CsiVolumes, isMounted } from './csi-volumes.ts'
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
  readonly csi: CsiVolumes
}

/** What keeps a pod's volumes from being there. */
export interface MountProblems {
  /** Messages of FailedMount: these could not be set up. Source: pkg/volume/util/operationexecutor */
  readonly failed: readonly string[]
  /** Volume -> why nobody knows yet what it is. */
  readonly unprocessed: ReadonlyMap<string, string>
  /** Others are at work on them. */
  readonly waiting: readonly string[]
}

/** What is needed to look whether volumes can be mounted. */
export type MountCheck = ProjectionInput & Pick<VolumesInput, 'files' | 'csi'>

/** Mounts what can be mounted. @returns undefined when everything is there */
export function mountProblems(input: MountCheck): MountProblems | undefined {
  const failed: string[] = []
  const waiting: string[] = []
  const unprocessed = new Map<string, string>()
  for (const volume of input.pod.spec.volumes ?? []) {
    const resolved = resolveVolume(volume, input.pod, input.client)
    if ('unprocessed' in resolved) unprocessed.set(volume.name, resolved.unprocessed)
    else if ('unsupported' in resolved) failed.push(setUpFailed(volume.name, resolved.unsupported))
    else if ('csi' in resolved) {
      const outcome = input.csi.mount(input.pod.metadata.uid ?? '', volume.name, resolved.csi)
      if (outcome === 'waiting') waiting.push(volume.name)
      else if (!isMounted(outcome)) failed.push(outcome.error)
    } else {
      const problem = problemOf(resolved.volume, input)
      if (problem !== undefined) failed.push(setUpFailed(resolved.volume.name, problem))
    }
  }
  return failed.length + waiting.length + unprocessed.size === 0 ? undefined : { failed, waiting, unprocessed }
}

const setUpFailed = (name: string, why: string) => `MountVolume.SetUp failed for volume "${name}" : ${why}`

function problemOf(volume: Volume, input: MountCheck): string | undefined {
  const problem = problemsOf(volume, input)
  if (problem !== undefined) return problem
  if (volume.hostPath !== undefined)
    return hostPathProblem(volume.hostPath.path, volume.hostPath.type ?? '', input.files)
  if (volume.csi !== undefined) return input.csi.inlineProblem(volume.csi.driver)
  const unsupported = UNSUPPORTED.find((source) => volume[source] !== undefined)
  return unsupported && `volumes of this kind are not simulated: ${unsupported}`
}

const UNSUPPORTED = ['nfs', 'iscsi', 'image', 'fc', 'rbd', 'cephfs'] as const

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

  /** Volumes without a file system are files of a container. Source: kubelet_pods.go makeBlockVolumes */
  devices(devices: readonly VolumeDevice[] | undefined): readonly Mount[] {
    return (devices ?? []).flatMap(({ name, devicePath }) => {
      const volume = this.#input.pod.spec.volumes?.find((each) => each.name === name)
      if (volume === undefined) return []
      return [{ path: devicePath, files: () => withFile(this.#tree(volume), BLOCK_DEVICE), from: BLOCK_DEVICE }]
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

  #makeTree(asked: Volume): FileTree {
    const { files, clock, client, pod, csi } = this.#input
    const resolved = resolveVolume(asked, pod, client)
    if ('csi' in resolved) {
      const outcome = csi.mount(pod.metadata.uid ?? '', asked.name, resolved.csi)
      return isMounted(outcome) ? outcome : createFileTree(clock)
    }
    if (!('volume' in resolved)) return createFileTree(clock)
    const { volume } = resolved
    if (volume.hostPath !== undefined) return subtree(files, volume.hostPath.path)
    if (volume.emptyDir !== undefined) {
      if (volume.emptyDir.medium === 'Memory') return createFileTree(clock)
      return subtree(files, `/var/lib/kubelet/pods/${pod.metadata.uid}/volumes/kubernetes.io~empty-dir/${volume.name}`)
    }
    return new ObjectFiles(client, clock, pod.metadata.namespace ?? '', () => projectedFiles(volume, this.#input))
  }
}

/** Where a tree keeps what is on a volume that has no file system. */
const BLOCK_DEVICE = '/.device'

function withFile(files: FileTree, path: string): FileTree {
  if (files.read(path) === undefined) files.write(path, '')
  return files
}

function isReadOnly(volume: Volume): boolean {
  return (
    volume.configMap !== undefined ||
    volume.secret !== undefined ||
    volume.projected !== undefined ||
    volume.downwardAPI !== undefined
  )
}
