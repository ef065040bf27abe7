import { isPodTerminal } from '../../../api/conditions.ts'
import { splitKey } from '../../../api/meta.ts'
import { claimNameOf, notForPod, POD_CLAIM_ANNOTATION } from '../../../api/resource-claims.ts'
import { unknownError } from '../../../api/status.ts'
import {
  isStatus,
  type ObjectMeta,
  type Pod,
  type PodResourceClaim,
  type ResourceClaim,
  type ResourceClaimTemplate,
  type Status,
} from '../../../api/types.ts'
import type { Client, EventRecorder } from '../../../client/contract.ts'

/** Source: resource/v1/types.go ResourceClaimReservedForMaxSize */
const MAX_RESERVED = 256
const MAX_BASE = 57

/** Source: pkg/controller/resourceclaim/controller.go syncPod */
export function syncPod(key: string, client: Client, recorder: EventRecorder): Status | undefined {
  const { namespace, name } = splitKey(key)
  const pod = client.get('Pod', name, namespace)
  if (pod === undefined || pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)) return undefined
  const made = new Map<string, string>()
  for (const entry of pod.spec.resourceClaims ?? []) {
    const claim = claimFor(pod, entry, client)
    if (typeof claim === 'string') {
      recorder.event(pod, 'Warning', 'FailedResourceClaimCreation', `PodResourceClaim ${entry.name}: ${claim}`)
      return unknownError(`pod ${key}, PodResourceClaim ${entry.name}: ${claim}`)
    }
    if (claim !== undefined) made.set(entry.name, claim.metadata.name)
  }
  const failed = made.size > 0 ? noteClaims(pod, made, client) : undefined
  if (failed !== undefined) return failed
  return pod.spec.nodeName ? reserveAll(pod, client) : undefined
}

/** The claim that has been made for an entry just now; undefined where there is nothing to make. Source: handleClaim */
function claimFor(pod: Pod, entry: PodResourceClaim, client: Client): ResourceClaim | string | undefined {
  const { namespace } = pod.metadata
  const known = claimNameOf(pod, entry)
  if (known === '') return undefined
  const there = known === undefined ? undefined : client.get('ResourceClaim', known, namespace)
  const template = entry.resourceClaimTemplateName
  if (template === undefined) return undefined
  if (there !== undefined && notForPod(pod, there) === undefined) return undefined
  const own = client
    .list('ResourceClaim', { namespace: namespace!, ownerUid: pod.metadata.uid! })
    .find(({ metadata }) => metadata.annotations?.[POD_CLAIM_ANNOTATION] === entry.name)
  if (own !== undefined) return own
  const found = client.get('ResourceClaimTemplate', template, namespace)
  if (found === undefined)
    return `resource claim template ${JSON.stringify(template)}: resourceclaimtemplate.resource.k8s.io ${JSON.stringify(template)} not found`
  const answer = client.create(newClaim(pod, entry.name, found))
  return isStatus(answer) ? `create ResourceClaim : ${answer.message}` : answer
}

function newClaim({ metadata: pod }: Pod, entry: string, { spec }: ResourceClaimTemplate): ResourceClaim {
  const whole = `${pod.name}-${entry}-`
  const share = (text: string) => text.slice(0, Math.floor((text.length * MAX_BASE) / whole.length))
  const { labels, annotations } = spec.metadata ?? {}
  const metadata = {
    generateName: whole.length > MAX_BASE ? `${share(pod.name)}-${share(entry)}` : whole,
    namespace: pod.namespace,
    ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: pod.name, uid: pod.uid, controller: true }],
    annotations: { ...annotations, [POD_CLAIM_ANNOTATION]: entry },
    ...(labels && { labels }),
  } as unknown as ObjectMeta
  return { apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim', metadata, spec: spec.spec }
}

function noteClaims(pod: Pod, made: ReadonlyMap<string, string>, client: Client): Status | undefined {
  const { name, namespace } = pod.metadata
  const answer = client.updateStatus('Pod', name, namespace, (now) => {
    const kept = (now.status?.resourceClaimStatuses ?? []).filter((each) => !made.has(each.name))
    const added = [...made].map(([entry, claim]) => ({ name: entry, resourceClaimName: claim }))
    return { ...now, status: { ...now.status, resourceClaimStatuses: [...kept, ...added] } }
  })
  if (!isStatus(answer)) return undefined
  return { ...answer, message: `update pod ${namespace}/${name} ResourceClaimStatuses: ${answer.message}` }
}

/** A pod that has a node without the scheduler's help. */
function reserveAll(pod: Pod, client: Client): Status | undefined {
  const { name, namespace, uid } = pod.metadata
  for (const entry of pod.spec.resourceClaims ?? []) {
    const known = claimNameOf(client.get('Pod', name, namespace) ?? pod, entry)
    const claim = known ? client.get('ResourceClaim', known, namespace) : undefined
    if (claim === undefined) continue
    const { allocation, reservedFor = [] } = claim.status ?? {}
    if (allocation === undefined || reservedFor.some((each) => each.uid === uid) || reservedFor.length >= MAX_RESERVED)
      continue
    const consumer = { resource: 'pods', name, uid: uid! }
    const answer = client.updateStatus('ResourceClaim', known!, namespace, (now) => ({
      ...now,
      status: { ...now.status, reservedFor: [...(now.status?.reservedFor ?? []), consumer] },
    }))
    if (isStatus(answer)) return { ...answer, message: `reserve claim ${namespace}/${known}: ${answer.message}` }
  }
  return undefined
}
