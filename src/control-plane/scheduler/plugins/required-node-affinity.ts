import { selectorFromSet } from '../../../api/labels.ts'
import { type NodeMatcher, type ParsedNodeSelector, parseNodeSelector } from '../../../api/node-selector.ts'
import type { Pod } from '../../../api/types.ts'

const NO_ERRORS: readonly string[] = []
const ANY: ParsedNodeSelector = { matches: () => true, errors: NO_ERRORS }

const labelMatchers = new WeakMap<object, NodeMatcher>()

/** Whether nodeSelector and required node affinity let the pod on a node. Source: nodeaffinity.go GetRequiredNodeAffinity */
export function requiredNodeAffinity({ spec: { affinity, nodeSelector } }: Pod): ParsedNodeSelector {
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const byTerms = required && parseNodeSelector(required)
  if (nodeSelector === undefined) return byTerms ?? ANY
  let byLabels = labelMatchers.get(nodeSelector)
  if (byLabels === undefined) {
    const selector = selectorFromSet(nodeSelector)
    byLabels = ({ labels }) => selector.matches(labels)
    labelMatchers.set(nodeSelector, byLabels)
  }
  if (byTerms === undefined) return { matches: byLabels, errors: NO_ERRORS }
  const first = byLabels
  return { matches: (node) => first(node) && byTerms.matches(node), errors: byTerms.errors }
}
