import type { FileTree } from '../../contract.ts'
import { DEVICE_PLUGIN_DIRECTORY } from '../../plugin-socket.ts'

const FILE = `${DEVICE_PLUGIN_DIRECTORY}/kubelet_internal_checkpoint`

/** Which devices a container has been given. */
export interface Allocation {
  readonly podUid: string
  readonly container: string
  readonly resource: string
  readonly ids: readonly string[]
}

interface Entry {
  readonly PodUID: string
  readonly ContainerName: string
  readonly ResourceName: string
  readonly DeviceIDs: Readonly<Record<string, readonly string[]>>
}

/** What outlives the kubelet. Source: pkg/kubelet/cm/devicemanager/checkpoint/checkpoint.go */
export function readCheckpoint(files: FileTree): {
  readonly allocations: readonly Allocation[]
  readonly resources: readonly string[]
} {
  const text = files.read(FILE)
  if (text === undefined) return { allocations: [], resources: [] }
  try {
    const { Data } = JSON.parse(text) as {
      Data?: { PodDeviceEntries?: readonly Entry[]; RegisteredDevices?: Readonly<Record<string, unknown>> }
    }
    const allocations = (Data?.PodDeviceEntries ?? []).map((entry) => ({
      podUid: entry.PodUID,
      container: entry.ContainerName,
      resource: entry.ResourceName,
      ids: Object.values(entry.DeviceIDs).flat(),
    }))
    return { allocations, resources: Object.keys(Data?.RegisteredDevices ?? {}) }
  } catch {
    return { allocations: [], resources: [] }
  }
}

export function writeCheckpoint(
  files: FileTree,
  allocations: readonly Allocation[],
  registered: Readonly<Record<string, readonly string[]>>,
): void {
  const PodDeviceEntries = allocations.map(({ podUid, container, resource, ids }) => ({
    PodUID: podUid,
    ContainerName: container,
    ResourceName: resource,
    DeviceIDs: { '-1': ids },
    AllocResp: '',
  }))
  files.write(FILE, JSON.stringify({ Data: { PodDeviceEntries, RegisteredDevices: registered }, Checksum: 0 }))
}
