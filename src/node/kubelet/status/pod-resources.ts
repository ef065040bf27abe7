import { milliQuantityOf, quantityMilliValue, quantityOf, quantityValue } from '../../../api/quantity.ts'
import { addResources, podResources, type ResourceList } from '../../../api/resource-lists.ts'
import type { Container, Pod, PodSpec, PodStatus } from '../../../api/types.ts'

type Shown = Pick<PodStatus, 'resources' | 'allocatedResources'>

const known = { pending: new WeakMap<object, Shown>(), running: new WeakMap<object, Shown>() }

/**
 * What a pod has been given as a whole, and what its cgroup holds.
 * Source: pkg/kubelet/kubelet_pods.go convertToAPIPodLevelResourcesStatus, getEffectiveAllocatedResources
 *
 * @param pod with the resources that it has been given
 */
export function shownResources(pod: Pod, isRunning: boolean): Shown {
  const { spec } = pod
  const isPlain = spec.initContainers === undefined && spec.overhead === undefined && spec.resources === undefined
  const key = isPlain ? spec.containers : spec
  const cache = known[isRunning ? 'running' : 'pending']
  let shown = cache.get(key)
  if (shown === undefined) {
    shown = compute(pod, isRunning)
    cache.set(key, shown)
  }
  return shown
}

function compute(pod: Pod, isRunning: boolean): Shown {
  const { overhead = {}, resources } = pod.spec
  const requests = addResources(podResources(pod, 'requests'), overhead as ResourceList)
  const limits = podResources(pod, 'limits')
  const shown = isRunning
    ? { ...resources, requests: fromCgroup(requests, resources?.requests), limits: cgroupLimits(pod.spec, limits) }
    : { ...resources, requests, limits }
  return {
    resources: withoutEmpty(shown),
    ...(Object.keys(requests).length > 0 && { allocatedResources: requests }),
  }
}

/** What cpu.weight and the pod's own figures tell. Source: pkg/kubelet/cm/helpers_linux.go CPURequestsFromConfig */
function fromCgroup(requests: ResourceList, own: Record<string, string> | undefined): ResourceList {
  const { cpu, memory } = requests
  return {
    ...own,
    ...(quantityMilliValue(cpu) > MIN_SHARES && { cpu: milliQuantityOf(quantityMilliValue(cpu)) }),
    ...(memory !== undefined && { memory }),
  }
}

const MIN_SHARES = 2

/** The cgroup of a pod has limits where the pod has its own, or every container has one. Source: ResourceConfigForPod */
function cgroupLimits({ containers, initContainers = [], resources }: PodSpec, limits: ResourceList): ResourceList {
  const running = [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')]
  const isLimited = (name: string) =>
    resources?.limits?.[name] !== undefined ||
    running.every((each: Container) => quantityMilliValue(each.resources?.limits?.[name]) > 0)
  const { cpu, memory } = limits
  return {
    ...resources?.limits,
    ...(isLimited('cpu') && cpu !== undefined && { cpu: milliQuantityOf(quantityMilliValue(cpu)) }),
    ...(isLimited('memory') && memory !== undefined && { memory: quantityOf(quantityValue(memory), 'BinarySI') }),
  }
}

function withoutEmpty({ requests = {}, limits = {}, ...rest }: NonNullable<PodSpec['resources']>) {
  return {
    ...rest,
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(Object.keys(requests).length > 0 && { requests }),
  }
}
