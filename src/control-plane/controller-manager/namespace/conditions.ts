import { findCondition } from '../../../api/conditions.ts'
import { rfc3339 } from '../../../api/time.ts'
import type { Namespace, NamespaceCondition, Status } from '../../../api/types.ts'

/** What is left of a namespace that is going. */
export interface Remaining {
  /** `pods.` -> how many: resource, a dot, the group. */
  readonly resources: Map<string, number>
  readonly finalizers: Map<string, number>
  readonly errors: Status[]
}

interface Verdict {
  readonly type: string
  readonly failing: boolean
  readonly reason: string
  readonly message: string
}

/** Source: pkg/controller/namespace/deletion/status_condition_utils.go */
export function withDeletionConditions(namespace: Namespace, remaining: Remaining, now: number): Namespace {
  let conditions = namespace.status?.conditions ?? []
  for (const { type, failing, reason, message } of verdicts(remaining)) {
    const status = failing ? 'True' : 'False'
    const old = findCondition(conditions, type)
    if (old?.status === status && old.reason === reason && old.message === message) continue
    const since = old?.status === status ? old.lastTransitionTime : undefined
    const next: NamespaceCondition = { type, status, lastTransitionTime: since ?? rfc3339(now), reason, message }
    conditions = old === undefined ? [...conditions, next] : conditions.map((each) => (each === old ? next : each))
  }
  return conditions === namespace.status?.conditions
    ? namespace
    : { ...namespace, status: { ...namespace.status, conditions } }
}

function verdicts({ resources, finalizers, errors }: Remaining): readonly Verdict[] {
  const fine = (type: string, reason: string, message: string): Verdict => ({ type, failing: false, reason, message })
  const failing = (type: string, reason: string, message: string): Verdict => ({ type, failing: true, reason, message })
  const list = (counts: Map<string, number>, what: string) =>
    [...counts]
      .map(([name, count]) => `${name} ${what.replace('%d', String(count))}`)
      .sort()
      .join(', ')
  const texts = errors.map(({ message = '' }) => message).sort()
  return [
    fine('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'),
    fine(
      'NamespaceDeletionGroupVersionParsingFailure',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    errors.length === 0
      ? fine(
          'NamespaceDeletionContentFailure',
          'ContentDeleted',
          'All content successfully deleted, may be waiting on finalization',
        )
      : failing(
          'NamespaceDeletionContentFailure',
          'ContentDeletionFailed',
          `Failed to delete all resource types, ${errors.length} remaining: ${texts.join(', ')}`,
        ),
    resources.size === 0
      ? fine('NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed')
      : failing(
          'NamespaceContentRemaining',
          'SomeResourcesRemain',
          `Some resources are remaining: ${list(resources, 'has %d resource instances')}`,
        ),
    finalizers.size === 0
      ? fine('NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished')
      : failing(
          'NamespaceFinalizersRemaining',
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${list(finalizers, 'in %d resource instances')}`,
        ),
  ]
}
