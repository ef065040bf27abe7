import type { Network } from '../../../../network/contract.ts'
import type { Source } from '../../../../network/resolver.ts'
import type { FileTree, Identity } from '../../../contract.ts'
import type { MountPoint } from '../../mounts.ts'

export interface MeasuredUse {
  readonly memory: number
  readonly disk: { readonly bytes: number; readonly files: number }
  readonly capacity: { readonly bytes: number; readonly files: number }
}

/** Where a shell runs, as its commands see it: a container or a machine. */
export interface Inside {
  readonly network: Network
  readonly source: Source
  readonly hostname: string
  readonly files: FileTree
  /** Processes, oldest first. */
  processes(): readonly { readonly pid: number; readonly user: string; readonly command: string }[]
  /** Virtual ms since the machine has booted, or the container has started. */
  uptimeMs(): number
  readonly identity: Identity
  /** Whether its processes have a capability; absent: all of them. */
  can?(capability: string): boolean
  /** What is mounted, the root first; absent where nobody tells. */
  mounts?(): readonly MountPoint[]
  /** The OCI runtime of the pod when it is not the default one: gVisor and Kata have kernels of their own. */
  readonly runtimeHandler?: string
  readonly cpus: number
  readonly memoryBytes: number
  /** What is taken of memory and disk, and how much disk there is; absent where nobody measures it. */
  measured?(): MeasuredUse
}
