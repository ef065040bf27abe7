import type { Client } from '../../../client/contract.ts'
import type { Clock } from '../../../sim/clock.ts'
import { ObjectWatches } from '../volumes/object-watches.ts'
import type { PodRecord } from './pod-record.ts'
import { Resync } from './resync.ts'
import { VolumeRetry } from './volume-retry.ts'

/** What wakes a pod because of its volumes: one could not be set up, or what one shows has changed. */
export class VolumeWakes {
  readonly #clock: Clock
  readonly #retries: VolumeRetry
  readonly #resync: Resync
  readonly #watches: ObjectWatches

  /** @param wake syncs a pod */
  constructor(
    clock: Clock,
    client: Pick<Client, 'watch'>,
    record: (podUid: string) => PodRecord | undefined,
    wake: (podUid: string) => void,
  ) {
    this.#clock = clock
    this.#retries = new VolumeRetry(clock, wake)
    this.#resync = new Resync(clock, wake)
    this.#watches = new ObjectWatches(client, (podUid) => {
      const pod = record(podUid)
      if (pod?.mounted) this.#resync.wake(podUid, pod.syncedAt)
    })
  }

  /** Some volumes are not there: they are tried again. */
  retry({ uid }: PodRecord): void {
    this.#retries.again(uid)
  }

  /** All volumes are there. */
  follow({ uid, pod }: PodRecord): void {
    this.#watches.follow(uid, pod)
  }

  synced(record: PodRecord): void {
    record.syncedAt = this.#clock.now()
    this.#resync.synced(record.uid)
  }

  forget(podUid: string): void {
    this.#retries.forget(podUid)
    this.#resync.forget(podUid)
    this.#watches.forget(podUid)
  }

  stop(): void {
    this.#retries.stop()
    this.#resync.stop()
    this.#watches.stop()
  }
}
