import type { ContainerRuntime } from '../../container-runtime/contract.ts'
import { usageOf } from '../../container-runtime/usage/idle.ts'
import type { DiskUse } from '../../container-runtime/usage/node-disk.ts'
import type { FileTree } from '../../contract.ts'
import type { PodRecord } from '../pod-worker/pod-record.ts'
import { inPages } from './observations.ts'

export interface ContainerUse {
  readonly name: string
  readonly memory: number
  readonly rootfs: DiskUse
  readonly logs: DiskUse
}

/** What one pod takes, as the summary of the kubelet tells it. Source: kubelet/pkg/apis/stats/v1alpha1 PodStats */
export interface PodUse {
  readonly memory: number
  readonly pids: number
  readonly containers: readonly ContainerUse[]
  /** Of its emptyDir volumes on disk. */
  readonly volumes: ReadonlyMap<string, DiskUse>
}

export function podUse(record: PodRecord, runtime: ContainerRuntime, files: FileTree, now: number): PodUse {
  const containers: ContainerUse[] = []
  let pids = 0
  for (const { name, current } of record.slots) {
    if (current === undefined) continue
    const isRunning = current.state === 'running'
    const usage = isRunning ? usageOf(current, now) : undefined
    pids += usage?.pids ?? 0
    const { bytes, files: count } = current.layer
    const logs = runtime.log(current.id)?.bytes ?? 0
    containers.push({
      name,
      memory: inPages(usage?.memory ?? 0),
      rootfs: { bytes: bytes + (usage?.disk ?? 0), files: count + (usage?.inodes ?? 0) },
      logs: { bytes: logs, files: logs > 0 ? 1 : 0 },
    })
  }
  const memory = containers.reduce((sum, each) => sum + each.memory, 0)
  return { memory, pids, containers, volumes: volumesOf(record, files) }
}

function volumesOf({ pod, uid }: PodRecord, files: FileTree): ReadonlyMap<string, DiskUse> {
  const use = new Map<string, DiskUse>()
  for (const { name, emptyDir } of pod.spec.volumes ?? [])
    if (emptyDir !== undefined && emptyDir.medium !== 'Memory') use.set(name, treeUse(files, emptyDirPath(uid, name)))
  return use
}

function emptyDirPath(uid: string, volume: string): string {
  return `/var/lib/kubelet/pods/${uid}/volumes/kubernetes.io~empty-dir/${volume}`
}

/** Bytes and files of a directory. */
function treeUse(files: FileTree, path: string): DiskUse {
  const content = files.read(path)
  if (content !== undefined) return { bytes: content.length, files: 1 }
  let bytes = 0
  let count = 0
  for (const name of files.list(path)) {
    const below = treeUse(files, `${path}/${name}`)
    bytes += below.bytes
    count += below.files + (files.isDirectory(`${path}/${name}`) ? 1 : 0)
  }
  return { bytes, files: count }
}

/** Everything on the node's disk that the pod is answerable for. */
export function diskUse({ containers, volumes }: PodUse): DiskUse {
  let bytes = 0
  let files = 0
  for (const each of [...containers.flatMap(({ rootfs, logs }) => [rootfs, logs]), ...volumes.values()]) {
    bytes += each.bytes
    files += each.files
  }
  return { bytes, files }
}
