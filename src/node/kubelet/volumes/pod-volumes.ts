import type { Pod, Volume, VolumeDevice, VolumeMount } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { FileTree } from '../../contract.ts'
import { createFileTree, type Files } from '../../host/file-tree.ts'
import { MemoryFiles } from '../../host/memory-files.ts'
import { type Mount, statOf, subtree } from '../../host/mounts.ts'
import { resolveVolume } from './claims.ts'
import { isMounted } from './csi-volumes.ts'
import type { VolumeImages } from './image-volumes.ts'
import { memoryVolumeSize } from './memory-volume.ts'
import { ObjectFiles } from './object-files.ts'
import { applyFsGroup, takesFsGroup } from './ownership.ts'
import { objectsOf, type ProjectionInput, payloadOf, showsPod, sourcesOf } from './projection.ts'
import { makeSubPath, subPathOf } from './sub-path.ts'
import { problemOf, setUpFailed, type VolumesInput } from './volumes.ts'

/** Objects as the volumes were last written from them. */
interface Written {
  readonly at: number
  readonly pod: Pod
  readonly client: Pick<Client, 'get'>
}

/** The volumes of one pod on its node, shared by its containers. They outlive the kubelet: a new one takes them over. */
export class PodVolumes {
  #input: VolumesInput
  #written: Written
  #trees: Map<string, FileTree> | undefined
  #memory: Map<string, MemoryFiles> | undefined

  /** @param objects as they are at this instant */
  constructor(input: VolumesInput, objects: Pick<Client, 'get'>) {
    this.#input = input
    this.#written = { at: input.clock.now(), pod: input.pod, client: objects }
  }

  /**
   * The pod is synced: volumes of objects that have changed are written anew, all files of one at once.
   * Source: desired_state_of_world_populator.go processPodVolumes (MarkRemountRequired), RequiresRemount of the plugins
   *
   * @returns messages of FailedMount for those that cannot be written, which stay as they were
   */
  remount(input: VolumesInput, objects: Pick<Client, 'get'>): readonly string[] {
    this.#input = input
    const before = this.#written
    const volumes = (input.pod.spec.volumes ?? []).filter((volume) => hasChanged(volume, before, input, objects))
    if (volumes.length === 0) return []
    const now = { ...input, client: objects }
    const problems: string[] = []
    const kept: Volume[] = []
    for (const volume of volumes) {
      const problem = problemOf(volume, now)
      if (problem === undefined) continue
      problems.push(setUpFailed(volume.name, problem))
      kept.push(volume)
    }
    // What cannot be written has to remember what it was written from.
    for (const volume of kept) this.#tree(volume)
    this.#written = { at: input.clock.now(), pod: input.pod, client: kept.length > 0 ? before.client : objects }
    for (const volume of volumes) {
      if (kept.includes(volume)) continue
      const tree = this.#trees?.get(volume.name)
      if (tree instanceof ObjectFiles) tree.update(() => payloadOf(volume, now))
    }
    return problems
  }

  /** What is mounted into a container; a text is why it cannot be. Source: kubelet_pods.go makeMounts */
  mounts(
    container: string,
    mounts: readonly VolumeMount[] | undefined,
    env: Readonly<Record<string, string>>,
    images: VolumeImages,
  ): readonly Mount[] | string {
    const made: Mount[] = []
    for (const mount of mounts ?? []) {
      const volume = this.#input.pod.spec.volumes?.find(({ name }) => name === mount.name)
      if (volume === undefined) return `cannot find volume "${mount.name}" to mount into container "${container}"`
      const subPath = subPathOf(mount, env)
      if ('error' in subPath) return subPath.error
      const image = images.get(volume.name)
      const { path } = subPath
      if (image === undefined && path !== '' && !makeSubPath(this.#tree(volume), path))
        return `failed to create subPath directory for volumeMount "${mount.name}" of container "${container}"`
      const readOnly = mount.readOnly === true || image !== undefined || isReadOnly(volume)
      const files = image === undefined ? this.#mounted(volume, path) : () => this.#imageFiles(image.files)
      made.push({
        path: mount.mountPath,
        files,
        ...(path === '' ? {} : { from: `/${path}` }),
        readOnly,
        ...(image && { image: image.name }),
        ...this.#memoryOf(volume),
      })
    }
    return made
  }

  /** Volumes without a file system are files of a container. Source: kubelet_pods.go makeBlockVolumes */
  devices(devices: readonly VolumeDevice[] | undefined): readonly Mount[] {
    return (devices ?? []).flatMap(({ name, devicePath }) => {
      const volume = this.#input.pod.spec.volumes?.find((each) => each.name === name)
      if (volume === undefined) return []
      return [{ path: devicePath, files: () => withFile(this.#tree(volume), BLOCK_DEVICE), from: BLOCK_DEVICE }]
    })
  }

  /** A part of a volume of objects stays as it was when the container was made: the mount is of the files of then. */
  #mounted(volume: Volume, subPath: string): FileTree | (() => FileTree) {
    if (subPath === '' || !isOfObjects(volume)) return () => this.#tree(volume)
    const tree = this.#tree(volume)
    return tree instanceof ObjectFiles ? tree.frozen() : tree
  }

  #memoryOf(volume: Volume): { readonly memory?: MemoryFiles } {
    if (volume.emptyDir?.medium !== 'Memory') return {}
    this.#tree(volume)
    const memory = this.#memory?.get(volume.name)
    return memory === undefined ? {} : { memory }
  }

  #imageFiles(files: Readonly<Record<string, string>> | undefined): Files {
    return createFileTree(this.#input.clock, files ?? {})
  }

  #tree(volume: Volume): FileTree {
    let tree = this.#trees?.get(volume.name)
    if (tree === undefined) {
      tree = this.#makeTree(volume)
      this.#trees ??= new Map()
      this.#trees.set(volume.name, tree)
    }
    return tree
  }

  #makeTree(asked: Volume): FileTree {
    const { files, clock, client, pod, csi } = this.#input
    const uid = pod.metadata.uid ?? ''
    if (asked.csi !== undefined) {
      const outcome = csi.mountInline(pod, asked)
      return 'error' in outcome ? createFileTree(clock) : this.#given(outcome.files, outcome.takesFsGroup, true)
    }
    const resolved = resolveVolume(asked, pod, client)
    if ('csi' in resolved) {
      const outcome = csi.mount(uid, asked.name, resolved.csi)
      if (!isMounted(outcome)) return createFileTree(clock)
      const driver = client.get('CSIDriver', resolved.csi.spec.csi?.driver ?? '')
      return this.#given(outcome, takesFsGroup(driver, resolved.csi), true)
    }
    if (!('volume' in resolved)) return createFileTree(clock)
    const { volume } = resolved
    if (volume.hostPath !== undefined)
      return this.#given(subtree(files, volume.hostPath.path), resolved.isLocal === true, true)
    if (volume.emptyDir !== undefined) return this.#given(this.#emptyDir(volume, uid), true, false)
    const { at, client: objects, pod: shown } = this.#written
    const make = () => payloadOf(volume, { ...this.#input, pod: shown, client: objects })
    return new ObjectFiles(clock, `${uid}/${volume.name}`, pod.spec.securityContext?.fsGroup, { at, make })
  }

  #given(files: FileTree, isGiven: boolean, followsPolicy: boolean): FileTree {
    if (isGiven) applyFsGroup(files, this.#input.pod, followsPolicy)
    return files
  }

  /** Everybody may write to it. Source: pkg/volume/emptydir/empty_dir.go setupDir (perm 0777) */
  #emptyDir(volume: Volume, uid: string): FileTree {
    const { files, clock, pod, allocatable } = this.#input
    if (volume.emptyDir?.medium === 'Memory') {
      const memory = new MemoryFiles(clock, memoryVolumeSize(volume, pod, allocatable))
      this.#memory ??= new Map()
      this.#memory.set(volume.name, memory)
      return memory.files
    }
    const path = `/var/lib/kubelet/pods/${uid}/volumes/kubernetes.io~empty-dir/${volume.name}`
    if (statOf(files, path) === undefined && 'makeDirectory' in files) (files as Files).makeDirectory(path, 0o777)
    return subtree(files, path)
  }
}

/** Whether what a volume shows is not what it was written from. Volumes of immutable objects stay as they are. */
function hasChanged(volume: Volume, before: Written, input: ProjectionInput, client: Pick<Client, 'get'>): boolean {
  if (!isOfObjects(volume)) return false
  const { labels, annotations } = input.pod.metadata
  const { metadata: then } = before.pod
  if (showsPod(volume) && (then.labels !== labels || then.annotations !== annotations)) return true
  if (sourcesOf(volume).length === 0) return false
  const objects = objectsOf(volume, { ...input, client: before.client })
  const now = objectsOf(volume, { ...input, client })
  return now.some((object, i) => object !== objects[i] && objects[i]?.immutable !== true)
}

/** Where a tree keeps what is on a volume that has no file system. */
const BLOCK_DEVICE = '/.device'

function withFile(files: FileTree, path: string): FileTree {
  if (files.read(path) === undefined) files.write(path, '')
  return files
}

export function isOfObjects({ configMap, secret, projected, downwardAPI }: Volume): boolean {
  return configMap !== undefined || secret !== undefined || projected !== undefined || downwardAPI !== undefined
}

function isReadOnly(volume: Volume): boolean {
  return isOfObjects(volume) || volume.csi?.readOnly === true || volume.persistentVolumeClaim?.readOnly === true
}
