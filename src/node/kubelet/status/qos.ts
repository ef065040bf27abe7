import { quantityMilliValue } from '../../../api/quantity.ts'
import type { Container, Pod, PodSpec } from '../../../api/types.ts'

/** Source: pkg/apis/core/v1/helper/qos/qos.go ComputePodQOS. The API server has usually written it already. */
export function qosClass(pod: Pod): string {
  if (pod.status?.qosClass !== undefined) return pod.status.qosClass
  let known = bySpec.get(pod.spec)
  if (known === undefined) {
    known = compute(pod.spec)
    bySpec.set(pod.spec, known)
  }
  return known
}

const bySpec = new WeakMap<PodSpec, string>()

function compute(spec: PodSpec): string {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])]
  const given = containers.flatMap(({ resources }) => [
    ...positive(resources?.requests),
    ...positive(resources?.limits),
  ])
  if (given.length === 0) return 'BestEffort'
  return containers.every(isGuaranteed) ? 'Guaranteed' : 'Burstable'
}

function positive(list: Readonly<Record<string, string | number>> | undefined): readonly string[] {
  return ['cpu', 'memory'].filter((name) => quantityMilliValue(list?.[name]) > 0)
}

function isGuaranteed({ resources }: Container): boolean {
  return ['cpu', 'memory'].every((name) => {
    const limit = quantityMilliValue(resources?.limits?.[name])
    return limit > 0 && quantityMilliValue(resources?.requests?.[name] ?? resources?.limits?.[name]) === limit
  })
}
