import { keyOf } from '../../../api/meta.ts'
import { attachmentName, csiVolumeName } from '../../../api/storage.ts'
import type { CSIDriver, Node, PersistentVolumeClaim, Pod, VolumeAttachment, WatchEvent } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { claimNamesOf } from '../ephemeral-claims.ts'
import { attachableVolumes, isAttachable, isOver, mayHaveAttachable } from './attachable.ts'
import { CsiAttacher } from './attacher.ts'
import { Reconciler } from './reconciler.ts'
import { ActualState, DesiredState } from './world.ts'

/** Attaches volumes to the nodes whose pods need them. Source: pkg/controller/volume/attachdetach/attach_detach_controller.go */
export const attachDetachController: ControllerDescriptor = {
  name: 'persistentvolume-attach-detach-controller',
  account: 'attachdetach-controller',
  component: 'attachdetach-controller',
  needs: ['PersistentVolume', 'VolumeAttachment', 'CSIDriver'],
  start: startAttachDetach,
}

const MANAGED = 'volumes.kubernetes.io/controller-managed-attach-detach'
/** --attach-detach-reconcile-sync-period */
const SYNC_PERIOD_MS = 60_000

/** Nothing is watched but volumes until the first one of a CSI driver is there. */
function startAttachDetach(context: ControllerContext): Controller {
  let running: AttachDetach | undefined
  const begin = () => {
    running ??= new AttachDetach(context)
  }
  const stop = context.informers.on('PersistentVolume', ({ object: { spec } }) => {
    if (spec.csi !== undefined) begin()
  })
  return {
    stop() {
      stop()
      running?.stop()
    },
  }
}

class AttachDetach implements Controller {
  readonly #context: ControllerContext
  readonly #desired = new DesiredState()
  readonly #actual = new ActualState()
  readonly #attacher: CsiAttacher
  readonly #reconciler: Reconciler
  readonly #podsByClaim = new Map<string, Map<string, Pod>>()
  readonly #pods = new Map<string, Pod>()
  readonly #managed = new Set<string>()
  readonly #stops: (() => void)[] = []
  #sync: ReturnType<ControllerContext['world']['clock']['setTimeout']> | undefined

  constructor(context: ControllerContext) {
    this.#context = context
    const { client, informers, recorder, world } = context
    this.#attacher = new CsiAttacher(client, world.clock)
    const [desired, actual, attacher] = [this.#desired, this.#actual, this.#attacher]
    this.#reconciler = new Reconciler({ client, recorder, clock: world.clock, desired, actual, attacher })
    this.#populateActual()
    this.#stops.push(
      informers.on('Node', (event) => this.#nodeChanged(event)),
      informers.on('Pod', (event) => this.#podChanged(event)),
      informers.on('PersistentVolumeClaim', (event) => this.#claimChanged(event)),
      informers.on('VolumeAttachment', (event) => this.#attachmentChanged(event)),
      informers.on('CSIDriver', (event) => this.#driverChanged(event)),
    )
  }

  stop(): void {
    for (const stop of this.#stops) stop()
    this.#context.world.clock.clearTimeout(this.#sync)
    this.#attacher.stop()
    this.#reconciler.stop()
  }

  /** What an earlier controller has left. Source: populateActualStateOfWorld, processVolumeAttachments */
  #populateActual(): void {
    const { client } = this.#context
    for (const { metadata, status } of client.list('Node')) {
      const { volumesAttached = [], volumesInUse = [] } = status ?? {}
      for (const { name } of volumesAttached) this.#actual.mark(name, metadata.name, undefined, 'attached')
      this.#actual.setInUse(metadata.name, volumesInUse)
    }
    for (const { spec } of client.list('VolumeAttachment')) {
      const volume = client.get('PersistentVolume', spec.source.persistentVolumeName ?? '')
      if (volume?.spec.csi === undefined) continue
      const name = csiVolumeName(volume.spec.csi)
      const known = this.#actual.get(name, spec.nodeName)
      if (known === undefined) this.#actual.mark(name, spec.nodeName, volume, 'uncertain')
      else known.volume = volume
    }
    if (this.#actual.all().length > 0) this.#reconciler.soon()
  }

  #nodeChanged({ type, object: { metadata, status } }: WatchEvent<Node>): void {
    const { name } = metadata
    this.#actual.setInUse(name, status?.volumesInUse ?? [])
    if (type === 'DELETED') this.#managed.delete(name)
    else if (metadata.annotations?.[MANAGED] === 'true' && !this.#managed.has(name)) {
      this.#managed.add(name)
      for (const pod of this.#pods.values()) if (pod.spec.nodeName === name) this.#process(pod)
    }
    if (this.#actual.all().some(({ node }) => node === name)) this.#reconciler.soon()
  }

  #podChanged({ type, object: pod }: WatchEvent<Pod>): void {
    if (!mayHaveAttachable(pod)) return
    const uid = pod.metadata.uid!
    const gone = type === 'DELETED'
    if (gone) this.#pods.delete(uid)
    else this.#pods.set(uid, pod)
    for (const name of claimNamesOf(pod))
      this.#indexClaim(`${pod.metadata.namespace}/${name}`, uid, gone ? undefined : pod)
    if (gone || isOver(pod)) {
      if (this.#desired.removePod(uid)) this.#reconciler.soon()
    } else this.#process(pod)
  }

  #indexClaim(claim: string, uid: string, pod: Pod | undefined): void {
    let pods = this.#podsByClaim.get(claim)
    if (pods === undefined) {
      pods = new Map()
      this.#podsByClaim.set(claim, pods)
    }
    if (pod !== undefined) pods.set(uid, pod)
    else pods.delete(uid)
    if (pods.size === 0) this.#podsByClaim.delete(claim)
  }

  #process(pod: Pod): void {
    const { nodeName } = pod.spec
    if (!nodeName || !this.#managed.has(nodeName) || isOver(pod)) return
    for (const volume of attachableVolumes(pod, this.#context.client)) {
      const known = this.#desired.has(volume.name, nodeName)
      this.#desired.add(pod, nodeName, volume)
      const actual = this.#actual.get(volume.name, nodeName)
      if (actual !== undefined) actual.volume ??= volume.volume
      if (!known) this.#reconciler.soon()
    }
  }

  /** A claim that got its volume. Source: syncPVCByKey */
  #claimChanged({ type, object: claim }: WatchEvent<PersistentVolumeClaim>): void {
    if (type === 'DELETED' || claim.status?.phase !== 'Bound' || !claim.spec.volumeName) return
    for (const pod of this.#podsByClaim.get(keyOf(claim))?.values() ?? []) this.#process(pod)
  }

  /** Volumes of a driver may turn out not to be attached at all. Source: findAndRemoveDeletedPods */
  #driverChanged({ object: { metadata } }: WatchEvent<CSIDriver>): void {
    for (const { volume, pods } of [...this.#desired.all()]) {
      if (volume.spec.csi?.driver !== metadata.name || isAttachable(volume, this.#context.client)) continue
      for (const uid of [...pods.keys()]) this.#desired.removePod(uid)
    }
    for (const pod of this.#pods.values()) this.#process(pod)
  }

  #attachmentChanged({ type, object }: WatchEvent<VolumeAttachment>): void {
    this.#attacher.changed(object.metadata.name)
    if (type === 'DELETED' || object.status?.attached !== true) this.#syncLater()
  }

  /** What somebody has detached behind our back is found out at the next sync. Source: syncStates, VerifyVolumesAreAttached */
  #syncLater(): void {
    const { clock } = this.#context.world
    this.#sync ??= clock.setTimeout(() => {
      this.#sync = undefined
      for (const { name, node, volume, state } of this.#actual.all()) {
        if (volume?.spec.csi === undefined || state !== 'attached') continue
        const { driver, volumeHandle } = volume.spec.csi
        const attachment = this.#context.client.get('VolumeAttachment', attachmentName(volumeHandle, driver, node))
        if (attachment?.status?.attached === true || !isAttachable(volume, this.#context.client)) continue
        this.#actual.remove(name, node)
        this.#reconciler.soon()
      }
    }, SYNC_PERIOD_MS)
  }
}
