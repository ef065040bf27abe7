import { newRequirement, type SelectorOperator, selectorFromSet } from '../../../api/labels.ts'
import type {
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  Pod,
  PreferredSchedulingTerm,
} from '../../../api/types.ts'
import type { Plugin, Status } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import { defaultNormalizeScore } from './normalize-score.ts'

/** Affinity that the scheduler's configuration adds to every pod. Source: apis/config NodeAffinityArgs.addedAffinity */
export interface NodeAffinityArgs {
  readonly addedNodeSelector?: NodeSelector
  readonly addedPreferredTerms?: readonly PreferredSchedulingTerm[]
}

/** All that affinity to nodes looks at. */
type NodeLike = Pick<NodeInfo, 'name' | 'labels'>
type NodeMatcher = (node: NodeLike) => boolean

const ERR_POD: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ["node(s) didn't match Pod's node affinity/selector"],
}
const ERR_ENFORCED: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ["node(s) didn't match scheduler-enforced node affinity"],
}
const ERR_CONFLICT: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ['pod affinity terms conflict'],
}

/** nodeSelector and affinity to nodes. Source: plugins/nodeaffinity/node_affinity.go */
export function nodeAffinity(args: NodeAffinityArgs = {}): Plugin<NodeMatcher | undefined, readonly WeightedMatcher[]> {
  const enforced = args.addedNodeSelector && nodeSelectorMatcher(args.addedNodeSelector)
  const added = preferredMatchers(args.addedPreferredTerms ?? [])
  return {
    name: 'NodeAffinity',
    events: new Set(['Node/Add', 'Node/UpdateNodeLabel']),
    preFilter({ pod }) {
      const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
      if (required === undefined && enforced === undefined && pod.spec.nodeSelector === undefined)
        return { code: 'Skip' }
      const nodeNames = namesAskedFor(required)
      if (nodeNames?.size === 0) return ERR_CONFLICT
      return { code: 'Success', state: requiredNodeAffinity(pod), ...(nodeNames && { nodeNames }) }
    },
    filter(prepared, { pod }, node) {
      if (enforced !== undefined && !enforced(node)) return ERR_ENFORCED
      const matches = prepared ?? requiredNodeAffinity(pod)
      return matches(node) ? undefined : ERR_POD
    },
    preScore({ pod }) {
      const preferred = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution
      if (preferred === undefined && args.addedPreferredTerms === undefined) return { code: 'Skip' }
      return { code: 'Success', state: [...added, ...preferredMatchers(preferred ?? [])] }
    },
    score(terms, _pod, node) {
      let score = 0
      for (const { weight, matches } of terms) if (matches(node)) score += weight
      return score
    },
    normalizeScore: (_state, scores) => defaultNormalizeScore(false, scores),
    isSchedulableAfter(event, pod) {
      if (event.resource !== 'Node' || event.new === undefined) return false
      const matches = requiredNodeAffinity(pod)
      const fits = (node: NodeLike) => (enforced === undefined || enforced(node)) && matches(node)
      if (!fits(nodeLike(event.new))) return false
      return event.old === undefined || !fits(nodeLike(event.old))
    },
  }
}

const nodeLike = (node: { metadata: { name: string; labels?: Readonly<Record<string, string>> } }): NodeLike => ({
  name: node.metadata.name,
  labels: node.metadata.labels ?? {},
})

/** The nodes that `metadata.name` in every term leaves; undefined where a term leaves all. Source: NodeAffinity.PreFilter */
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

interface WeightedMatcher {
  readonly weight: number
  readonly matches: NodeMatcher
}

const requiredMatchers = new WeakMap<object, NodeMatcher>()

/** Whether nodeSelector and required node affinity let the pod on the node. Source: component-helpers/scheduling/corev1/nodeaffinity GetRequiredNodeAffinity */
export function requiredNodeAffinity(pod: Pod): NodeMatcher {
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const labels = pod.spec.nodeSelector
  const byLabels = labels && remembered(labels, () => labelMatcher(labels))
  const byTerms = required && remembered(required, () => nodeSelectorMatcher(required))
  if (byLabels === undefined) return byTerms ?? (() => true)
  return byTerms === undefined ? byLabels : (node) => byLabels(node) && byTerms(node)
}

function remembered(key: object, make: () => NodeMatcher): NodeMatcher {
  let matcher = requiredMatchers.get(key)
  if (matcher === undefined) {
    matcher = make()
    requiredMatchers.set(key, matcher)
  }
  return matcher
}

function labelMatcher(labels: Readonly<Record<string, string>>): NodeMatcher {
  const selector = selectorFromSet(labels)
  return (node) => selector.matches(node.labels)
}

/** Terms are ORed; empty ones and ones that cannot be parsed match nothing. Source: nodeaffinity.LazyErrorNodeSelector */
function nodeSelectorMatcher(selector: NodeSelector): NodeMatcher {
  const terms = selector.nodeSelectorTerms.map(termMatcher).filter((term) => term !== undefined)
  return (node) => terms.some((matches) => matches(node))
}

function preferredMatchers(terms: readonly PreferredSchedulingTerm[]): WeightedMatcher[] {
  return terms.flatMap(({ weight, preference }) => {
    const matches = weight === 0 ? undefined : termMatcher(preference)
    return matches === undefined ? [] : [{ weight, matches }]
  })
}

const OPERATORS: Readonly<Record<string, SelectorOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
  Gt: 'gt',
  Lt: 'lt',
}

function termMatcher({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): NodeMatcher | undefined {
  const tests = [...matchExpressions.map(expressionMatcher), ...matchFields.map(fieldMatcher)]
  if (tests.length === 0 || tests.includes(undefined)) return undefined
  return (node) => tests.every((test) => test!(node))
}

function expressionMatcher({ key, operator, values = [] }: NodeSelectorRequirement): NodeMatcher | undefined {
  const meant = OPERATORS[operator]
  if (meant === undefined) return undefined
  try {
    newRequirement(key, meant, values)
  } catch {
    return undefined
  }
  return ({ labels }) => matchesExpression(meant, labels[key], values)
}

/** Source: labels.Requirement.Matches */
function matchesExpression(operator: SelectorOperator, value: string | undefined, values: readonly string[]): boolean {
  switch (operator) {
    case 'in':
      return value !== undefined && values.includes(value)
    case 'notin':
      return value === undefined || !values.includes(value)
    case 'exists':
      return value !== undefined
    case '!':
      return value === undefined
    default: {
      if (value === undefined || !/^[+-]?\d+$/.test(value) || values.length !== 1) return false
      return operator === 'gt' ? Number(value) > Number(values[0]) : Number(value) < Number(values[0])
    }
  }
}

/** Only `metadata.name`, with one value. Source: nodeaffinity.nodeSelectorRequirementsAsFieldSelector */
function fieldMatcher({ key, operator, values = [] }: NodeSelectorRequirement): NodeMatcher | undefined {
  if (values.length !== 1 || (operator !== 'In' && operator !== 'NotIn')) return undefined
  const field = (node: NodeLike) => (key === 'metadata.name' ? node.name : '')
  return (node) => node.name === '' || (field(node) === values[0]) === (operator === 'In')
}
