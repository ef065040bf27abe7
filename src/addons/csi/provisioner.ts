import { claimSize } from '../../api/claims.ts'
import { quantityOf, quantityValue } from '../../api/quantity.ts'
import type { PersistentVolume } from '../../api/types.ts'
import type { Client } from '../../client/contract.ts'
import type { Program } from '../../node/contract.ts'
import type { CreateVolumeRequest, CsiController, CsiVolume, Segments } from '../../node/csi/contract.ts'
import { isCsiError } from '../../node/csi/contract.ts'
import type {
  Provisioner,
  ProvisionFailure,
  ProvisionOptions,
  ProvisionOutcome,
} from '../external-provisioner/contract.ts'
import { ProvisionController } from '../external-provisioner/controller.ts'
import { type SidecarDeps, sidecarProgram } from './sidecar.ts'
import { topologiesFor } from './topology.ts'
import { sourceOf, type VolumeSource } from './volume-source.ts'

/** The `csi-provisioner` binary. Source: kubernetes-csi/external-provisioner cmd/csi-provisioner, pkg/controller/controller.go */
export function csiProvisionerProgram(deps: SidecarDeps): Program {
  return sidecarProgram(
    deps,
    (driver) => driver.replaceAll('.', '-'),
    ({ process, client, driver, controller, flag, recorder }) => {
      const { world, random, pod } = process
      const identity = `${world.clock.now()}-${random.int(10_000)}-${driver.name}`
      const running = new ProvisionController({
        client,
        world,
        recorder: recorder(`${driver.name}_${pod?.metadata.name ?? process.host}_${random.uuid()}`),
        name: driver.name,
        provisioner: new CsiProvisioner({
          client,
          controller,
          driver: driver.name,
          identity,
          defaultFsType: flag('default-fstype') ?? '',
        }),
        addFinalizer: true,
        rateLimits: { baseMs: 1000, maxMs: 300_000 },
        maxFailures: Number.POSITIVE_INFINITY,
      })
      return () => running.stop()
    },
  )
}

interface CsiProvisionerParts {
  readonly client: Client
  readonly controller: CsiController
  readonly driver: string
  readonly identity: string
  readonly defaultFsType: string
}

/** Source: external-provisioner pkg/controller/controller.go csiProvisioner */
class CsiProvisioner implements Provisioner {
  readonly supportsBlock = true
  readonly #parts: CsiProvisionerParts

  constructor(parts: CsiProvisionerParts) {
    this.#parts = parts
  }

  provision(options: ProvisionOptions, done: (outcome: ProvisionOutcome) => void): void {
    const request = this.#prepare(options)
    if ('error' in request) {
      done(request)
      return
    }
    this.#parts.controller.createVolume(request, (answer) => {
      done(isCsiError(answer) ? failureOf(answer, options) : this.#volume(options, answer))
    })
  }

  /** Source: prepareProvision */
  #prepare(options: ProvisionOptions): CreateVolumeRequest | ProvisionFailure {
    const { claim, storageClass, volumeName } = options
    const { client, driver } = this.#parts
    if (claim.spec.selector !== undefined) return { error: 'claim Selector is not supported' }
    const source = sourceOf(client, options, driver)
    if ('error' in source) return source
    const topology = topologiesFor(client, options, driver)
    if (typeof topology === 'string') return { error: `error generating accessibility requirements: ${topology}` }
    const modes = claim.spec.accessModes ?? []
    return {
      name: volumeName,
      bytes: quantityValue(claimSize(claim)),
      parameters: storageClass.parameters ?? {},
      topology,
      shared: modes.includes('ReadWriteMany') || modes.includes('ReadOnlyMany'),
      ...(source as VolumeSource),
    }
  }

  #volume(options: ProvisionOptions, { id, bytes, topology }: CsiVolume): PersistentVolume {
    const { claim, storageClass, volumeName } = options
    const { driver, identity, defaultFsType } = this.#parts
    const volumeMode = claim.spec.volumeMode ?? 'Filesystem'
    const fsType = storageClass.parameters?.['csi.storage.k8s.io/fstype'] ?? defaultFsType
    const { mountOptions } = storageClass
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: {
        name: volumeName,
        annotations: {
          'volume.kubernetes.io/provisioner-deletion-secret-name': '',
          'volume.kubernetes.io/provisioner-deletion-secret-namespace': '',
        },
      },
      spec: {
        ...(claim.spec.accessModes && { accessModes: claim.spec.accessModes }),
        ...(mountOptions?.length && { mountOptions }),
        capacity: { storage: quantityOf(bytes, 'BinarySI') },
        persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
        volumeMode,
        ...(claim.spec.volumeAttributesClassName && {
          volumeAttributesClassName: claim.spec.volumeAttributesClassName,
        }),
        csi: {
          driver,
          volumeHandle: id,
          ...(volumeMode === 'Filesystem' && fsType !== '' && { fsType }),
          volumeAttributes: { 'storage.kubernetes.io/csiProvisionerIdentity': identity },
        },
        ...(topology.length > 0 && { nodeAffinity: affinityOf(topology) }),
      },
    }
  }

  /** Source: Delete, canDeleteVolume */
  delete(volume: PersistentVolume, done: (error?: string) => void): void {
    const { client, controller } = this.#parts
    const { csi } = volume.spec
    const { name } = volume.metadata
    if (csi === undefined) {
      done('invalid CSI PV')
      return
    }
    const attached = client.list('VolumeAttachment').find(({ spec }) => spec.source.persistentVolumeName === name)
    if (attached !== undefined) {
      done(`persistentvolume ${name} is still attached to node ${attached.spec.nodeName}`)
      return
    }
    controller.deleteVolume(csi.volumeHandle, (answer) => done(isCsiError(answer) ? answer.error : undefined))
  }
}

/** Source: checkError, Provision */
function failureOf(
  { code, error }: { readonly code: string; readonly error: string },
  { storageClass, selectedNode }: ProvisionOptions,
): ProvisionFailure {
  const message = `failed to provision volume with StorageClass "${storageClass.metadata.name}": ${error}`
  if (code === 'InvalidArgument') return { error: message, state: 'infeasible' }
  return {
    error: message,
    state: code === 'ResourceExhausted' && selectedNode !== undefined ? 'reschedule' : 'finished',
  }
}

/** Source: pkg/controller/topology.go GenerateVolumeNodeAffinity */
function affinityOf(topology: readonly Segments[]): PersistentVolume['spec']['nodeAffinity'] {
  return {
    required: {
      nodeSelectorTerms: topology.map((segments) => ({
        matchExpressions: Object.entries(segments).map(([key, value]) => ({ key, operator: 'In', values: [value] })),
      })),
    },
  }
}
