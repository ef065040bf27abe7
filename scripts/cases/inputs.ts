/**
 * What plugins read besides their arguments and the recorded pod and nodes: volumes and claims, namespaces, Services, all
 * nodes of the cluster, scoring strategies. Recorded calls leave these out, so inputs.jsonl has them as Kubernetes' own
 * tests of the recorded name (`case`) set them up, or, where a call has no name, by a digest of its pod and nodes (`call`).
 * It holds inputs only: what the plugins answer is in the recording alone.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  Namespace,
  PersistentVolume,
  PersistentVolumeClaim,
  ReplicaSet,
  ReplicationController,
  Service,
  StatefulSet,
  StorageClass,
  VolumeAttachment,
} from '../../src/api/types.ts'
import type { PluginFeatures } from '../../src/control-plane/scheduler/features.ts'
import type { RecordedNode, SchedulerCall } from './scheduler-call.ts'

export interface Inputs {
  readonly volumes?: readonly PersistentVolume[]
  readonly claims?: readonly PersistentVolumeClaim[]
  readonly classes?: readonly StorageClass[]
  readonly attachments?: readonly VolumeAttachment[]
  readonly drivers?: readonly CSIDriver[]
  readonly csiNodes?: readonly CSINode[]
  readonly capacities?: readonly CSIStorageCapacity[]
  readonly namespaces?: readonly Namespace[]
  readonly services?: readonly Service[]
  readonly replicationControllers?: readonly ReplicationController[]
  readonly replicaSets?: readonly ReplicaSet[]
  readonly statefulSets?: readonly StatefulSet[]
  /** All nodes, with their pods. */
  readonly snapshot?: readonly RecordedNode[]
  /** Of the plugin, as a configuration would have them. */
  readonly args?: Readonly<Record<string, unknown>>
  /** Feature gates that were on. */
  readonly features?: readonly (keyof PluginFeatures)[]
}

interface Line {
  readonly plugin: string
  readonly case?: string
  readonly call?: string
  readonly inputs: readonly Inputs[]
}

let known: ReadonlyMap<string, readonly Inputs[]> | undefined

/** Mostly one; several where the same call was made with different inputs; none where nothing else was read. */
export function inputsOf(call: SchedulerCall): readonly Inputs[] {
  known ??= read()
  const byName = call.case === '' ? undefined : known.get(`${call.plugin} ${call.case}`)
  return byName ?? known.get(`${call.plugin} ${digest(call)}`) ?? []
}

function read(): ReadonlyMap<string, readonly Inputs[]> {
  const lines = readFileSync(new URL('inputs.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
  return new Map(
    lines.map((line) => {
      const { plugin, case: name, call, inputs } = JSON.parse(line) as Line
      return [`${plugin} ${name ?? call}`, inputs]
    }),
  )
}

function digest({ plugin, ext, pod, node, nodes }: SchedulerCall): string {
  const bare = ({ node: object, pods }: RecordedNode) => ({ node: object, pods: pods ?? [] })
  const content = [plugin, ext, pod, node === undefined ? (nodes ?? []).map(bare) : bare(node)]
  return createHash('sha256')
    .update(JSON.stringify(sorted(content)))
    .digest('hex')
    .slice(0, 16)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const object = value as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    Object.keys(object)
      .sort()
      .map((key) => [key, sorted(object[key])]),
  )
}
