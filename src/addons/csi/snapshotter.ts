import { keyOf } from '../../api/meta.ts'
import { rfc3339 } from '../../api/time.ts'
import { isStatus, type KubernetesObject } from '../../api/types.ts'
import type { EventRecorder } from '../../client/contract.ts'
import { startOperations } from '../../client/operations.ts'
import type { Program } from '../../node/contract.ts'
import { type CsiSnapshot, isCsiError } from '../../node/csi/contract.ts'
import { type RunningSidecar, type SidecarDeps, sidecarProgram } from './sidecar.ts'
import { BEING_DELETED, CONTENT_FINALIZER, CONTENTS, getContent, type VolumeSnapshotContent } from './snapshot-kinds.ts'

/** The `csi-snapshotter` binary: takes and deletes the snapshots that contents describe. Source: kubernetes-csi/external-snapshotter pkg/sidecar-controller */
export function csiSnapshotterProgram(deps: SidecarDeps): Program {
  return sidecarProgram(
    deps,
    (driver) => `external-snapshotter-leader-${driver.replaceAll('.', '-')}`,
    (sidecar) => {
      const { client, driver, process, recorder } = sidecar
      const taker = new SnapshotTaker(sidecar, recorder(`csi-snapshotter ${driver.name}`))
      const contents = startOperations({
        world: process.world,
        rateLimits: { baseMs: 1000, maxMs: 300_000 },
        work: (name, done) => taker.sync(name, done),
      })
      const stop = client.watch(CONTENTS, {}, ({ type, object }) => {
        if (type === 'DELETED') contents.forget(keyOf(object))
        else contents.add(keyOf(object))
      })
      return () => {
        stop()
        contents.stop()
      }
    },
  )
}

class SnapshotTaker {
  readonly #sidecar: RunningSidecar
  readonly #recorder: EventRecorder

  constructor(sidecar: RunningSidecar, recorder: EventRecorder) {
    this.#sidecar = sidecar
    this.#recorder = recorder
  }

  /** Source: syncContent */
  sync(name: string, done: (error?: string) => void): void {
    const { client, driver } = this.#sidecar
    const content = getContent(client, name)
    if (content === undefined || content.spec.driver !== driver.name) done()
    else if (content.metadata.deletionTimestamp !== undefined) this.#delete(content, done)
    else if (content.status?.readyToUse === true) done()
    else if (content.status?.snapshotHandle !== undefined) done(this.#look(content, content.status.snapshotHandle))
    else if (content.spec.source.snapshotHandle !== undefined)
      done(this.#look(content, content.spec.source.snapshotHandle))
    else this.#create(content, done)
  }

  /** Source: createSnapshotWrapper */
  #create(content: VolumeSnapshotContent, done: (error?: string) => void): void {
    const { volumeHandle = '' } = content.spec.source
    const name = content.metadata.name.replace(/^snapcontent-/, 'snapshot-')
    this.#sidecar.controller.createSnapshot(name, volumeHandle, (answer) => {
      if (!isCsiError(answer)) {
        done(this.#save(content, answer))
        return
      }
      const why = `failed to take snapshot of the volume ${volumeHandle}: "${answer.error}"`
      this.#fail(content, 'SnapshotCreationFailed', `Failed to create snapshot: ${why}`)
      done(why)
    })
  }

  /** Not ready yet: it is looked at again. Source: checkandUpdateContentStatus */
  #look(content: VolumeSnapshotContent, handle: string): string | undefined {
    const answer = this.#sidecar.controller.snapshot(handle)
    if (!isCsiError(answer)) return this.#save(content, answer)
    const why = `failed to list snapshot for content ${content.metadata.name}: "${answer.error}"`
    this.#fail(content, 'SnapshotContentCheckandUpdateFailed', `Failed to check and update snapshot content: ${why}`)
    return why
  }

  #save({ metadata: { name } }: VolumeSnapshotContent, snapshot: CsiSnapshot): string | undefined {
    const { id, bytes, createdAt, ready } = snapshot
    const status = {
      snapshotHandle: id,
      creationTime: createdAt * 1_000_000,
      restoreSize: bytes,
      readyToUse: ready,
      error: null,
    }
    const answer = this.#sidecar.client.patch!(CONTENTS, name, undefined, { status }, 'status')
    if (isStatus(answer)) return answer.message
    return ready ? undefined : `snapshot ${id} is not ready yet`
  }

  #fail(content: VolumeSnapshotContent, reason: string, message: string): void {
    const { client, process } = this.#sidecar
    const time = rfc3339(process.world.clock.now())
    const status = { readyToUse: false, error: { message, time } }
    client.patch!(CONTENTS, content.metadata.name, undefined, { status }, 'status')
    this.#recorder.event(content as KubernetesObject, 'Warning', reason, message)
  }

  /** Source: deleteCSISnapshot, removeContentFinalizer */
  #delete(content: VolumeSnapshotContent, done: (error?: string) => void): void {
    const { name, finalizers = [], annotations } = content.metadata
    const free = () => {
      const rest = finalizers.filter((each) => each !== CONTENT_FINALIZER)
      const answer = this.#sidecar.client.patch!(CONTENTS, name, undefined, { metadata: { finalizers: rest } })
      done(isStatus(answer) && answer.reason !== 'NotFound' ? answer.message : undefined)
    }
    const handle = content.status?.snapshotHandle
    const isWanted = annotations?.[BEING_DELETED] === 'yes'
    if (!finalizers.includes(CONTENT_FINALIZER) || !isWanted) {
      done()
      return
    }
    if (handle === undefined || content.spec.deletionPolicy === 'Retain') {
      free()
      return
    }
    this.#sidecar.controller.deleteSnapshot(handle, (answer) => {
      if (!isCsiError(answer)) {
        free()
        return
      }
      this.#recorder.event(content as KubernetesObject, 'Warning', 'SnapshotDeleteError', 'Failed to delete snapshot')
      done(answer.error)
    })
  }
}
