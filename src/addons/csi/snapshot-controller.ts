import { isFullyBound } from '../../api/claims.ts'
import { isDeleting, keyOf, splitKey } from '../../api/meta.ts'
import { quantityOf } from '../../api/quantity.ts'
import { rfc3339 } from '../../api/time.ts'
import { isStatus, type KubernetesObject, type PersistentVolume } from '../../api/types.ts'
import type { Client, EventRecorder } from '../../client/contract.ts'
import { startOperations } from '../../client/operations.ts'
import { createRecorder } from '../../client/recorder.ts'
import type { Process, Program } from '../../node/contract.ts'
import type { SidecarDeps } from './sidecar.ts'
import {
  BEING_DELETED,
  CONTENT_FINALIZER,
  CONTENTS,
  DEFAULT_CLASS,
  getContent,
  getSnapshot,
  listClasses,
  SNAPSHOT_FINALIZERS,
  SNAPSHOT_VERSION,
  SNAPSHOTS,
  type VolumeSnapshot,
  type VolumeSnapshotClass,
  type VolumeSnapshotContent,
} from './snapshot-kinds.ts'

/** The `snapshot-controller` binary: binds snapshots to contents, whatever the driver. Source: kubernetes-csi/external-snapshotter pkg/common-controller */
export function snapshotControllerProgram({ connect }: Pick<SidecarDeps, 'connect'>): Program {
  return {
    start(process) {
      process.onSignal(() => process.exit(0))
      const client = connect(process)
      if (typeof client === 'string') {
        process.log(`F main.go] "${client}"`, 'stderr')
        process.exit(1)
        return
      }
      const recorder = createRecorder(client, 'snapshot-controller', process.world, process.random)
      const controller = new SnapshotController(process, client, recorder)
      const snapshots = startOperations({
        world: process.world,
        rateLimits: { baseMs: 1000, maxMs: 300_000 },
        work: (key, done) => done(controller.sync(key)),
      })
      const stops = [
        client.watch(SNAPSHOTS, {}, ({ type, object }) => {
          if (type === 'DELETED') snapshots.forget(keyOf(object))
          else snapshots.add(keyOf(object))
        }),
        client.watch(CONTENTS, {}, ({ object }) => {
          const { volumeSnapshotRef: ref } = (object as KubernetesObject as unknown as VolumeSnapshotContent).spec
          snapshots.add(`${ref.namespace}/${ref.name}`)
        }),
      ]
      process.onEnd(() => {
        for (const stop of stops) stop()
        snapshots.stop()
      })
    },
  }
}

class SnapshotController {
  readonly #process: Process
  readonly #client: Client
  readonly #recorder: EventRecorder

  constructor(process: Process, client: Client, recorder: EventRecorder) {
    this.#process = process
    this.#client = client
    this.#recorder = recorder
  }

  /** Source: syncSnapshot. @returns why it has to come again */
  sync(key: string): string | undefined {
    const { namespace, name } = splitKey(key)
    const found = getSnapshot(this.#client, name, namespace!)
    if (found === undefined) return undefined
    if (isDeleting(found as KubernetesObject)) return this.#delete(found)
    const snapshot = this.#hold(this.#withClass(found))
    if (snapshot === undefined) return undefined
    const content = getContent(this.#client, contentNameOf(snapshot))
    if (content !== undefined) return this.#update(snapshot, content)
    const { volumeSnapshotContentName } = snapshot.spec.source
    if (volumeSnapshotContentName !== undefined || snapshot.status?.readyToUse === true)
      return this.#fail(snapshot, 'SnapshotContentMissing', 'VolumeSnapshotContent is missing')
    return this.#create(snapshot)
  }

  /** Source: SetDefaultSnapshotClass */
  #withClass(snapshot: VolumeSnapshot): VolumeSnapshot | undefined {
    const { source, volumeSnapshotClassName } = snapshot.spec
    if (volumeSnapshotClassName !== undefined || source.persistentVolumeClaimName === undefined) return snapshot
    const driver = this.#volumeOf(snapshot)?.spec.csi?.driver
    const classes = listClasses(this.#client).filter(
      (each) =>
        each.metadata.annotations?.[DEFAULT_CLASS] === 'true' && (driver === undefined || each.driver === driver),
    )
    if (classes.length !== 1) {
      const why =
        classes.length === 0
          ? 'cannot find default snapshot class'
          : `${classes.length} default snapshot classes were found for driver ${driver}`
      this.#fail(snapshot, 'SetDefaultSnapshotClassFailed', `Failed to set default snapshot class with error ${why}`)
      return undefined
    }
    return this.#patch(snapshot, { spec: { volumeSnapshotClassName: classes[0]!.metadata.name } })
  }

  #hold(snapshot: VolumeSnapshot | undefined): VolumeSnapshot | undefined {
    const finalizers = snapshot?.metadata.finalizers ?? []
    const missing = SNAPSHOT_FINALIZERS.filter((each) => !finalizers.includes(each))
    if (snapshot === undefined || missing.length === 0) return snapshot
    return this.#patch(snapshot, { metadata: { finalizers: [...finalizers, ...missing] } })
  }

  #volumeOf({ metadata, spec }: VolumeSnapshot): PersistentVolume | undefined {
    const claim = this.#client.get(
      'PersistentVolumeClaim',
      spec.source.persistentVolumeClaimName ?? '',
      metadata.namespace,
    )
    return claim?.spec.volumeName === undefined
      ? undefined
      : this.#client.get('PersistentVolume', claim.spec.volumeName)
  }

  /** Source: createSnapshotContent */
  #create(snapshot: VolumeSnapshot): string | undefined {
    const { name, namespace, uid, resourceVersion } = snapshot.metadata
    const failed = (why: string) =>
      this.#fail(snapshot, 'SnapshotContentCreationFailed', `Failed to create snapshot content with error ${why}`)
    const claimName = snapshot.spec.source.persistentVolumeClaimName ?? ''
    const claim = this.#client.get('PersistentVolumeClaim', claimName, namespace)
    if (claim === undefined)
      return failed(
        `failed to retrieve PVC ${claimName} from the lister: "persistentvolumeclaim \\"${claimName}\\" not found"`,
      )
    if (!isFullyBound(claim))
      return failed(`the PVC ${claimName} is not yet bound to a PV, will not attempt to take a snapshot`)
    const volume = this.#volumeOf(snapshot)
    const found = listClasses(this.#client).find(
      ({ metadata }) => metadata.name === snapshot.spec.volumeSnapshotClassName,
    )
    if (found === undefined)
      return failed(
        `failed to get input parameters to create snapshot ${name}: "volumesnapshotclass.snapshot.storage.k8s.io \\"${snapshot.spec.volumeSnapshotClassName}\\" not found"`,
      )
    if (volume?.spec.csi?.driver !== found.driver)
      return failed(`cannot find CSI PersistentVolumeSource for volume ${volume?.metadata.name}`)
    const ref = {
      kind: 'VolumeSnapshot',
      namespace: namespace!,
      name,
      uid: uid!,
      apiVersion: SNAPSHOT_VERSION,
      resourceVersion: resourceVersion ?? '',
    }
    const content = contentFor(snapshot, volume, found, ref)
    const made = this.#client.create(content as KubernetesObject, undefined, CONTENTS)
    if (isStatus(made) && made.reason !== 'AlreadyExists') return failed(made.message ?? '')
    const message = `Waiting for a snapshot ${namespace}/${name} to be created by the CSI driver.`
    this.#recorder.event(snapshot as KubernetesObject, 'Normal', 'CreatingSnapshot', message)
    this.#patch(
      snapshot,
      { status: { boundVolumeSnapshotContentName: content.metadata.name, readyToUse: false } },
      'status',
    )
    return undefined
  }

  /** Source: updateSnapshotStatus */
  #update(snapshot: VolumeSnapshot, content: VolumeSnapshotContent): string | undefined {
    const { status = {} } = snapshot
    const { creationTime, readyToUse = false, restoreSize, error } = content.status ?? {}
    const time = creationTime === undefined ? undefined : rfc3339(creationTime / 1_000_000)
    const next = {
      boundVolumeSnapshotContentName: content.metadata.name,
      readyToUse,
      ...(time !== undefined && { creationTime: time }),
      ...(restoreSize !== undefined && { restoreSize: quantityOf(restoreSize, 'BinarySI') }),
      ...(error !== undefined ? { error } : status.error !== undefined && { error: null }),
    }
    const same = (Object.keys(next) as (keyof typeof next)[]).every(
      (field) => JSON.stringify(next[field]) === JSON.stringify(status[field]),
    )
    if (same) return undefined
    const saved = this.#patch(snapshot, { status: next }, 'status')
    if (saved === undefined) return 'snapshot status update failed'
    const key = `${snapshot.metadata.namespace}/${snapshot.metadata.name}`
    const tell = (reason: string, message: string) =>
      this.#recorder.event(snapshot as KubernetesObject, 'Normal', reason, message)
    if (status.creationTime === undefined && time !== undefined)
      tell('SnapshotCreated', `Snapshot ${key} was successfully created by the CSI driver.`)
    if (status.readyToUse !== true && readyToUse) tell('SnapshotReady', `Snapshot ${key} is ready to use.`)
    return undefined
  }

  /** Source: processSnapshotWithDeletionTimestamp */
  #delete(snapshot: VolumeSnapshot): string | undefined {
    const { name, namespace, finalizers = [] } = snapshot.metadata
    const claims = this.#client.list('PersistentVolumeClaim', { namespace: namespace! })
    const isSource = claims.some(
      ({ spec, status }) =>
        status?.phase === 'Pending' && spec.dataSource?.kind === 'VolumeSnapshot' && spec.dataSource.name === name,
    )
    if (isSource) {
      const message = 'Snapshot is being used to restore a PVC'
      this.#recorder.event(snapshot as KubernetesObject, 'Warning', 'SnapshotDeletePending', message)
      return message
    }
    const content = getContent(this.#client, contentNameOf(snapshot))
    if (content !== undefined && content.spec.deletionPolicy === 'Delete') {
      this.#client.patch!(CONTENTS, content.metadata.name, undefined, {
        metadata: { annotations: { [BEING_DELETED]: 'yes' } },
      })
      if (!isDeleting(content as KubernetesObject)) this.#client.delete(CONTENTS, content.metadata.name)
      if (getContent(this.#client, content.metadata.name) !== undefined) return undefined
    }
    const rest = finalizers.filter((each) => !SNAPSHOT_FINALIZERS.some((own) => own === each))
    if (rest.length < finalizers.length) this.#patch(snapshot, { metadata: { finalizers: rest } })
    return undefined
  }

  /** Source: updateSnapshotErrorStatusWithEvent: said once */
  #fail(snapshot: VolumeSnapshot, reason: string, message: string): string {
    if (snapshot.status?.error?.message === message) return message
    const time = rfc3339(this.#process.world.clock.now())
    this.#patch(snapshot, { status: { error: { message, time }, readyToUse: false } }, 'status')
    this.#recorder.event(snapshot as KubernetesObject, 'Warning', reason, message)
    return message
  }

  #patch(
    { metadata: { name, namespace } }: VolumeSnapshot,
    patch: object,
    subresource?: string,
  ): VolumeSnapshot | undefined {
    const answer = this.#client.patch!(SNAPSHOTS, name, namespace, patch, subresource)
    return isStatus(answer) ? undefined : (answer as KubernetesObject as unknown as VolumeSnapshot)
  }
}

function contentNameOf({ metadata, spec, status }: VolumeSnapshot): string {
  return (
    status?.boundVolumeSnapshotContentName ?? spec.source.volumeSnapshotContentName ?? `snapcontent-${metadata.uid}`
  )
}

function contentFor(
  { metadata }: VolumeSnapshot,
  { spec }: PersistentVolume,
  { driver, deletionPolicy, metadata: { name: volumeSnapshotClassName } }: VolumeSnapshotClass,
  volumeSnapshotRef: Readonly<Record<string, string>>,
): VolumeSnapshotContent {
  return {
    apiVersion: SNAPSHOT_VERSION,
    kind: 'VolumeSnapshotContent',
    metadata: { name: `snapcontent-${metadata.uid}`, finalizers: [CONTENT_FINALIZER] },
    spec: {
      volumeSnapshotRef,
      source: { volumeHandle: spec.csi!.volumeHandle },
      driver,
      deletionPolicy,
      volumeSnapshotClassName,
      ...(spec.volumeMode !== undefined && { sourceVolumeMode: spec.volumeMode }),
    },
  }
}
