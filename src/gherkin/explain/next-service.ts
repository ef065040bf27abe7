import { isPodReady } from '../../api/conditions.ts'
import { selectorFromSet } from '../../api/labels.ts'
import type { Pod, Service } from '../../api/types.ts'
import type { World } from '../world.ts'
import type { Stamp } from './next.ts'
import { podNext } from './next-pod.ts'
import { nearestName } from './slips.ts'

const PODS_SHOWN = 3

/** What a Service lacks: Pods that it selects, or such that are ready. */
export function serviceNext(world: World, { metadata, spec }: Service, stamp: Stamp): readonly string[] {
  const labels = Object.entries(spec.selector ?? {})
  if (labels.length === 0)
    return spec.type === 'ExternalName' ? [] : ['it has no selector: somebody has to write its EndpointSlices']
  const near = world.client.list('Pod', { namespace: metadata.namespace })
  const selector = selectorFromSet(spec.selector)
  const selected = near.filter((pod) => selector.matches(pod.metadata.labels))
  if (selected.length === 0) {
    const text = labels.map(([key, value]) => `${key}=${value}`).join(',')
    return [`a Pod with the labels ${text} has to be there: the Service selects none${nearestLabels(labels, near)}`]
  }
  return selected
    .filter((pod) => !isPodReady(pod))
    .slice(0, PODS_SHOWN)
    .flatMap((pod) => [
      `Pod ${pod.metadata.name} has to be ready:`,
      ...podNext(world, pod, stamp).map((line) => `  ${line}`),
    ])
}

/** Labels that Pods have and that may have been meant. */
function nearestLabels(wanted: readonly (readonly [string, string])[], pods: readonly Pod[]): string {
  const had = new Set(
    pods.flatMap(({ metadata }) => Object.entries(metadata.labels ?? {}).map((each) => each.join('='))),
  )
  const meant = wanted
    .map(([key, value]) => `${key}=${value}`)
    .filter((label) => !had.has(label))
    .flatMap((label) => nearestName(label, had) ?? [])
  return meant.length === 0 ? '' : `; did you mean ${meant.join(',')}?`
}
