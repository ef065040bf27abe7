import { keyOf } from '../../api/meta.ts'
import {
  BETA_STORAGE_PROVISIONER,
  EXTERNAL_PROVISIONER_FINALIZER,
  isBlock,
  isDelayed,
  PROVISIONED_BY,
  SELECTED_NODE,
  STORAGE_PROVISIONER,
  storageClassOf,
} from '../../api/storage.ts'
import { isStatus, type PersistentVolume, type PersistentVolumeClaim, type Status } from '../../api/types.ts'
import type { Client, EventRecorder } from '../../client/contract.ts'
import { type Operations, startOperations } from '../../client/operations.ts'
import type { RateLimits } from '../../client/work-queue.ts'
import type { ChartWorld } from '../../sim/chart.ts'
import { isFailure, type Provisioner, type ProvisionFailure, type ProvisionOptions } from './contract.ts'

export interface ProvisionControllerOptions {
  readonly client: Client
  readonly recorder: EventRecorder
  readonly world: ChartWorld
  /** As StorageClasses name it: `rancher.io/local-path`. */
  readonly name: string
  readonly provisioner: Provisioner
  /** Volumes stay until what is behind them is deleted: the external provisioner's finalizer. */
  readonly addFinalizer?: boolean
  readonly rateLimits?: RateLimits
  /** Default 15; Infinity: no end. */
  readonly maxFailures?: number
}

/** Source: controller.go NewProvisionController, DefaultFailedProvisionThreshold */
const RATE_LIMITS: RateLimits = { baseMs: 15_000, maxMs: 1_000_000 }
const MAX_FAILURES = 15

/**
 * Makes volumes for the claims that ask this provisioner for one, and deletes volumes that are released.
 * Source: sig-storage-lib-external-provisioner/controller/controller.go ProvisionController
 */
export class ProvisionController {
  readonly #options: ProvisionControllerOptions
  readonly #claims: Operations
  readonly #volumes: Operations
  readonly #claimByUid = new Map<string, PersistentVolumeClaim>()
  readonly #stops: (() => void)[] = []

  constructor(options: ProvisionControllerOptions) {
    this.#options = options
    const { client, world, rateLimits = RATE_LIMITS, maxFailures = MAX_FAILURES } = options
    const shared = { world, rateLimits, maxFailures }
    this.#claims = startOperations({ ...shared, work: (uid, done) => this.#syncClaim(uid, done) })
    this.#volumes = startOperations({ ...shared, work: (name, done) => this.#syncVolume(name, done) })
    this.#stops.push(
      client.watch('PersistentVolumeClaim', {}, ({ type, object: claim }) => {
        const uid = claim.metadata.uid!
        if (type === 'DELETED') this.#claimByUid.delete(uid)
        else {
          this.#claimByUid.set(uid, claim)
          this.#claims.add(uid)
        }
      }),
      client.watch('PersistentVolume', {}, ({ type, object: { metadata } }) => {
        if (type === 'DELETED') this.#volumes.forget(metadata.name)
        else this.#volumes.add(metadata.name)
      }),
    )
  }

  stop(): void {
    for (const stop of this.#stops) stop()
    this.#claims.stop()
    this.#volumes.stop()
  }

  /** Source: syncClaim */
  #syncClaim(uid: string, done: (error?: string) => void): void {
    const options = this.#optionsFor(this.#claimByUid.get(uid))
    if (options === undefined || typeof options === 'string') {
      done(options)
      return
    }
    const { client, recorder, provisioner } = this.#options
    const { claim, volumeName } = options
    if (client.get('PersistentVolume', volumeName) !== undefined) {
      done()
      return
    }
    const message = `External provisioner is provisioning volume for claim "${keyOf(claim)}"`
    recorder.event(claim, 'Normal', 'Provisioning', message)
    provisioner.provision(options, (outcome) => {
      done(isFailure(outcome) ? this.#failed(claim, outcome) : this.#save(claim, outcome))
    })
  }

  /** What to make. A text: what has to change first; nothing: there is nothing to make. Source: provisionClaimOperation */
  #optionsFor(claim: PersistentVolumeClaim | undefined): ProvisionOptions | string | undefined {
    const { client, recorder, provisioner, name } = this.#options
    if (claim === undefined || !this.#shouldProvision(claim)) return undefined
    if (isBlock(claim) && provisioner.supportsBlock !== true) {
      recorder.event(claim, 'Warning', 'ProvisioningFailed', `${name} does not support block volume provisioning`)
      return undefined
    }
    const className = storageClassOf(claim)
    const storageClass = client.get('StorageClass', className)
    if (storageClass === undefined) return `storageClass "${className}" not found`
    if (storageClass.provisioner !== name) return undefined
    const selectedNode = claim.metadata.annotations?.[SELECTED_NODE]
    return { storageClass, volumeName: `pvc-${claim.metadata.uid}`, claim, selectedNode }
  }

  /** Source: provisionVolumeErrorHandling. @returns the error, where it is to be tried again */
  #failed(claim: PersistentVolumeClaim, { error, state }: ProvisionFailure): string | undefined {
    if (state === 'ignored') return undefined
    const infeasible = 'Volume provisioning failed with infeasible error. Retries will be delayed. '
    const message = state === 'infeasible' ? `${infeasible}${error}` : error
    this.#options.recorder.event(claim, 'Warning', 'ProvisioningFailed', message)
    const isSelected = claim.metadata.annotations?.[SELECTED_NODE] !== undefined
    return state === 'reschedule' && isSelected && this.#reschedule(claim) ? undefined : error
  }

  #shouldProvision(claim: PersistentVolumeClaim): boolean {
    const { client, name, provisioner } = this.#options
    const { annotations } = claim.metadata
    if (claim.spec.volumeName || provisioner.shouldProvision?.(claim) === false) return false
    if ((annotations?.[STORAGE_PROVISIONER] ?? annotations?.[BETA_STORAGE_PROVISIONER]) !== name) return false
    const storageClass = client.get('StorageClass', storageClassOf(claim))
    return storageClass === undefined || !isDelayed(storageClass) || Boolean(annotations?.[SELECTED_NODE])
  }

  /** Source: volume_store.go StoreVolume */
  #save(claim: PersistentVolumeClaim, made: PersistentVolume): string | undefined {
    const { client, recorder, name, addFinalizer } = this.#options
    const { name: claimName, namespace, uid, resourceVersion } = claim.metadata
    const { annotations, finalizers = [] } = made.metadata
    const volume: PersistentVolume = {
      ...made,
      metadata: {
        ...made.metadata,
        annotations: { ...annotations, [PROVISIONED_BY]: name },
        ...(addFinalizer === true && { finalizers: [...finalizers, EXTERNAL_PROVISIONER_FINALIZER] }),
      },
      spec: {
        ...made.spec,
        storageClassName: storageClassOf(claim),
        claimRef: {
          kind: 'PersistentVolumeClaim',
          apiVersion: 'v1',
          namespace: namespace!,
          name: claimName,
          uid: uid!,
          ...(resourceVersion !== undefined && { resourceVersion }),
        },
      },
    }
    const answer = client.create(volume)
    if (isStatus(answer) && answer.reason !== 'AlreadyExists')
      return `error saving volume ${volume.metadata.name}: ${answer.message}`
    const message = `Successfully provisioned volume ${volume.metadata.name}`
    recorder.event(claim, 'Normal', 'ProvisioningSucceeded', message)
    return undefined
  }

  /** The scheduler is to choose again. Source: rescheduleProvisioning */
  #reschedule({ metadata: { name, namespace } }: PersistentVolumeClaim): boolean {
    const answer = this.#options.client.update('PersistentVolumeClaim', name, namespace, (now) => {
      const { [SELECTED_NODE]: _, ...annotations } = now.metadata.annotations ?? {}
      return { ...now, metadata: { ...now.metadata, annotations } }
    })
    return !isStatus(answer)
  }

  /** Source: syncVolume, deleteVolumeOperation */
  #syncVolume(name: string, done: (error?: string) => void): void {
    const { client, recorder, provisioner } = this.#options
    const found = client.get('PersistentVolume', name)
    const volume = found !== undefined && this.#isOurs(found) ? this.#protect(found) : undefined
    if (volume === undefined || isStatus(volume) || !this.#shouldDelete(volume)) {
      done(isStatus(volume) ? volume.message : undefined)
      return
    }
    provisioner.delete(volume, (error) => {
      if (error !== undefined) recorder.event(volume, 'Warning', 'VolumeFailedDelete', error)
      done(error ?? this.#deleteObject(name))
    })
  }

  #deleteObject(name: string): string | undefined {
    const { client } = this.#options
    const answer = client.delete('PersistentVolume', name)
    if (isStatus(answer) && answer.reason !== 'NotFound') return answer.message
    const left = client.get('PersistentVolume', name)
    const finalizers = left?.metadata.finalizers
    if (left === undefined || !finalizers?.includes(EXTERNAL_PROVISIONER_FINALIZER)) return undefined
    const rest = finalizers.filter((each) => each !== EXTERNAL_PROVISIONER_FINALIZER)
    const patched = this.#setFinalizers(left, rest)
    return isStatus(patched) && patched.reason !== 'NotFound' ? patched.message : undefined
  }

  /** Source: isProvisionerForVolume */
  #isOurs({ metadata: { annotations }, spec }: PersistentVolume): boolean {
    const { name } = this.#options
    const by = annotations?.[PROVISIONED_BY]
    return by === undefined ? spec.csi?.driver === name : by === name
  }

  /** Source: handleProtectionFinalizer */
  #protect(volume: PersistentVolume): PersistentVolume | Status {
    const { finalizers = [], deletionTimestamp } = volume.metadata
    const has = finalizers.includes(EXTERNAL_PROVISIONER_FINALIZER)
    const isDeleted = volume.spec.persistentVolumeReclaimPolicy === 'Delete'
    const mayAdd = this.#options.addFinalizer === true && deletionTimestamp === undefined
    if (mayAdd && isDeleted && !has && volume.status?.phase === 'Bound')
      return this.#setFinalizers(volume, [...finalizers, EXTERNAL_PROVISIONER_FINALIZER])
    if (has && (this.#options.addFinalizer !== true || !isDeleted))
      return this.#setFinalizers(
        volume,
        finalizers.filter((each) => each !== EXTERNAL_PROVISIONER_FINALIZER),
      )
    return volume
  }

  #setFinalizers({ metadata: { name } }: PersistentVolume, finalizers: readonly string[]): PersistentVolume | Status {
    return this.#options.client.patch!('PersistentVolume', name, undefined, { metadata: { finalizers } })
  }

  #shouldDelete(volume: PersistentVolume): boolean {
    const { provisioner, addFinalizer } = this.#options
    const { finalizers, deletionTimestamp } = volume.metadata
    if (provisioner.shouldDelete?.(volume) === false) return false
    if (deletionTimestamp !== undefined)
      if (addFinalizer !== true || !finalizers?.includes(EXTERNAL_PROVISIONER_FINALIZER)) return false
    return volume.status?.phase === 'Released' && volume.spec.persistentVolumeReclaimPolicy === 'Delete'
  }
}
