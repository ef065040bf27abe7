import { quantityMilliValue, quantityValue } from '../../../api/quantity.ts'
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
  const ofPod = spec.resources
  if (positive(ofPod?.requests).length + positive(ofPod?.limits).length > 0)
    return isGuaranteed({ resources: ofPod! }) ? 'Guaranteed' : 'Burstable'
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

function isGuaranteed({ resources }: Pick<Container, 'resources'>): boolean {
  return ['cpu', 'memory'].every((name) => {
    const limit = quantityMilliValue(resources?.limits?.[name])
    return limit > 0 && quantityMilliValue(resources?.requests?.[name] ?? resources?.limits?.[name]) === limit
  })
}

const GUARANTEED = -997
const BEST_EFFORT = 1000

/**
 * How gladly the kernel is to end a container's processes.
 * Source: pkg/kubelet/qos/policy.go GetContainerOOMScoreAdjust
 *
 * @param capacity bytes the machine has
 */
export function oomScoreAdj(pod: Pod, container: Container, capacity: number): number {
  const { priorityClassName, containers, resources } = pod.spec
  if (priorityClassName === 'system-node-critical') return GUARANTEED
  const qos = qosClass(pod)
  if (qos === 'Guaranteed') return GUARANTEED
  if (qos === 'BestEffort') return BEST_EFFORT
  const memory = ({ resources: own }: Container) => quantityValue(own?.requests?.memory)
  const given = containers.reduce((sum, each) => sum + memory(each), 0)
  const rest = Math.max(0, quantityValue(resources?.requests?.memory) - given) / containers.length
  const adjust = (bytes: number) => 1000 - Math.floor((1000 * (bytes + Math.floor(rest))) / capacity)
  const isSidecar = container.restartPolicy === 'Always' && !containers.includes(container)
  const own = adjust(memory(container))
  const score = isSidecar ? Math.min(own, adjust(Math.min(...containers.map(memory)))) : own
  return Math.min(Math.max(score, 1000 + GUARANTEED), BEST_EFFORT - 1)
}
