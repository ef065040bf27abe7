import type { Cloud } from '../../cloud/contract.ts'
import type { Process, Program } from '../../node/contract.ts'
import { type CsiDriver, type CsiNode, csiError } from '../../node/csi/contract.ts'
import type { CsiSockets } from '../../node/csi/sockets.ts'
import { createFileTree } from '../../node/host/file-tree.ts'
import { DiskController, ZONE } from './disk-controller.ts'
import { DiskFiles } from './disk-files.ts'

export interface DiskDriverDeps {
  readonly cloud: Cloud | undefined
  readonly sockets: CsiSockets
}

export const DISK_DRIVER = 'disk.csi.kubedrill.dev'

/**
 * The CSI driver of the simulated cloud's disks: `--mode=controller`, `--mode=node` or both, at --endpoint. Its controller
 * part talks to the cloud, its node part to the disks that the cloud has attached to the machine it runs on.
 */
export function diskDriverProgram({ cloud, sockets }: DiskDriverDeps): Program {
  return {
    start(process) {
      const flag = (name: string) => process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
      if (cloud === undefined) {
        process.log('F main.go:52] "Failed to get metadata: this machine is not rented in a cloud"', 'stderr')
        process.exit(1)
        return
      }
      const mode = flag('mode') ?? 'all'
      const endpoint = (flag('endpoint') ?? process.env.CSI_ENDPOINT ?? '/csi/csi.sock').replace(/^unix:\/*/, '/')
      const driver: CsiDriver = {
        name: DISK_DRIVER,
        version: 'v1.0.0',
        ...(mode !== 'node' && { controller: new DiskController(cloud) }),
        ...(mode !== 'controller' && { node: diskNode(cloud, process) }),
      }
      process.onEnd(sockets.listen(process.files, endpoint, driver))
      process.onSignal(() => process.exit(0))
      process.log(`I driver.go:148] "Listening for connections" address="${endpoint}"`, 'stderr')
    },
  }
}

/** The driver's node service, on one machine. */
function diskNode(cloud: Cloud, process: Process): CsiNode {
  const { disks, instances } = cloud
  const clock = process.world.clock
  const attached = (id: string) => {
    const instance = instances.byName(process.host)
    const attachment = disks.get(id)?.attachments.find((each) => each.instance === instance?.id)
    return attachment?.state === 'attached'
      ? undefined
      : csiError('Internal', `Failed to find device of volume "${id}": it is not attached to ${process.host}`)
  }
  return {
    info() {
      const instance = instances.byName(process.host)
      if (instance === undefined) return csiError('Internal', `the cloud knows no machine ${process.host}`)
      // One place is the machine's own.
      return { nodeId: instance.id, maxVolumes: disks.limitPerInstance - 1, topology: { [ZONE]: instance.zone } }
    },
    stageVolume: attached,
    unstageVolume: () => undefined,
    publishVolume: (id) => attached(id) ?? new DiskFiles(disks, id, clock),
    expandVolume: attached,
    // A directory of the machine: it goes with its pod.
    publishEphemeral: () => createFileTree(clock),
  }
}
