import { rfc3339 } from '../../api/time.ts'
import { isStatus, type PersistentVolume, type VolumeAttachment } from '../../api/types.ts'
import { startOperations } from '../../client/operations.ts'
import type { Program } from '../../node/contract.ts'
import { isCsiError } from '../../node/csi/contract.ts'
import { type RunningSidecar, type SidecarDeps, sidecarProgram } from './sidecar.ts'

const NODE_ID = 'csi.alpha.kubernetes.io/node-id'

/** The `csi-attacher` binary: does what VolumeAttachments ask for. Source: kubernetes-csi/external-attacher pkg/controller */
export function csiAttacherProgram(deps: SidecarDeps): Program {
  return sidecarProgram(deps, (driver) => `external-attacher-leader-${driver.replaceAll('.', '-')}`, startAttacher)
}

function startAttacher(sidecar: RunningSidecar): () => void {
  const { client, driver, process } = sidecar
  const handler = new AttachmentHandler(sidecar)
  const rateLimits = { baseMs: 1000, maxMs: 300_000 }
  const attachments = startOperations({
    world: process.world,
    rateLimits,
    work: (name, done) => handler.sync(name, done),
  })
  const volumes = startOperations({
    world: process.world,
    rateLimits,
    work: (name, done) => done(handler.release(name)),
  })
  const stops = [
    client.watch('VolumeAttachment', {}, ({ type, object: { metadata, spec } }) => {
      if (spec.attacher !== driver.name) return
      if (type === 'DELETED') {
        attachments.forget(metadata.name)
        volumes.add(spec.source.persistentVolumeName ?? '')
      } else attachments.add(metadata.name)
    }),
    client.watch('PersistentVolume', {}, ({ object }) => {
      if (object.metadata.deletionTimestamp !== undefined) volumes.add(object.metadata.name)
    }),
  ]
  return () => {
    for (const stop of stops) stop()
    attachments.stop()
    volumes.stop()
  }
}

/** Source: external-attacher pkg/controller/csi_handler.go */
class AttachmentHandler {
  readonly #sidecar: RunningSidecar
  readonly #finalizer: string

  constructor(sidecar: RunningSidecar) {
    this.#sidecar = sidecar
    this.#finalizer = `external-attacher/${sidecar.driver.name.replaceAll('.', '-')}`
  }

  sync(name: string, done: (error?: string) => void): void {
    const attachment = this.#sidecar.client.get('VolumeAttachment', name)
    if (attachment === undefined) done()
    else if (attachment.metadata.deletionTimestamp !== undefined) this.#detach(attachment, done)
    else if (attachment.status?.attached === true) done()
    else this.#attach(attachment, done)
  }

  /** A volume that goes is held only while it is attached. Source: SyncNewOrUpdatedPersistentVolume */
  release(name: string): string | undefined {
    const { client } = this.#sidecar
    const volume = client.get('PersistentVolume', name)
    const finalizers = volume?.metadata.finalizers
    if (volume?.metadata.deletionTimestamp === undefined || !finalizers?.includes(this.#finalizer)) return undefined
    if (client.list('VolumeAttachment').some(({ spec }) => spec.source.persistentVolumeName === name)) return undefined
    const rest = finalizers.filter((each) => each !== this.#finalizer)
    const answer = client.patch!('PersistentVolume', name, undefined, { metadata: { finalizers: rest } })
    return isStatus(answer) ? answer.message : undefined
  }

  /** Source: csiAttach */
  #attach(attachment: VolumeAttachment, done: (error?: string) => void): void {
    const { client, controller, driver } = this.#sidecar
    const fail = (error: string) => {
      this.#saveError(attachment, 'attachError', error)
      done(`failed to attach: ${error}`)
    }
    const volumeName = attachment.spec.source.persistentVolumeName ?? ''
    const volume = client.get('PersistentVolume', volumeName)
    if (volume?.spec.csi === undefined) {
      fail(`could not get PersistentVolume ${volumeName}`)
      return
    }
    if (volume.metadata.deletionTimestamp !== undefined) {
      fail(`PersistentVolume "${volumeName}" is marked for deletion`)
      return
    }
    const { nodeName } = attachment.spec
    const node = client.get('CSINode', nodeName)?.spec.drivers?.find(({ name }) => name === driver.name)
    if (node === undefined) {
      fail(`CSINode ${nodeName} does not contain driver ${driver.name}`)
      return
    }
    const refused = this.#hold(volume, attachment, node.nodeID)
    if (refused !== undefined) {
      fail(refused)
      return
    }
    controller.publishVolume(volume.spec.csi.volumeHandle, node.nodeID, (answer) => {
      if (isCsiError(answer)) {
        fail(answer.error)
        return
      }
      const status = { attached: true, attachmentMetadata: answer, attachError: null }
      const saved = client.patch!('VolumeAttachment', attachment.metadata.name, undefined, { status }, 'status')
      done(isStatus(saved) && saved.reason !== 'NotFound' ? `failed to mark as attached: ${saved.message}` : undefined)
    })
  }

  /** Finalizers, so that neither goes before it is detached. Source: prepareVAFinalizer, addPVFinalizer */
  #hold(volume: PersistentVolume, { metadata }: VolumeAttachment, nodeId: string): string | undefined {
    const { client } = this.#sidecar
    const { finalizers: ofVolume = [], name: volumeName } = volume.metadata
    if (!ofVolume.includes(this.#finalizer)) {
      const patch = { metadata: { finalizers: [...ofVolume, this.#finalizer] } }
      const answer = client.patch!('PersistentVolume', volumeName, undefined, patch)
      if (isStatus(answer)) return `could not add PersistentVolume finalizer: ${answer.message}`
    }
    const { finalizers = [], annotations, name } = metadata
    if (finalizers.includes(this.#finalizer) && annotations?.[NODE_ID] === nodeId) return undefined
    const patch = {
      metadata: {
        finalizers: finalizers.includes(this.#finalizer) ? finalizers : [...finalizers, this.#finalizer],
        annotations: { [NODE_ID]: nodeId },
      },
    }
    const answer = client.patch!('VolumeAttachment', name, undefined, patch)
    return isStatus(answer) ? `could not save VolumeAttachment: ${answer.message}` : undefined
  }

  /** Source: csiDetach */
  #detach(attachment: VolumeAttachment, done: (error?: string) => void): void {
    const { client, controller } = this.#sidecar
    const { name, finalizers = [], annotations } = attachment.metadata
    if (!finalizers.includes(this.#finalizer)) {
      done()
      return
    }
    const free = () => {
      const rest = finalizers.filter((each) => each !== this.#finalizer)
      const answer = client.patch!('VolumeAttachment', name, undefined, { metadata: { finalizers: rest } })
      done(
        isStatus(answer) && answer.reason !== 'NotFound' ? `could not mark as detached: ${answer.message}` : undefined,
      )
    }
    const volume = client.get('PersistentVolume', attachment.spec.source.persistentVolumeName ?? '')
    const nodeId = annotations?.[NODE_ID]
    if (volume?.spec.csi === undefined || nodeId === undefined) {
      free()
      return
    }
    controller.unpublishVolume(volume.spec.csi.volumeHandle, nodeId, (answer) => {
      if (!isCsiError(answer)) {
        free()
        return
      }
      this.#saveError(attachment, 'detachError', answer.error)
      done(`failed to detach: ${answer.error}`)
    })
  }

  #saveError(
    { metadata: { name }, status }: VolumeAttachment,
    field: 'attachError' | 'detachError',
    message: string,
  ): void {
    const time = rfc3339(this.#sidecar.process.world.clock.now())
    const patch = { status: { attached: status?.attached ?? false, [field]: { message, time } } }
    this.#sidecar.client.patch!('VolumeAttachment', name, undefined, patch, 'status')
  }
}
