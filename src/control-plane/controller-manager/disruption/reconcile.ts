import { selectorFromLabelSelector } from '../../../api/labels.ts'
import { splitKey } from '../../../api/meta.ts'
import {
  isStatus,
  type LabelSelector,
  type Pod,
  type PodDisruptionBudget,
  type PodDisruptionBudgetStatus,
  type Status,
} from '../../../api/types.ts'
import type { Client, EventRecorder } from '../../../client/contract.ts'
import { expectation } from './expected.ts'
import { budgetStatus, countHealthy, disruptedPods, failSafeStatus } from './status.ts'

export interface DisruptionDependencies {
  readonly client: Client
  readonly recorder: EventRecorder
  readonly now: () => number
  readonly checkAgainAfter: (key: string, ms: number) => void
}

/** Source: pkg/controller/disruption/disruption.go sync, trySync */
export function reconcileBudget(key: string, deps: DisruptionDependencies): Status | undefined {
  const { client, recorder } = deps
  const { namespace, name } = splitKey(key)
  const budget = client.get('PodDisruptionBudget', name, namespace)
  if (budget === undefined) return undefined
  const pods = podsOf(client, budget)
  if (pods.length === 0) recorder.event(budget, 'Normal', 'NoPods', 'No matching pods found')
  const now = deps.now()
  const expected = expectation(client, budget, pods)
  if (typeof expected === 'string') {
    const message = `Failed to calculate the number of expected pods: ${expected}`
    recorder.event(budget, 'Warning', 'CalculateExpectedPodCountFailed', message)
    return write(client, budget, failSafeStatus(budget, expected, now))
  }
  if (expected.unmanaged.length > 0) recorder.event(budget, 'Warning', 'UnmanagedPods', unmanagedMessage(budget))
  const disrupted = disruptedPods(budget, pods, now)
  for (const pod of disrupted.notDeleted) {
    // Upstream names the namespace twice.
    const message = `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`
    recorder.event(pod, 'Warning', 'NotDeleted', message)
  }
  const healthy = countHealthy(pods, disrupted.pods, now)
  const failed = write(client, budget, budgetStatus(budget, expected, healthy, disrupted.pods, now))
  if (failed === undefined && disrupted.recheckAfter !== undefined)
    deps.checkAgainAfter(key, disrupted.recheckAfter + 1_000)
  return failed
}

function podsOf(client: Client, { metadata, spec }: PodDisruptionBudget): readonly Pod[] {
  const selector = selectorFromLabelSelector(spec.selector)
  if (selector.nothing) return []
  return client.list('Pod', { namespace: metadata.namespace!, labelSelector: selector.text })
}

function write(
  client: Client,
  { metadata: { name, namespace }, status: old }: PodDisruptionBudget,
  status: PodDisruptionBudgetStatus,
): Status | undefined {
  if (status === old) return undefined
  const answer = client.updateStatus('PodDisruptionBudget', name, namespace, (now) => ({ ...now, status }))
  return isStatus(answer) && answer.reason !== 'NotFound' ? answer : undefined
}

function unmanagedMessage({ spec }: PodDisruptionBudget): string {
  return (
    `Pods selected by this PodDisruptionBudget (selector: ${goString(spec.selector)}) were found ` +
    'to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. ' +
    'To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.'
  )
}

/** As the generated String method prints it. Source: apimachinery/pkg/apis/meta/v1/generated.pb.go */
function goString(selector: LabelSelector | undefined): string {
  if (selector === undefined) return 'nil'
  const labels = Object.entries(selector.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  const expressions = (selector.matchExpressions ?? []).map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  )
  const matchLabels = labels.map(([key, value]) => `${key}: ${value},`).join('')
  return `&LabelSelector{MatchLabels:map[string]string{${matchLabels}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`
}
