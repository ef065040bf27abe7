import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/types.ts'

/** What a volume is made for. Source: sig-storage-lib-external-provisioner/controller/volume.go ProvisionOptions */
export interface ProvisionOptions {
  readonly storageClass: StorageClass
  /** `pvc-<uid of the claim>` */
  readonly volumeName: string
  readonly claim: PersistentVolumeClaim
  /** The node the scheduler has chosen, where the class waits for the first consumer. */
  readonly selectedNode: string | undefined
}

/** Why there is no volume, and what goes on. Source: volume.go ProvisioningState */
export interface ProvisionFailure {
  readonly error: string
  /** `reschedule`: not on this node; `ignored`: somebody else may; `infeasible`: not with these parameters. Default: `finished`. */
  readonly state?: 'finished' | 'inBackground' | 'reschedule' | 'ignored' | 'infeasible'
}

export type ProvisionOutcome = PersistentVolume | ProvisionFailure

/** Makes and deletes volumes of one kind. Both call back once, at once or when it is done. */
export interface Provisioner {
  provision(options: ProvisionOptions, done: (outcome: ProvisionOutcome) => void): void
  /** @param done called with an error that is told of, or with nothing */
  delete(volume: PersistentVolume, done: (error?: string) => void): void
  readonly supportsBlock?: boolean
  /** Claims that are not to be looked at. Source: volume.go Qualifier */
  shouldProvision?(claim: PersistentVolumeClaim): boolean
  /** Why a volume is not to be deleted now. Source: volume.go DeletionGuard */
  shouldDelete?(volume: PersistentVolume): boolean
}

export function isFailure(outcome: ProvisionOutcome): outcome is ProvisionFailure {
  return 'error' in outcome
}
