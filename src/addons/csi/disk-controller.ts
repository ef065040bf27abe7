import { type Cloud, type CloudError, type Disk, isCloudError } from '../../cloud/contract.ts'
import {
  type CreateVolumeRequest,
  type CsiController,
  type CsiDone,
  type CsiError,
  type CsiSnapshot,
  type CsiVolume,
  csiError,
} from '../../node/csi/contract.ts'

export const GIBIBYTE = 2 ** 30

/** The node label that says which zone a node's disks are in. */
export const ZONE = 'topology.disk.csi.kubedrill.dev/zone'

const CODES: Readonly<Partial<Record<CloudError['code'], string>>> = {
  NotFound: 'NotFound',
  AlreadyExists: 'AlreadyExists',
  QuotaExceeded: 'ResourceExhausted',
  LimitExceeded: 'ResourceExhausted',
  InvalidParameter: 'InvalidArgument',
  InUse: 'FailedPrecondition',
  ZoneMismatch: 'InvalidArgument',
  Unavailable: 'Unavailable',
}

function failed(what: string, { code, error }: CloudError): CsiError {
  return csiError(CODES[code] ?? 'Internal', `${what}: ${error}`)
}

/** Disks of the cloud as volumes: the driver's controller service. Calls end when the cloud has done what it began. */
export class DiskController implements CsiController {
  readonly #cloud: Cloud

  constructor(cloud: Cloud) {
    this.#cloud = cloud
  }

  createVolume(request: CreateVolumeRequest, done: CsiDone<CsiVolume>): void {
    const { name, bytes, parameters, fromVolume, shared } = request
    if (fromVolume !== undefined) {
      this.#clone(request, fromVolume, done)
      return
    }
    const { disks, zones } = this.#cloud
    const zone = this.#zoneFor(request) ?? zones[0]!
    const sizeGiB = Math.max(1, Math.ceil(bytes / GIBIBYTE))
    const made = disks.create({
      name,
      zone,
      sizeGiB,
      shareable: shared,
      ...(parameters.type !== undefined && { type: parameters.type }),
      ...(request.fromSnapshot !== undefined && { snapshot: request.fromSnapshot }),
    })
    if (isCloudError(made)) done(failed(`Could not create volume "${name}"`, made))
    else
      this.#when(
        'disk',
        () => disks.get(made.id)?.state !== 'creating',
        () => done(volumeOf(made)),
      )
  }

  #zoneFor({ topology }: CreateVolumeRequest): string | undefined {
    return topology.map((segments) => segments[ZONE]).find((zone) => zone !== undefined)
  }

  /** A copy of another disk: a snapshot that nobody sees, and a disk made of it. */
  #clone(request: CreateVolumeRequest, source: string, done: CsiDone<CsiVolume>): void {
    const { disks } = this.#cloud
    const name = `clone-${request.name}`
    this.createSnapshot(name, source, (snapshot) => {
      if ('error' in snapshot) done(snapshot)
      else
        this.#when(
          'snapshot',
          () => disks.snapshot(snapshot.id)?.state === 'completed',
          () => {
            const { fromVolume: _, ...rest } = request
            this.createVolume({ ...rest, fromSnapshot: snapshot.id }, (answer) => {
              disks.deleteSnapshot(snapshot.id)
              done(answer)
            })
          },
        )
    })
  }

  deleteVolume(id: string, done: CsiDone<undefined>): void {
    const { disks } = this.#cloud
    const answer = disks.delete(id)
    if (isCloudError(answer))
      done(answer.code === 'NotFound' ? undefined : failed(`Could not delete volume "${id}"`, answer))
    else
      this.#when(
        'disk',
        () => disks.get(id) === undefined,
        () => done(undefined),
      )
  }

  publishVolume(id: string, nodeId: string, done: CsiDone<Readonly<Record<string, string>>>): void {
    const { disks } = this.#cloud
    const begun = disks.attach(id, nodeId)
    if (isCloudError(begun)) {
      done(failed(`Could not attach volume "${id}" to node "${nodeId}"`, begun))
      return
    }
    const attachment = () => disks.get(id)?.attachments.find(({ instance }) => instance === nodeId)
    this.#when(
      'disk',
      () => attachment()?.state !== 'attaching',
      () => {
        const device = attachment()?.device
        done(
          device === undefined
            ? csiError('Internal', `volume "${id}" is gone from node "${nodeId}"`)
            : { devicePath: device },
        )
      },
    )
  }

  unpublishVolume(id: string, nodeId: string, done: CsiDone<undefined>): void {
    const { disks } = this.#cloud
    const answer = disks.detach(id, nodeId)
    if (isCloudError(answer))
      done(
        answer.code === 'NotFound'
          ? undefined
          : failed(`Could not detach volume "${id}" from node "${nodeId}"`, answer),
      )
    else {
      const isThere = () => disks.get(id)?.attachments.some(({ instance }) => instance === nodeId) ?? false
      this.#when(
        'disk',
        () => !isThere(),
        () => done(undefined),
      )
    }
  }

  expandVolume(
    id: string,
    bytes: number,
    done: CsiDone<{ readonly bytes: number; readonly nodeExpansionRequired: boolean }>,
  ): void {
    const { disks } = this.#cloud
    const sizeGiB = Math.ceil(bytes / GIBIBYTE)
    const answer = disks.resize(id, sizeGiB)
    if (isCloudError(answer)) done(failed(`Could not resize volume "${id}"`, answer))
    else
      this.#when(
        'disk',
        () => disks.get(id)?.growingToGiB === undefined,
        () => done({ bytes: sizeGiB * GIBIBYTE, nodeExpansionRequired: true }),
      )
  }

  createSnapshot(name: string, volume: string, done: CsiDone<CsiSnapshot>): void {
    const made = this.#cloud.disks.createSnapshot({ name, disk: volume })
    if (isCloudError(made)) done(failed(`Could not create snapshot "${name}"`, made))
    else done(this.snapshot(made.id))
  }

  deleteSnapshot(id: string, done: CsiDone<undefined>): void {
    const answer = this.#cloud.disks.deleteSnapshot(id)
    const isFailed = isCloudError(answer) && answer.code !== 'NotFound'
    done(isFailed ? failed(`Could not delete snapshot "${id}"`, answer) : undefined)
  }

  snapshot(id: string): CsiSnapshot | CsiError {
    const found = this.#cloud.disks.snapshot(id)
    if (found === undefined) return csiError('NotFound', `there is no snapshot "${id}"`)
    const { disk: volume, sizeGiB, createdAt, state } = found
    return { id: found.id, volume, bytes: sizeGiB * GIBIBYTE, createdAt, ready: state === 'completed' }
  }

  /** Calls back once something holds: now, or after a change in the cloud. */
  #when(resource: 'disk' | 'snapshot', holds: () => boolean, then: () => void): void {
    if (holds()) {
      then()
      return
    }
    const stop = this.#cloud.onChange((change) => {
      if (change.resource !== resource || !holds()) return
      stop()
      then()
    })
  }
}

function volumeOf({ id, sizeGiB, zone }: Disk): CsiVolume {
  return { id, bytes: sizeGiB * GIBIBYTE, topology: [{ [ZONE]: zone }] }
}
