import type {
  Affinity,
  LabelSelector,
  LabelSelectorRequirement,
  Pod,
  PodAffinityTerm,
  PodSpec,
  TopologySpreadConstraint,
} from '../../../../api/types.ts'

type Labels = Readonly<Record<string, string>>

/**
 * `matchLabelKeys` and `mismatchLabelKeys` become part of the selectors, with the values that the pod has.
 * Source: pkg/registry/core/pod/strategy.go mutatePodAffinity, mutateTopologySpreadConstraints
 */
export function withLabelKeys(pod: Pod): Pod {
  const { affinity, topologySpreadConstraints } = pod.spec
  if (affinity === undefined && topologySpreadConstraints === undefined) return pod
  const labels = pod.metadata.labels ?? {}
  const spec: PodSpec = {
    ...pod.spec,
    ...(affinity && { affinity: shared(affinity, labels, affinityWithKeys) }),
    ...(topologySpreadConstraints && {
      topologySpreadConstraints: shared(topologySpreadConstraints, labels, constraintsWithKeys),
    }),
  }
  const same = spec.affinity === affinity && spec.topologySpreadConstraints === topologySpreadConstraints
  return same ? pod : { ...pod, spec }
}

const known = new WeakMap<object, WeakMap<Labels, object>>()

/** Pods of one template share what comes of it. */
function shared<T extends object>(given: T, labels: Labels, make: (given: T, labels: Labels) => T): T {
  let byLabels = known.get(given)
  if (byLabels === undefined) {
    byLabels = new WeakMap()
    known.set(given, byLabels)
  }
  let made = byLabels.get(labels) as T | undefined
  if (made === undefined) {
    made = make(given, labels)
    byLabels.set(labels, made)
  }
  return made
}

function affinityWithKeys(affinity: Affinity, labels: Labels): Affinity {
  const { podAffinity, podAntiAffinity } = affinity
  const near = podAffinity && termsWithKeys(podAffinity, labels)
  const apart = podAntiAffinity && termsWithKeys(podAntiAffinity, labels)
  if (near === podAffinity && apart === podAntiAffinity) return affinity
  return { ...affinity, ...(near && { podAffinity: near }), ...(apart && { podAntiAffinity: apart }) }
}

function termsWithKeys<T extends NonNullable<Affinity['podAffinity'] | Affinity['podAntiAffinity']>>(
  terms: T,
  labels: Labels,
): T {
  const required = terms.requiredDuringSchedulingIgnoredDuringExecution
  const preferred = terms.preferredDuringSchedulingIgnoredDuringExecution
  const requiredNow = required && mapped(required, (term) => termWithKeys(term, labels))
  const preferredNow =
    preferred &&
    mapped(preferred, (each) => {
      const podAffinityTerm = termWithKeys(each.podAffinityTerm, labels)
      return podAffinityTerm === each.podAffinityTerm ? each : { ...each, podAffinityTerm }
    })
  if (requiredNow === required && preferredNow === preferred) return terms
  return {
    ...terms,
    ...(requiredNow && { requiredDuringSchedulingIgnoredDuringExecution: requiredNow }),
    ...(preferredNow && { preferredDuringSchedulingIgnoredDuringExecution: preferredNow }),
  }
}

function termWithKeys(term: PodAffinityTerm, labels: Labels): PodAffinityTerm {
  const { labelSelector, matchLabelKeys, mismatchLabelKeys } = term
  const added = [...requirements(matchLabelKeys, 'In', labels), ...requirements(mismatchLabelKeys, 'NotIn', labels)]
  return labelSelector === undefined || added.length === 0
    ? term
    : { ...term, labelSelector: more(labelSelector, added) }
}

const constraintsWithKeys = (constraints: readonly TopologySpreadConstraint[], labels: Labels) =>
  mapped(constraints, (constraint) => {
    const { labelSelector, matchLabelKeys } = constraint
    const added = requirements(matchLabelKeys, 'In', labels)
    if (labelSelector === undefined || added.length === 0) return constraint
    return { ...constraint, labelSelector: more(labelSelector, added) }
  })

/** Source: applyLabelKeysToLabelSelector */
function requirements(
  keys: readonly string[] | undefined,
  operator: 'In' | 'NotIn',
  labels: Labels,
): readonly LabelSelectorRequirement[] {
  return (keys ?? []).flatMap((key) => {
    const value = labels[key]
    return value === undefined ? [] : [{ key, operator, values: [value] }]
  })
}

const more = (selector: LabelSelector, added: readonly LabelSelectorRequirement[]): LabelSelector => ({
  ...selector,
  matchExpressions: [...(selector.matchExpressions ?? []), ...added],
})

/** The same list where nothing changes. */
function mapped<T>(list: readonly T[], change: (each: T) => T): readonly T[] {
  const changed = list.map(change)
  return changed.every((each, i) => each === list[i]) ? list : changed
}
