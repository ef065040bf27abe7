import { requiredNodeAffinity } from '../../../api/node-selector.ts'
import { tolerates } from '../../../api/taints.ts'
import type { DaemonSet, Node, PodTemplateSpec } from '../../../api/types.ts'
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
  const { name, labels = {} } = node.metadata
  if (!requiredNodeAffinity(spec).matches({ name, labels })) return NEVER
  const tolerations = daemonTolerations(spec)
  const untolerated = (node.spec?.taints ?? []).filter((taint) => !tolerates(tolerations, taint))
  const has = (effect: string) => untolerated.some((taint) => taint.effect === effect)
  return { shouldRun: !has('NoSchedule') && !has('NoExecute'), shouldContinueRunning: !has('NoExecute') }
}
