import { claimSize } from '../../api/claims.ts'
import { setCondition, withoutCondition } from '../../api/conditions.ts'
import { keyOf, splitKey } from '../../api/meta.ts'
import { compareQuantities, quantityOf, quantityValue } from '../../api/quantity.ts'
import {
  isStatus,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type PersistentVolumeClaimStatus,
  type Status,
} from '../../api/types.ts'
import type { EventRecorder } from '../../client/contract.ts'
import { startOperations } from '../../client/operations.ts'
import type { Program } from '../../node/contract.ts'
import { type CsiError, isCsiError } from '../../node/csi/contract.ts'
import { type RunningSidecar, type SidecarDeps, sidecarProgram } from './sidecar.ts'

/** The `csi-resizer` binary: makes volumes as big as their claims ask. Source: kubernetes-csi/external-resizer pkg/controller */
export function csiResizerProgram(deps: SidecarDeps): Program {
  return sidecarProgram(deps, (driver) => `external-resizer-${driver.replaceAll('.', '-')}`, startResizer)
}

function startResizer(sidecar: RunningSidecar): () => void {
  const { client, driver, process, recorder } = sidecar
  const resizer = new Resizer(sidecar, recorder(`external-resizer ${driver.name}`))
  const claims = startOperations({
    world: process.world,
    rateLimits: { baseMs: 1000, maxMs: 300_000 },
    work: (key, done) => resizer.sync(key, done),
  })
  const stop = client.watch('PersistentVolumeClaim', {}, ({ type, object: claim }) => {
    if (type === 'DELETED') claims.forget(keyOf(claim))
    else if (claim.status?.phase === 'Bound' && isMore(claimSize(claim), capacityOf(claim))) claims.add(keyOf(claim))
  })
  return () => {
    stop()
    claims.stop()
  }
}

const capacityOf = ({ status }: PersistentVolumeClaim): string => status?.capacity?.storage ?? '0'
const isMore = (a: string, b: string): boolean => compareQuantities(a, b) > 0

type ResizeStatus = 'ControllerResizeInProgress' | 'ControllerResizeInfeasible' | 'NodeResizePending'

/** With recovery from failure, which is on by default. Source: external-resizer pkg/controller/expand_and_recover.go */
class Resizer {
  readonly #sidecar: RunningSidecar
  readonly #recorder: EventRecorder

  constructor(sidecar: RunningSidecar, recorder: EventRecorder) {
    this.#sidecar = sidecar
    this.#recorder = recorder
  }

  sync(key: string, done: (error?: string) => void): void {
    const { client, driver, controller } = this.#sidecar
    const { namespace, name } = splitKey(key)
    const claim = client.get('PersistentVolumeClaim', name, namespace)
    const volume = claim && client.get('PersistentVolume', claim.spec.volumeName ?? '')
    if (claim === undefined || volume?.spec.csi?.driver !== driver.name || !this.#needsResize(claim)) {
      done()
      return
    }
    const size = claimSize(claim)
    const begun = this.#begin(claim, size)
    if (isStatus(begun)) {
      const message = `Mark PVC "${key}" as resizing failed: ${begun.message}`
      this.#recorder.event(claim, 'Warning', 'VolumeResizeFailed', message)
      done(message)
      return
    }
    this.#recorder.event(claim, 'Normal', 'Resizing', `External resizer is resizing volume ${volume.metadata.name}`)
    controller.expandVolume(volume.spec.csi.volumeHandle, quantityValue(size), (answer) => {
      if (isCsiError(answer)) done(this.#failed(claim, volume, answer))
      else done(this.#grown(claim, volume, quantityOf(answer.bytes, 'BinarySI'), answer.nodeExpansionRequired))
    })
  }

  /** Source: pvcNeedResize; what waits for the node is not for the driver's controller */
  #needsResize(claim: PersistentVolumeClaim): boolean {
    if (claim.status?.phase !== 'Bound' || !isMore(claimSize(claim), capacityOf(claim))) return false
    const { allocatedResourceStatuses, allocatedResources } = claim.status
    const pending = allocatedResourceStatuses?.storage?.startsWith('NodeResize') ?? false
    return !pending || isMore(claimSize(claim), allocatedResources?.storage ?? '0')
  }

  /** Source: markControllerResizeInProgress */
  #begin(claim: PersistentVolumeClaim, size: string) {
    const now = this.#sidecar.process.world.clock.now()
    return this.#status(claim, (status) => ({
      ...status,
      conditions: setCondition(status.conditions, { type: 'Resizing', status: 'True' }, now),
      allocatedResources: { ...status.allocatedResources, storage: size },
      allocatedResourceStatuses: statusOf(status, 'ControllerResizeInProgress'),
    }))
  }

  #failed(claim: PersistentVolumeClaim, volume: PersistentVolume, { code, error }: CsiError): string {
    const message = `resize volume "${volume.metadata.name}" by resizer "${this.#sidecar.driver.name}" failed: ${error}`
    this.#recorder.event(claim, 'Warning', 'VolumeResizeFailed', message)
    if (code === 'InvalidArgument' || code === 'OutOfRange' || code === 'NotFound')
      this.#status(claim, (status) => ({
        ...status,
        allocatedResourceStatuses: statusOf(status, 'ControllerResizeInfeasible'),
      }))
    return message
  }

  /** Source: updatePVCapacity, markForPendingNodeExpansion, markOverallExpansionAsFinished */
  #grown(claim: PersistentVolumeClaim, volume: PersistentVolume, size: string, needsNode: boolean): string | undefined {
    const { client, process } = this.#sidecar
    const patched = client.patch!('PersistentVolume', volume.metadata.name, undefined, {
      spec: { capacity: { storage: size } },
    })
    if (isStatus(patched)) return `error updating PV ${volume.metadata.name}: ${patched.message}`
    const now = process.world.clock.now()
    const saved = needsNode
      ? this.#status(claim, (status) => ({
          ...status,
          conditions: setCondition(
            withoutCondition(status.conditions, 'Resizing'),
            {
              type: 'FileSystemResizePending',
              status: 'True',
              message: 'Waiting for user to (re-)start a pod to finish file system resize of volume on node.',
            },
            now,
          ),
          allocatedResourceStatuses: statusOf(status, 'NodeResizePending'),
        }))
      : this.#status(claim, (status) => finished(status, size))
    if (isStatus(saved)) return saved.message
    const [reason, message] = needsNode
      ? ['FileSystemResizeRequired', 'Require file system resize of volume on node']
      : ['VolumeResizeSuccessful', 'Resize volume succeeded']
    this.#recorder.event(claim, 'Normal', reason!, message!)
    return undefined
  }

  #status(
    { metadata: { name, namespace } }: PersistentVolumeClaim,
    change: (status: PersistentVolumeClaimStatus) => PersistentVolumeClaimStatus,
  ): PersistentVolumeClaim | Status {
    const { client } = this.#sidecar
    const now = client.get('PersistentVolumeClaim', name, namespace)
    const status = change(now?.status ?? {})
    // A merge patch takes away what it sets to null.
    return client.patch!('PersistentVolumeClaim', name, namespace, { status: { ...NOTHING, ...status } }, 'status')
  }
}

const NOTHING = { conditions: null, allocatedResourceStatuses: null }

function statusOf({ allocatedResourceStatuses }: PersistentVolumeClaimStatus, storage: ResizeStatus) {
  return { ...allocatedResourceStatuses, storage }
}

function finished(status: PersistentVolumeClaimStatus, storage: string): PersistentVolumeClaimStatus {
  const { allocatedResourceStatuses: _, ...rest } = status
  const conditions = (status.conditions ?? []).filter(
    ({ type }) => type !== 'Resizing' && type !== 'FileSystemResizePending',
  )
  return { ...rest, conditions, capacity: { ...status.capacity, storage } }
}
