/** Which nodes a node selector means: of pods, of volumes. Source: component-helpers/scheduling/corev1/nodeaffinity */
import { newRequirement, type SelectorOperator, selectorFromSet } from './labels.ts'
import { quote } from './names.ts'
import type {
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodSpec,
  PreferredSchedulingTerm,
  TopologySelectorTerm,
} from './types.ts'

/** All that node selectors look at. */
export interface NodeLike {
  /** `''` where only labels are known: then fields match all. */
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

export type NodeMatcher = (node: NodeLike) => boolean

export interface ParsedNodeSelector {
  readonly matches: NodeMatcher
  /** What is wrong with terms, which then match nothing; in upstream's words. */
  readonly errors: readonly string[]
}

export interface WeightedNodeMatcher {
  readonly weight: number
  readonly matches: NodeMatcher
}

/** Terms are ORed; empty ones match nothing. Remembered by identity. Source: NewLazyErrorNodeSelector, Match */
export function parseNodeSelector(selector: NodeSelector, path = ''): ParsedNodeSelector {
  const known = path === '' ? parsed.get(selector) : undefined
  if (known !== undefined) return known
  const errors: string[] = []
  const terms = (selector.nodeSelectorTerms ?? []).flatMap((term, i) => {
    if (isEmptyTerm(term)) return []
    const matches = termMatcher(term, `${child(path, 'nodeSelectorTerms')}[${i}]`, errors)
    return matches === undefined ? [] : [matches]
  })
  const [only] = terms
  const any: NodeMatcher = (node) => terms.some((matches) => matches(node))
  const result = { matches: terms.length === 1 ? only! : any, errors }
  if (path === '') parsed.set(selector, result)
  return result
}

const parsed = new WeakMap<NodeSelector, ParsedNodeSelector>()

const NO_ERRORS: readonly string[] = []
const ANY: ParsedNodeSelector = { matches: () => true, errors: NO_ERRORS }

const labelMatchers = new WeakMap<object, NodeMatcher>()

/** Whether nodeSelector and required node affinity let a pod on a node. Source: GetRequiredNodeAffinity */
export function requiredNodeAffinity({
  affinity,
  nodeSelector,
}: Pick<PodSpec, 'affinity' | 'nodeSelector'>): ParsedNodeSelector {
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

/** Source: NewPreferredSchedulingTerms */
export function parsePreferredTerms(
  terms: readonly PreferredSchedulingTerm[],
  path = '',
): { readonly terms: readonly WeightedNodeMatcher[]; readonly errors: readonly string[] } {
  const errors: string[] = []
  const found = terms.flatMap(({ weight, preference }, i) => {
    if (weight === 0 || isEmptyTerm(preference)) return []
    const matches = termMatcher(preference, `${path}[${i}]`, errors)
    return matches === undefined ? [] : [{ weight, matches }]
  })
  return { terms: found, errors }
}

const isEmptyTerm = ({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): boolean =>
  matchExpressions.length + matchFields.length === 0

const child = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

const OPERATORS: Readonly<Record<string, SelectorOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
  Gt: 'gt',
  Lt: 'lt',
}

/** Source: newNodeSelectorTerm; undefined for a term that cannot be parsed. */
function termMatcher(
  { matchExpressions = [], matchFields = [] }: NodeSelectorTerm,
  path: string,
  errors: string[],
): NodeMatcher | undefined {
  const before = errors.length
  const tests: NodeMatcher[] = []
  const parse = (
    name: string,
    given: readonly NodeSelectorRequirement[],
    one: (requirement: NodeSelectorRequirement, path: string) => NodeMatcher,
  ) =>
    given.forEach((requirement, i) => {
      try {
        tests.push(one(requirement, `${path}.${name}[${i}]`))
      } catch (error) {
        errors.push((error as Error).message)
      }
    })
  parse('matchExpressions', matchExpressions, expressionMatcher)
  parse('matchFields', matchFields, fieldMatcher)
  if (errors.length > before) return undefined
  const [only] = tests
  return tests.length === 1 ? only! : (node) => tests.every((test) => test(node))
}

const notSupported = (path: string, operator: string, supported: readonly string[]): Error =>
  new Error(
    `${path}.operator: Unsupported value: ${quote(operator)}: supported values: ${supported.map(quote).join(', ')}`,
  )

/** Source: nodeSelectorRequirementsAsSelector */
function expressionMatcher({ key, operator, values = [] }: NodeSelectorRequirement, path: string): NodeMatcher {
  const meant = OPERATORS[operator]
  if (meant === undefined) throw notSupported(path, operator, Object.keys(OPERATORS))
  newRequirement(key, meant, values, path)
  return ({ labels }) => matchesValue(meant, labels[key], values)
}

/** Source: labels.Requirement.Matches */
function matchesValue(operator: SelectorOperator, value: string | undefined, values: readonly string[]): boolean {
  switch (operator) {
    case 'in':
      return value !== undefined && values.includes(value)
    case 'notin':
      return value === undefined || !values.includes(value)
    case 'exists':
      return value !== undefined
    case '!':
      return value === undefined
    default:
      if (value === undefined || !/^[+-]?\d+$/.test(value)) return false
      return operator === 'gt' ? Number(value) > Number(values[0]) : Number(value) < Number(values[0])
  }
}

/** Only `metadata.name` is known. Source: nodeSelectorRequirementsAsFieldSelector */
function fieldMatcher({ key, operator, values = [] }: NodeSelectorRequirement, path: string): NodeMatcher {
  if (operator !== 'In' && operator !== 'NotIn') throw notSupported(path, operator, ['In', 'NotIn'])
  if (values.length !== 1)
    throw new Error(`${path}.values: Invalid value: ${JSON.stringify(values)}: must have one element`)
  return ({ name }) => name === '' || ((key === 'metadata.name' ? name : '') === values[0]) === (operator === 'In')
}

/**
 * Whether labels are in one of the topologies; no terms: in any.
 * Source: pkg/apis/core/v1/helper/helpers.go MatchTopologySelectorTerms
 */
export function matchesTopologyTerms(
  terms: readonly TopologySelectorTerm[] | undefined,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (terms === undefined || terms.length === 0) return true
  return terms.some(({ matchLabelExpressions = [] }) => {
    if (matchLabelExpressions.length === 0) return false
    return matchLabelExpressions.every(({ key, values }) => labels[key] !== undefined && values.includes(labels[key]))
  })
}
