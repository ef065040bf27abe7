import type { Selector } from '../../api/labels.ts'
import type { Pod } from '../../api/types.ts'
import type { AffinityTerm, PodInfo, WeightedAffinityTerm } from './pod-info.ts'
import { selectsEveryNamespace, termMatches } from './pod-info.ts'

/** Which pods are meant. Queries of one key mean the same pods, and look at nothing but namespace and labels. */
export interface PodQuery {
  readonly key: string
  /** Whether pods that terminate are left out. */
  readonly live: boolean
  matches(pod: Pod): boolean
}

/** Numbers by domain: by the value of a label of nodes. Domains without any are left out. */
export interface DomainCounts {
  get(domain: string): number | undefined
  values(): Iterable<number>
  /** How many domains have any. */
  readonly size: number
}

/** The domains of a topology. */
export interface Domains {
  readonly size: number
  /** Whether every node is in one. */
  readonly complete: boolean
}

export type TermKind = 'requiredAffinity' | 'requiredAntiAffinity' | 'preferredAffinity' | 'preferredAntiAffinity'

export const TERM_KINDS: readonly TermKind[] = [
  'requiredAffinity',
  'requiredAntiAffinity',
  'preferredAffinity',
  'preferredAntiAffinity',
]

/** A term that pods have which are on nodes. Those that say the same are one. */
export interface PlacedTerm {
  readonly key: string
  readonly term: AffinityTerm
  /** Of preferred ones. */
  readonly weight: number
  /** In which domains of the term's topology how many pods have it. */
  readonly counts: DomainCounts
}

/** Pods of a namespace that the selector matches; an empty one matches none. Source: podtopologyspread/common.go countPodsMatchSelector */
export function spreadQuery(selector: Selector, namespace: string): PodQuery {
  const none = selector.nothing || selector.requirements.length === 0
  return {
    key: none ? 'none' : `spread\0${namespace}\0${selector.text}`,
    live: true,
    matches: ({ metadata }) => !none && (metadata.namespace ?? '') === namespace && selector.matches(metadata.labels),
  }
}

/** Pods that all of the terms mean, whose namespaces are written out. Source: interpodaffinity/filtering.go podMatchesAllAffinityTerms */
export const termsQuery = (terms: readonly AffinityTerm[]): PodQuery => ({
  key: terms.map(termText).join('\n'),
  live: false,
  matches: (pod) => terms.every((term) => termMatches(term, pod)),
})

const termTexts = new WeakMap<AffinityTerm, string>()

/** What the term means, without its topology. */
function termText(term: AffinityTerm): string {
  let text = termTexts.get(term)
  if (text === undefined) {
    const { selector, namespaces, namespaceSelector } = term
    const selected = selectsEveryNamespace(term) ? '*' : namespaceSelector.nothing ? '' : namespaceSelector.text
    text = [[...namespaces].sort().join(), selected, selector.nothing ? 'nothing' : selector.text].join('\0')
    termTexts.set(term, text)
  }
  return text
}

const placedKeys = new WeakMap<AffinityTerm, string>()

export function placedTermKey(term: AffinityTerm): string {
  let key = placedKeys.get(term)
  if (key === undefined) {
    key = `${weightOf(term)}\0${term.topologyKey}\0${termText(term)}`
    placedKeys.set(term, key)
  }
  return key
}

export const weightOf = (term: AffinityTerm): number => (term as Partial<WeightedAffinityTerm>).weight ?? 0

export const termsOf = ({ terms }: PodInfo, kind: TermKind): readonly AffinityTerm[] => terms[kind]
