import type { ApiResponse } from '../../../api/request.ts'
import { badRequest, conflict, success, unknownError } from '../../../api/status.ts'
import { rfc3339 } from '../../../api/time.ts'
import {
  type Answer,
  type Binding,
  isStatus,
  type KubernetesObject,
  type Pod,
  type PodCondition,
} from '../../../api/types.ts'
import type { KeyValue } from '../../etcd/contract.ts'
import { admit, admitValid } from '../admission/admit.ts'
import type { Call } from '../contract.ts'
import type { FieldError } from '../registry/contract.ts'
import { storageKey } from '../storage/keys.ts'
import { respond } from './answer.ts'
import { get } from './get.ts'
import { atRevision } from './revision.ts'

/** POST pods/binding: gives a pod to a node. Source: pkg/registry/core/pod/storage/storage.go BindingREST */
export function bind(call: Call): ApiResponse {
  const binding = call.request.body as Binding
  const name = call.request.name ?? binding.metadata?.name
  if (binding.metadata?.name !== name)
    return respond(call, 400, badRequest('name in URL does not match name in Binding object'))
  const errors = validateBinding(binding)
  if (errors.length > 0) {
    const texts = errors.map(({ field, message }) => `${field}: ${message}`)
    return respond(call, 500, unknownError(texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`))
  }
  const admitted = admit(call, 'CREATE', binding, undefined)
  if (isStatus(admitted)) return respond(call, 403, admitted)
  const refused = admitValid(call, 'CREATE', admitted, undefined)
  if (refused !== undefined) return respond(call, 403, refused)
  const bound = assignPod(call, name, admitted as Binding)
  return respond(call, 201, isStatus(bound) ? bound : CREATED)
}

/** What sub-resources answer whose work is done elsewhere. Source: endpoints/handlers/create.go (a Status without a code gets 201) */
export const CREATED = { ...success(), code: 201 }

function validateBinding({ target }: Binding): readonly FieldError[] {
  const errors: FieldError[] = []
  if (target?.kind && target.kind !== 'Node')
    errors.push({
      type: 'FieldValueNotSupported',
      field: 'target.kind',
      message: `Unsupported value: "${target.kind}": supported values: "Node", "<empty>"`,
    })
  if (!target?.name) errors.push({ type: 'FieldValueRequired', field: 'target.name', message: 'Required value' })
  return errors
}

function assignPod(call: Call, name: string, binding: Binding): Answer<KubernetesObject> {
  const { server, endpoint } = call
  const storage = server.table.forKind('Pod')!.storage!
  const pods = server.table.forKind('Pod')!.groupResource
  const kv = server.etcd.get(storageKey(storage.prefix, call.namespace, name))
  if (kv === undefined) return get({ ...call, endpoint: server.table.forKind('Pod')!, options: {} }).body as Answer<Pod>
  const pod = kv.value as Pod
  const { uid, resourceVersion } = binding.metadata
  if (uid && uid !== pod.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid}`
    return conflict(pods, name, storageError(kv, why))
  }
  if (resourceVersion && resourceVersion !== pod.metadata.resourceVersion) {
    const why = `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${pod.metadata.resourceVersion}`
    return conflict(pods, name, storageError(kv, why))
  }
  const refusal = unassignable(pod)
  if (refusal !== undefined) return conflict({ group: '', resource: 'pods/binding' }, name, refusal)
  if (call.options.dryRun) return pod
  const bound = boundPod(pod, binding, rfc3339(server.clock.now()))
  const written = server.etcd.put(kv.key, (revision) => atRevision(bound, revision), kv.modRevision, kv.lease)
  return written?.value ?? conflict(endpoint.groupResource, name)
}

function storageError({ key }: KeyValue, why: string): string {
  return `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`
}

function unassignable({ metadata, spec }: Pod): string | undefined {
  if (metadata.deletionTimestamp !== undefined)
    return `pod ${metadata.name} is being deleted, cannot be assigned to a host`
  if (spec.nodeName) return `pod ${metadata.name} is already assigned to node "${spec.nodeName}"`
  return spec.schedulingGates?.length ? `pod ${metadata.name} has non-empty .spec.schedulingGates` : undefined
}

/** Source: BindingREST.setPodNodeAndMetadata */
function boundPod(pod: Pod, { metadata, target }: Binding, now: string): Pod {
  const { nominatedNodeName: _, ...status } = pod.status ?? {}
  if (scheduled.lastTransitionTime !== now) scheduled = { ...scheduled, lastTransitionTime: now }
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      ...(metadata.labels && { labels: { ...pod.metadata.labels, ...metadata.labels } }),
      ...(metadata.annotations && { annotations: { ...pod.metadata.annotations, ...metadata.annotations } }),
    },
    spec: { ...pod.spec, nodeName: target.name! },
    status: { ...status, conditions: withCondition(status.conditions, scheduled) },
  }
}

/** What Pods that are bound in one second say of it. */
let scheduled = {
  type: 'PodScheduled',
  status: 'True',
  lastProbeTime: null,
  lastTransitionTime: '',
} as unknown as PodCondition

export function withCondition(
  conditions: readonly PodCondition[] | undefined,
  condition: PodCondition,
): PodCondition[] {
  const others = conditions ?? []
  const index = others.findIndex(({ type }) => type === condition.type)
  return index < 0 ? others.concat([condition]) : others.with(index, condition)
}
