import { attachmentName } from '../../../api/storage.ts'
import { isStatus, type PersistentVolume, type VolumeAttachment } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Clock, Timer } from '../../../sim/clock.ts'

/** Source: pkg/volume/csi/csi_plugin.go csiTimeout; csi_attacher.go waitForVolumeAttachDetachStatusWithLister */
const TIMEOUT_MS = 120_000
const FIRST_LOOK_MS = 500
const LONGEST_PAUSE_MS = 7000
const FACTOR = 1.05

type Over = (error?: string) => void
type Verdict = { readonly over: boolean; readonly error?: string }

interface Wait {
  readonly until: number
  pause: number
  nextLook: number
  timer: Timer
  readonly verify: () => Verdict
  readonly timedOut: string
  readonly over: Over
}

/**
 * Asks for attachments with VolumeAttachment objects, and waits until the driver's external-attacher has done what they
 * say. It looks at 500 ms and then ever more seldom; where nothing has changed it does not look at all.
 * Source: pkg/volume/csi/csi_attacher.go
 */
export class CsiAttacher {
  readonly #client: Client
  readonly #clock: Clock
  readonly #waits = new Map<string, Wait>()

  constructor(client: Client, clock: Clock) {
    this.#client = client
    this.#clock = clock
  }

  attach(volume: PersistentVolume, node: string, over: Over): void {
    const { driver, volumeHandle } = volume.spec.csi!
    const name = attachmentName(volumeHandle, driver, node)
    if (this.#client.get('VolumeAttachment', name) === undefined) {
      const made = this.#client.create<VolumeAttachment>({
        apiVersion: 'storage.k8s.io/v1',
        kind: 'VolumeAttachment',
        metadata: { name },
        spec: { attacher: driver, nodeName: node, source: { persistentVolumeName: volume.metadata.name } },
      })
      if (isStatus(made) && made.reason !== 'AlreadyExists') {
        over(`attacher.Attach failed: ${made.message}`)
        return
      }
    }
    const timedOut = `timed out waiting for external-attacher of ${driver} CSI driver to attach volume ${volumeHandle}`
    this.#wait(name, () => attached(this.#client.get('VolumeAttachment', name)), timedOut, over)
  }

  /** @param volumeName `kubernetes.io/csi/<driver>^<handle>` */
  detach(volumeName: string, node: string, over: Over): void {
    const [driver = '', handle = ''] = volumeName.replace('kubernetes.io/csi/', '').split('^')
    const name = attachmentName(handle, driver, node)
    const answer = this.#client.delete('VolumeAttachment', name)
    if (isStatus(answer)) {
      const gone = answer.reason === 'NotFound'
      over(gone ? undefined : `detacher.Detach failed to delete VolumeAttachment [${name}]: ${answer.message}`)
      return
    }
    const timedOut = `timed out waiting for external-attacher of unknown CSI driver to detach volume ${handle}`
    this.#wait(name, () => detached(this.#client.get('VolumeAttachment', name)), timedOut, over)
  }

  /** The object of this name has changed. */
  changed(name: string): void {
    const wait = this.#waits.get(name)
    if (wait === undefined) return
    const now = this.#clock.now()
    while (wait.nextLook < now) {
      wait.pause = Math.min(wait.pause * FACTOR, LONGEST_PAUSE_MS)
      wait.nextLook += Math.round(wait.pause)
    }
    if (wait.nextLook >= wait.until) return
    this.#clock.clearTimeout(wait.timer)
    wait.timer = this.#clock.setTimeout(() => this.#look(name, wait), wait.nextLook - now)
  }

  stop(): void {
    for (const { timer } of this.#waits.values()) this.#clock.clearTimeout(timer)
    this.#waits.clear()
  }

  #wait(name: string, verify: () => Verdict, timedOut: string, over: Over): void {
    const now = this.#clock.now()
    const wait: Wait = {
      until: now + TIMEOUT_MS,
      pause: FIRST_LOOK_MS,
      nextLook: now + FIRST_LOOK_MS,
      timer: this.#clock.setTimeout(() => this.#look(name, wait), FIRST_LOOK_MS),
      verify,
      timedOut,
      over,
    }
    this.#waits.set(name, wait)
  }

  #look(name: string, wait: Wait): void {
    const { over, error } = wait.verify()
    const isLate = this.#clock.now() >= wait.until
    if (!over && error === undefined && !isLate) {
      wait.timer = this.#clock.setTimeout(() => this.#look(name, wait), wait.until - this.#clock.now())
      return
    }
    this.#waits.delete(name)
    wait.over(over ? undefined : (error ?? wait.timedOut))
  }
}

/** Source: verifyAttachmentStatus */
function attached(attachment: VolumeAttachment | undefined): Verdict {
  if (attachment === undefined) return { over: false }
  if (attachment.metadata.deletionTimestamp !== undefined)
    return { over: false, error: 'volume attachment is being deleted' }
  const { attached: isAttached, attachError } = attachment.status ?? {}
  if (isAttached === true) return { over: true }
  return attachError === undefined ? { over: false } : { over: false, error: attachError.message ?? '' }
}

/** Source: verifyDetachmentStatus */
function detached(attachment: VolumeAttachment | undefined): Verdict {
  if (attachment === undefined) return { over: true }
  const { detachError } = attachment.status ?? {}
  return detachError === undefined ? { over: false } : { over: false, error: detachError.message ?? '' }
}
