import type { FileTree } from '../contract.ts'

/** What a CSI driver serves on its socket. Source: container-storage-interface/spec csi.proto */
export interface CsiDriver {
  /** `disk.csi.kubedrill.dev` */
  readonly name: string
  readonly version: string
  readonly controller?: CsiController
  readonly node?: CsiNode
}

/** Why a call failed: `rpc error: code = NotFound desc = …`. */
export interface CsiError {
  readonly code: string
  readonly error: string
}

export type CsiDone<T> = (answer: T | CsiError) => void

export function isCsiError(answer: unknown): answer is CsiError {
  return typeof answer === 'object' && answer !== null && 'error' in answer
}

export function csiError(code: string, description: string): CsiError {
  return { code, error: `rpc error: code = ${code} desc = ${description}` }
}

/** Label and value of a place that volumes can be reached from. */
export type Segments = Readonly<Record<string, string>>

export interface CreateVolumeRequest {
  readonly name: string
  readonly bytes: number
  readonly parameters: Readonly<Record<string, string>>
  /** Where it may be, the best place first; none: anywhere. */
  readonly topology: readonly Segments[]
  readonly fromSnapshot?: string
  readonly fromVolume?: string
  /** Several nodes are to have it at once. */
  readonly shared: boolean
}

export interface CsiVolume {
  readonly id: string
  readonly bytes: number
  readonly topology: readonly Segments[]
}

export interface CsiSnapshot {
  readonly id: string
  readonly volume: string
  readonly bytes: number
  /** Virtual ms. */
  readonly createdAt: number
  readonly ready: boolean
}

/** Calls answer once, at once or later. */
export interface CsiController {
  createVolume(request: CreateVolumeRequest, done: CsiDone<CsiVolume>): void
  deleteVolume(id: string, done: CsiDone<undefined>): void
  /** To a node, by the driver's own id of it. */
  publishVolume(id: string, nodeId: string, done: CsiDone<Readonly<Record<string, string>>>): void
  unpublishVolume(id: string, nodeId: string, done: CsiDone<undefined>): void
  expandVolume(
    id: string,
    bytes: number,
    done: CsiDone<{ readonly bytes: number; readonly nodeExpansionRequired: boolean }>,
  ): void
  createSnapshot(name: string, volume: string, done: CsiDone<CsiSnapshot>): void
  deleteSnapshot(id: string, done: CsiDone<undefined>): void
  snapshot(id: string): CsiSnapshot | CsiError
}

export interface CsiNodeInfo {
  readonly nodeId: string
  readonly maxVolumes: number
  readonly topology: Segments
}

export interface CsiNode {
  info(): CsiNodeInfo | CsiError
  /** Makes the volume ready on the node, once for all its pods. */
  stageVolume(id: string): CsiError | undefined
  unstageVolume(id: string): CsiError | undefined
  /** The volume's files for one pod. */
  publishVolume(id: string, options: { readonly block: boolean }): FileTree | CsiError
  expandVolume(id: string): CsiError | undefined
  /** Makes a volume for one pod alone, and takes it back; drivers that bring none leave it out. */
  publishEphemeral?(id: string, attributes: Readonly<Record<string, string>>): FileTree | CsiError
  unpublishEphemeral?(id: string): void
}
