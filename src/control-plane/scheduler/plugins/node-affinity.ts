import {
  type NodeLike,
  type NodeMatcher,
  type ParsedNodeSelector,
  parseNodeSelector,
  parsePreferredTerms,
  requiredNodeAffinity,
  type WeightedNodeMatcher,
} from '../../../api/node-selector.ts'
import type { Node, NodeAffinity, NodeSelector, Pod } from '../../../api/types.ts'
import { aggregate } from '../config/field-path.ts'
import type { Plugin, Status } from '../framework.ts'
import { defaultNormalizeScore } from './normalize-score.ts'

/** Source: apis/config NodeAffinityArgs */
export interface NodeAffinityArgs {
  /** On top of every pod's own. */
  readonly addedAffinity?: NodeAffinity
}

const refusal = (reason: string): Status => ({ code: 'UnschedulableAndUnresolvable', reasons: [reason] })

const ERR_POD = refusal("node(s) didn't match Pod's node affinity/selector")
const ERR_ENFORCED = refusal("node(s) didn't match scheduler-enforced node affinity")
const ERR_CONFLICT = refusal('pod affinity terms conflict')

/**
 * nodeSelector and affinity to nodes.
 *
 * @throws Error for an added affinity that cannot be read
 * Source: plugins/nodeaffinity/node_affinity.go
 */
export function nodeAffinity({
  addedAffinity,
}: NodeAffinityArgs = {}): Plugin<ParsedNodeSelector, readonly WeightedNodeMatcher[]> {
  const enforced = enforcedMatcher(addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution)
  const added = addedTerms(addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution)
  return {
    name: 'NodeAffinity',
    events: new Set(['Node/Add', 'Node/UpdateNodeLabel']),
    preFilter({ pod }) {
      const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
      if (required === undefined && enforced === undefined && pod.spec.nodeSelector === undefined)
        return { code: 'Skip' }
      const nodeNames = namesAskedFor(required)
      if (nodeNames?.size === 0) return ERR_CONFLICT
      return { code: 'Success', state: requiredNodeAffinity(pod.spec), ...(nodeNames && { nodeNames }) }
    },
    filter(prepared, { pod }, node) {
      if (enforced !== undefined && !enforced(node)) return ERR_ENFORCED
      // Without PreFilter it is worked out here.
      const { matches } = prepared ?? requiredNodeAffinity(pod.spec)
      return matches(node) ? undefined : ERR_POD
    },
    preScore({ pod }) {
      const preferred = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution
      if (preferred === undefined && added === undefined) return { code: 'Skip' }
      const { terms, errors } = parsePreferredTerms(preferred ?? [])
      if (errors.length > 0) return { code: 'Error', reasons: [aggregate(errors)!] }
      return { code: 'Success', state: added === undefined ? terms : [...added, ...terms] }
    },
    score(terms, _pod, node) {
      let score = 0
      for (const { weight, matches } of terms) if (matches(node)) score += weight
      return score
    },
    normalizeScore: (_state, scores) => defaultNormalizeScore(false, scores),
    isSchedulableAfter(event, pod) {
      if (event.resource !== 'Node' || event.new === undefined) return false
      return mayHelp(event.old, event.new, pod, enforced)
    },
  }
}

function enforcedMatcher(selector: NodeSelector | undefined): NodeMatcher | undefined {
  if (selector === undefined) return undefined
  const { matches, errors } = parseNodeSelector(selector)
  if (errors.length === 0) return matches
  throw new Error(`parsing addedAffinity.requiredDuringSchedulingIgnoredDuringExecution: ${aggregate(errors)}`)
}

function addedTerms(
  preferred: NonNullable<NodeAffinityArgs['addedAffinity']>['preferredDuringSchedulingIgnoredDuringExecution'] = [],
): readonly WeightedNodeMatcher[] | undefined {
  if (preferred.length === 0) return undefined
  const { terms, errors } = parsePreferredTerms(preferred)
  if (errors.length === 0) return terms
  throw new Error(`parsing addedAffinity.preferredDuringSchedulingIgnoredDuringExecution: ${aggregate(errors)}`)
}

/** Source: isSchedulableAfterNodeChange */
function mayHelp(old: Node | undefined, now: Node, pod: Pod, enforced: NodeMatcher | undefined): boolean {
  const after = nodeLike(now)
  if (enforced !== undefined && !enforced(after)) return false
  const { matches, errors } = requiredNodeAffinity(pod.spec)
  if (!matches(after)) return errors.length > 0
  return old === undefined || !matches(nodeLike(old))
}

const nodeLike = ({ metadata: { name, labels = {} } }: Node): NodeLike => ({ name, labels })

/** The nodes that `metadata.name` in every term leaves; undefined where a term leaves all. Source: PreFilter */
function namesAskedFor(required: NodeSelector | undefined): Set<string> | undefined {
  if (required === undefined || required.nodeSelectorTerms.length === 0) return undefined
  const names = new Set<string>()
  for (const term of required.nodeSelectorTerms) {
    let ofTerm: string[] | undefined
    for (const { key, operator, values = [] } of term.matchFields ?? []) {
      if (key !== 'metadata.name' || operator !== 'In') continue
      ofTerm = ofTerm === undefined ? [...values] : ofTerm.filter((name) => values.includes(name))
    }
    if (ofTerm === undefined) return undefined
    for (const name of ofTerm) names.add(name)
  }
  return names
}
