import { tolerates } from '../../../api/taints.ts'
import type { DaemonSet, Node, NodeSelectorRequirement, NodeSelectorTerm, PodTemplateSpec } from '../../../api/types.ts'
import { daemonTolerations } from './template.ts'

export interface Eligibility {
  readonly shouldRun: boolean
  readonly shouldContinueRunning: boolean
}

interface Remembered {
  readonly template: PodTemplateSpec
  readonly labels: unknown
  readonly eligibility: Eligibility
}

/** By the node's spec: that object stays while only the node's status changes. */
const remembered = new WeakMap<object, Remembered>()

/** Whether a node is one for the daemon. Source: pkg/controller/daemon/daemon_controller.go NodeShouldRunDaemonPod */
export function nodeShouldRunDaemonPod(node: Node, { spec: { template } }: DaemonSet): Eligibility {
  const { labels } = node.metadata
  const known = node.spec === undefined ? undefined : remembered.get(node.spec)
  if (known?.template === template && known.labels === labels) return known.eligibility
  const eligibility = judge(node, template)
  if (node.spec !== undefined) remembered.set(node.spec, { template, labels, eligibility })
  return eligibility
}

const NEVER: Eligibility = { shouldRun: false, shouldContinueRunning: false }

function judge(node: Node, template: PodTemplateSpec): Eligibility {
  const spec = template.spec ?? { containers: [] }
  if (spec.nodeName && spec.nodeName !== node.metadata.name) return NEVER
  const { nodeSelector = {}, affinity } = spec
  const { labels = {} } = node.metadata
  if (Object.entries(nodeSelector).some(([key, value]) => labels[key] !== value)) return NEVER
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  if (required !== undefined && !required.nodeSelectorTerms.some((term) => matchesTerm(term, node))) return NEVER
  const tolerations = daemonTolerations(spec)
  const untolerated = (node.spec?.taints ?? []).filter((taint) => !tolerates(tolerations, taint))
  const has = (effect: string) => untolerated.some((taint) => taint.effect === effect)
  return { shouldRun: !has('NoSchedule') && !has('NoExecute'), shouldContinueRunning: !has('NoExecute') }
}

/** Source: component-helpers/scheduling/corev1/nodeaffinity nodeSelectorTerm.match; an empty term matches nothing. */
function matchesTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, { metadata }: Node): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false
  const fields = { 'metadata.name': metadata.name }
  return (
    matchExpressions.every((requirement) => matches(requirement, metadata.labels ?? {})) &&
    matchFields.every((requirement) => matches(requirement, fields))
  )
}

function matches({ key, operator, values = [] }: NodeSelectorRequirement, labels: Readonly<Record<string, string>>) {
  const value = labels[key]
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0])
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0])
    default:
      return false
  }
}
