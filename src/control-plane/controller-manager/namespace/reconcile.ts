import { groupOf } from '../../../api/meta.ts'
import { unknownError } from '../../../api/status.ts'
import { parseTime } from '../../../api/time.ts'
import { isStatus, type Namespace, type Pod, type Status } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { KindInfo } from '../controller.ts'
import { clientKind, customKindsOf } from '../custom-kinds.ts'
import { type Remaining, withDeletionConditions } from './conditions.ts'

/** Source: pkg/controller/namespace/deletion/namespaced_resources_deleter.go finalizerEstimateSeconds */
const FINALIZER_ESTIMATE_S = 15
const FINALIZER = 'kubernetes'

export interface NamespaceDependencies {
  readonly client: Client
  readonly now: () => number
  /** Namespaced kinds. */
  readonly kinds: readonly KindInfo[]
}

/** Done, a refusal, or seconds after which to look again. */
export type NamespaceOutcome = Status | { readonly waitSeconds: number } | undefined

/** Empties a namespace that is being deleted, and lets it go. Source: namespaced_resources_deleter.go Delete */
export function reconcileNamespace(name: string, deps: NamespaceDependencies): NamespaceOutcome {
  const namespace = deps.client.get('Namespace', name)
  if (namespace?.metadata.deletionTimestamp === undefined) return undefined
  const terminating = deps.client.updateStatus('Namespace', name, undefined, (now) =>
    now.status?.phase === 'Terminating' ? now : { ...now, status: { ...now.status, phase: 'Terminating' } },
  )
  if (isStatus(terminating)) return terminating.reason === 'NotFound' ? undefined : terminating
  if ((namespace.spec?.finalizers ?? []).length === 0) return undefined
  const remaining: Remaining = { resources: new Map(), finalizers: new Map(), errors: [] }
  const estimate = deleteAllContent(terminating as Namespace, remaining, deps)
  if (remaining.errors.length > 0) return remaining.errors[0]
  if (estimate > 0) return { waitSeconds: Math.floor(estimate / 2) + 1 }
  return finalize(deps.client, name)
}

/** Pods first, everything else once they are gone. Source: namespaced_resources_deleter.go deleteAllContent */
function deleteAllContent(namespace: Namespace, remaining: Remaining, deps: NamespaceDependencies): number {
  const { name } = namespace.metadata
  const isPods = ({ kind }: KindInfo) => kind === 'Pod'
  let estimate = 0
  for (const kind of deps.kinds.filter(isPods)) estimate = deleteKind(namespace, kind, remaining, deps)
  const podsRemain = remaining.resources.size > 0
  if (!podsRemain)
    for (const kind of [...deps.kinds, ...customKinds(deps.client)])
      if (!isPods(kind)) estimate = Math.max(estimate, deleteKind(namespace, kind, remaining, deps))
  // While pods are waited for, upstream does not say yet what remains.
  const told = podsRemain ? { ...remaining, resources: new Map(), finalizers: new Map() } : remaining
  deps.client.updateStatus('Namespace', name, undefined, (now) => withDeletionConditions(now, told, deps.now()))
  return estimate
}

/** One version of each custom resource that lives in namespaces. */
function customKinds(client: Client): readonly KindInfo[] {
  return client
    .list('CustomResourceDefinition')
    .flatMap((crd) => customKindsOf(crd).slice(0, 1))
    .filter(({ namespaced }) => namespaced)
}

/** Answers how many seconds what remains may still take. Source: deleteAllContentForGroupVersionResource */
function deleteKind(namespace: Namespace, kind: KindInfo, remaining: Remaining, deps: NamespaceDependencies): number {
  const { client, now } = deps
  const where = { namespace: namespace.metadata.name }
  const items = client.list(clientKind(kind), where)
  if (items.length === 0) return 0
  const estimate = kind.kind === 'Pod' ? gracePeriodLeft(items as readonly Pod[], namespace, now()) : 0
  for (const { metadata } of items) {
    const answer = client.delete(clientKind(kind), metadata.name, where.namespace, { propagationPolicy: 'Background' })
    if (isStatus(answer) && answer.reason !== 'NotFound') {
      remaining.errors.push(answer)
      return estimate
    }
  }
  const left = client.list(clientKind(kind), where)
  if (left.length === 0) return 0
  const resource = `${kind.resource}.${groupOf(kind.apiVersion)}`
  remaining.resources.set(resource, left.length)
  let finalizers = 0
  for (const { metadata } of left)
    for (const finalizer of metadata.finalizers ?? []) {
      finalizers++
      remaining.finalizers.set(finalizer, (remaining.finalizers.get(finalizer) ?? 0) + 1)
    }
  if (estimate > 0) return estimate
  if (finalizers > 0) return FINALIZER_ESTIMATE_S
  const version = kind.apiVersion.slice(kind.apiVersion.indexOf('/') + 1)
  const gvr = `${groupOf(kind.apiVersion)}/${version}, Resource=${kind.resource}`
  const message = `unexpected items still remain in namespace: ${where.namespace} for gvr: ${gvr}`
  remaining.errors.push(unknownError(message))
  return estimate
}

/** Source: estimateGracefulTermination */
function gracePeriodLeft(pods: readonly Pod[], { metadata }: Namespace, now: number): number {
  let estimate = 0
  for (const { spec, status } of pods)
    if (status?.phase !== 'Succeeded' && status?.phase !== 'Failed')
      estimate = Math.max(estimate, spec.terminationGracePeriodSeconds ?? 0)
  return now - parseTime(metadata.deletionTimestamp) >= estimate * 1000 ? 0 : estimate
}

function finalize(client: Client, name: string): Status | undefined {
  const answer = client.updateSubresource!('Namespace', name, undefined, 'finalize', (now) => {
    const finalizers = (now.spec?.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER)
    return { ...now, spec: { ...now.spec, finalizers } }
  })
  return isStatus(answer) && answer.reason !== 'NotFound' ? answer : undefined
}
