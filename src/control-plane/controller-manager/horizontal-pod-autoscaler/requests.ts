import { quantityMilliValue } from '../../../api/quantity.ts'
import { podResources } from '../../../api/resource-lists.ts'
import type { Pod } from '../../../api/types.ts'
import { type Failed, failed, isFailed } from './metrics-client.ts'

/**
 * What each pod requests of a resource, in thousandths. A container's name takes precedence over the requests of the
 * pod as a whole. Source: pkg/controller/podautoscaler/replica_calculator.go calculateRequests
 */
export function requestsOf(
  pods: readonly Pod[],
  container: string,
  resource: string,
): ReadonlyMap<string, number> | Failed {
  const requests = new Map<string, number>()
  for (const pod of pods) {
    const ofPod = Object.keys(pod.spec.resources?.requests ?? {})
    const hasOwn = container === '' && ofPod.some((name) => ownResources.test(name))
    const found = hasOwn ? ofWholePod(pod, resource) : ofContainers(pod, container, resource)
    if (isFailed(found)) return found
    requests.set(pod.metadata.name, found)
  }
  return requests
}

/** What a pod as a whole can request. */
const ownResources = /^(cpu|memory|hugepages-.*)$/

function ofWholePod(pod: Pod, resource: string): number | Failed {
  const asked = podResources(pod, 'requests')[resource]
  return asked === undefined
    ? failed(`missing pod-level request for ${resource} in Pod ${pod.metadata.name}`)
    : quantityMilliValue(asked)
}

function ofContainers({ metadata, spec }: Pod, container: string, resource: string): number | Failed {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  const all = [...spec.containers, ...sidecars]
  const asked = container === '' ? all : all.filter(({ name }) => name === container)
  if (container !== '' && asked.length === 0) return failed(`container ${container} not found in Pod ${metadata.name}`)
  let sum = 0
  for (const { name, resources } of asked) {
    const request = resources?.requests?.[resource]
    if (request === undefined)
      return failed(`missing request for ${resource} in container ${name} of Pod ${metadata.name}`)
    sum += quantityMilliValue(request)
  }
  return sum
}
