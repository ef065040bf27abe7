import { resourceKey } from '../../api/resources.ts'
import type { Kind, KubernetesObject, ObjectMeta } from '../../api/types.ts'
import type { Client } from '../../client/contract.ts'

/** The custom resources of snapshots. Source: kubernetes-csi/external-snapshotter client/apis/volumesnapshot/v1/types.go */
export const SNAPSHOT_GROUP = 'snapshot.storage.k8s.io'
export const SNAPSHOT_VERSION = `${SNAPSHOT_GROUP}/v1`

const kindOf = (resource: string): Kind =>
  resourceKey({ group: SNAPSHOT_GROUP, version: 'v1', resource }) as string as Kind

/** How a client names them. */
export const SNAPSHOTS = kindOf('volumesnapshots')
export const CONTENTS = kindOf('volumesnapshotcontents')
export const CLASSES = kindOf('volumesnapshotclasses')

export interface SnapshotError {
  readonly time: string
  readonly message: string
}

export interface VolumeSnapshot {
  readonly apiVersion: string
  readonly kind: 'VolumeSnapshot'
  readonly metadata: ObjectMeta
  readonly spec: {
    readonly source: { readonly persistentVolumeClaimName?: string; readonly volumeSnapshotContentName?: string }
    readonly volumeSnapshotClassName?: string
  }
  readonly status?: {
    readonly boundVolumeSnapshotContentName?: string
    readonly creationTime?: string
    readonly readyToUse?: boolean
    readonly restoreSize?: string
    readonly error?: SnapshotError
  }
}

export interface VolumeSnapshotContent {
  readonly apiVersion: string
  readonly kind: 'VolumeSnapshotContent'
  readonly metadata: ObjectMeta
  readonly spec: {
    readonly deletionPolicy: 'Delete' | 'Retain'
    readonly driver: string
    readonly source: { readonly volumeHandle?: string; readonly snapshotHandle?: string }
    readonly sourceVolumeMode?: string
    readonly volumeSnapshotClassName?: string
    readonly volumeSnapshotRef: Readonly<Record<string, string>>
  }
  readonly status?: {
    readonly snapshotHandle?: string
    /** Nanoseconds since the epoch. */
    readonly creationTime?: number
    readonly readyToUse?: boolean
    /** Bytes. */
    readonly restoreSize?: number
    readonly error?: SnapshotError
  }
}

export interface VolumeSnapshotClass {
  readonly apiVersion: string
  readonly kind: 'VolumeSnapshotClass'
  readonly metadata: ObjectMeta
  readonly driver: string
  readonly deletionPolicy: 'Delete' | 'Retain'
}

type Reader = Pick<Client, 'get' | 'list'>

export function getSnapshot(client: Reader, name: string, namespace: string): VolumeSnapshot | undefined {
  return asSnapshots(client.get(SNAPSHOTS, name, namespace)) as VolumeSnapshot | undefined
}

export function getContent(client: Reader, name: string): VolumeSnapshotContent | undefined {
  return asSnapshots(client.get(CONTENTS, name)) as VolumeSnapshotContent | undefined
}

export function listClasses(client: Reader): readonly VolumeSnapshotClass[] {
  return asSnapshots(client.list(CLASSES)) as readonly VolumeSnapshotClass[]
}

/** The types of custom resources are their users' own. */
function asSnapshots(found: KubernetesObject | readonly KubernetesObject[] | undefined): unknown {
  return found
}

export const BEING_DELETED = 'snapshot.storage.kubernetes.io/volumesnapshot-being-deleted'
export const CONTENT_FINALIZER = 'snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection'
export const SNAPSHOT_FINALIZERS = [
  'snapshot.storage.kubernetes.io/volumesnapshot-as-source-protection',
  'snapshot.storage.kubernetes.io/volumesnapshot-bound-protection',
] as const
export const DEFAULT_CLASS = 'snapshot.storage.kubernetes.io/is-default-class'
