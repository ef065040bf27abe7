import { type Labels, type Selector, selectorFromLabelSelector } from '../../api/labels.ts'
import type { Affinity, ContainerPort, Pod, PodAffinityTerm, WeightedPodAffinityTerm } from '../../api/types.ts'
import { type PodResource, podResource } from './resources.ts'

/** One parsed term of affinity or anti-affinity to pods. Source: kube-scheduler/framework AffinityTerm */
export interface AffinityTerm {
  readonly namespaces: ReadonlySet<string>
  readonly selector: Selector
  readonly topologyKey: string
  readonly namespaceSelector: Selector
}

export interface WeightedAffinityTerm extends AffinityTerm {
  readonly weight: number
}

interface PodAffinityTerms {
  readonly requiredAffinity: readonly AffinityTerm[]
  readonly requiredAntiAffinity: readonly AffinityTerm[]
  readonly preferredAffinity: readonly WeightedAffinityTerm[]
  readonly preferredAntiAffinity: readonly WeightedAffinityTerm[]
  /** The first term that cannot be parsed, in upstream's words. */
  readonly error?: string
}

/** A pod with what the plugins need of it again and again. Source: pkg/scheduler/framework/types.go PodInfo */
export interface PodInfo {
  /** The newest version of the pod: changes of status alone replace only this. */
  pod: Pod
  /** `namespace/name` */
  readonly key: string
  readonly resource: PodResource
  readonly terms: PodAffinityTerms
  readonly hostPorts: readonly ContainerPort[]
  /** Claims that its volumes name, `namespace/name`. */
  readonly claims: readonly string[]
}

export const podKey = (pod: Pod): string => `${pod.metadata.namespace}/${pod.metadata.name}`

export function podInfoOf(pod: Pod): PodInfo {
  return {
    pod,
    key: podKey(pod),
    resource: podResource(pod),
    terms: affinityTerms(pod),
    hostPorts: hostPortsOf(pod),
    claims: claimsOf(pod),
  }
}

const NO_CLAIMS: readonly string[] = []

/** Source: pkg/scheduler/framework/types.go updatePVCRefCounts */
function claimsOf({ metadata: { namespace = '' }, spec: { volumes } }: Pod): readonly string[] {
  let claims = NO_CLAIMS
  for (const { persistentVolumeClaim } of volumes ?? [])
    if (persistentVolumeClaim !== undefined) claims = [...claims, `${namespace}/${persistentVolumeClaim.claimName}`]
  return claims
}

const NO_PORTS: readonly ContainerPort[] = []

/** Source: pkg/scheduler/util/utils.go GetHostPorts: containers and sidecars. */
export function hostPortsOf({ spec }: Pod): readonly ContainerPort[] {
  const sidecars = spec.initContainers?.filter(({ restartPolicy }) => restartPolicy === 'Always') ?? []
  let ports = NO_PORTS
  for (const containers of [sidecars, spec.containers ?? []]) {
    for (const container of containers) {
      if (container.ports === undefined) continue
      const wanted = container.ports.filter(({ hostPort = 0 }) => hostPort > 0)
      if (wanted.length > 0) ports = [...ports, ...wanted]
    }
  }
  return ports
}

const NO_TERMS: PodAffinityTerms = {
  requiredAffinity: [],
  requiredAntiAffinity: [],
  preferredAffinity: [],
  preferredAntiAffinity: [],
}

// Pods of one template share their affinity; a term without namespaces means the pod's own, so that is part of the key.
const parsedTerms = new WeakMap<Affinity, Map<string, PodAffinityTerms>>()

function affinityTerms(pod: Pod): PodAffinityTerms {
  const affinity = pod.spec.affinity
  if (affinity?.podAffinity === undefined && affinity?.podAntiAffinity === undefined) return NO_TERMS
  const namespace = pod.metadata.namespace ?? ''
  let byNamespace = parsedTerms.get(affinity)
  if (byNamespace === undefined) {
    byNamespace = new Map()
    parsedTerms.set(affinity, byNamespace)
  }
  let terms = byNamespace.get(namespace)
  if (terms === undefined) {
    terms = parseTerms(affinity, namespace)
    byNamespace.set(namespace, terms)
  }
  return terms
}

/** Source: pkg/scheduler/framework/types.go PodInfo.Update */
function parseTerms({ podAffinity, podAntiAffinity }: Affinity, namespace: string): PodAffinityTerms {
  const errors: string[] = []
  const parse = <T, R>(name: string, given: readonly T[] | undefined, one: (term: T) => R): readonly R[] => {
    try {
      return (given ?? []).map(one)
    } catch (error) {
      errors.push(`${name}: ${(error as Error).message}`)
      return []
    }
  }
  const required = (term: PodAffinityTerm) => parseTerm(term, namespace)
  const preferred = ({ weight, podAffinityTerm }: WeightedPodAffinityTerm) => ({ ...required(podAffinityTerm), weight })
  const wanted = podAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const unwanted = podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const liked = podAffinity?.preferredDuringSchedulingIgnoredDuringExecution
  const disliked = podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution
  const terms = {
    requiredAffinity: parse('requiredAffinityTerms', wanted, required),
    requiredAntiAffinity: parse('requiredAntiAffinityTerms', unwanted, required),
    preferredAffinity: parse('preferredAffinityTerms', liked, preferred),
    preferredAntiAffinity: parse('preferredAntiAffinityTerms', disliked, preferred),
  }
  if (errors.length === 0) return terms
  return { ...terms, error: errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]` }
}

/** Source: pkg/scheduler/framework/types.go newAffinityTerm, getNamespacesFromPodAffinityTerm */
function parseTerm(term: PodAffinityTerm, namespace: string): AffinityTerm {
  const own = (term.namespaces ?? []).length === 0 && term.namespaceSelector === undefined
  return {
    selector: selectorFromLabelSelector(term.labelSelector),
    namespaceSelector: selectorFromLabelSelector(term.namespaceSelector),
    topologyKey: term.topologyKey,
    namespaces: new Set(own ? [namespace] : term.namespaces),
  }
}

/**
 * @param namespaceLabels of the pod's namespace; undefined where the term's namespaceSelector is written out already
 * Source: kube-scheduler/framework AffinityTerm.Matches
 */
export function termMatches(term: AffinityTerm, pod: Pod, namespaceLabels?: Labels): boolean {
  const { namespaces, namespaceSelector, selector } = term
  const inNamespace =
    namespaces.has(pod.metadata.namespace ?? '') ||
    selectsEveryNamespace(term) ||
    (namespaceLabels !== undefined && namespaceSelector.matches(namespaceLabels))
  return inNamespace && selector.matches(pod.metadata.labels)
}

export const selectsEveryNamespace = ({ namespaceSelector: { nothing, requirements } }: AffinityTerm): boolean =>
  !nothing && requirements.length === 0
