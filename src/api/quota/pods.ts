import { addResources, podResources, type ResourceList } from '../resource-lists.ts'
import { parseTime } from '../time.ts'
import type { Container, KubernetesObject, Pod, PodAffinityTerm, ScopedResourceSelectorRequirement } from '../types.ts'
import { type Evaluator, selects } from './evaluator.ts'

const NAMES = new Set([
  'count/pods',
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
])

/** What each container must state where it is limited. */
const DEMANDED = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'])

/** Source: pkg/quota/v1/evaluator/core/pods.go */
export const podEvaluator: Evaluator = {
  groupResource: { group: '', resource: 'pods' },
  constraints: (required, object) => missing(required, object as Pod),
  handles: ({ operation, subresource, object, old }) => {
    if (subresource !== undefined) return subresource === 'resize' && operation === 'UPDATE'
    return operation === 'CREATE' || isTerminating(object as Pod) !== isTerminating(old as Pod)
  },
  matching: (names) => names.filter((name) => NAMES.has(name) || isHugePages(name) || isExtendedRequest(name)),
  matchesScope: (scope, object) => inScope(scope, object as Pod),
  usage: (object, now) => usageOf(object as Pod, now),
}

const isHugePages = (name: string) => name.startsWith('hugepages-') || name.startsWith('requests.hugepages-')

const isNative = (name: string) => !name.includes('/') || name.includes('kubernetes.io/')

function isExtendedRequest(name: string): boolean {
  if (!name.startsWith('requests.')) return false
  return !isNative(name) || name.startsWith('requests.deviceclass.resource.kubernetes.io/')
}

/** Source: Constraints, enforcePodContainerConstraints */
function missing(required: readonly string[], pod: Pod): string | undefined {
  if (hasPodLevelResources(pod)) return undefined
  const demanded = required.filter((name) => DEMANDED.has(name)).sort()
  if (demanded.length === 0) return undefined
  const containers = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])]
  const texts = demanded.flatMap((name) => {
    const lacking = containers.filter((container) => computeUsage(listsOf(container))[name] === undefined)
    const names = [...new Set(lacking.map((container) => container.name))].sort()
    return names.length === 0 ? [] : [`${name} for: ${names.join(',')}`]
  })
  return texts.length === 0 ? undefined : `must specify ${texts.join('; ')}`
}

function hasPodLevelResources({ spec }: Pod): boolean {
  const { requests, limits } = spec.resources ?? {}
  return ['cpu', 'memory'].some((name) => requests?.[name] !== undefined || limits?.[name] !== undefined)
}

interface Lists {
  readonly requests: ResourceList
  readonly limits: ResourceList
}

const listsOf = ({ resources }: Container): Lists => ({
  requests: (resources?.requests ?? {}) as ResourceList,
  limits: (resources?.limits ?? {}) as ResourceList,
})

/** Source: podComputeUsageHelper */
function computeUsage({ requests, limits }: Lists): ResourceList {
  const usage: Record<string, string> = { pods: '1' }
  for (const name of ['cpu', 'memory', 'ephemeral-storage']) {
    if (requests[name] !== undefined) {
      usage[name] = requests[name]
      usage[`requests.${name}`] = requests[name]
    }
    if (limits[name] !== undefined) usage[`limits.${name}`] = limits[name]
  }
  for (const [name, request] of Object.entries(requests)) {
    if (name.startsWith('hugepages-')) usage[name] = request
    if (name.startsWith('hugepages-') || !isNative(name)) usage[`requests.${name}`] = request
  }
  return usage
}

/** Source: PodUsageFunc: what has ended counts as an object only */
function usageOf(pod: Pod, now: number): ResourceList {
  const counted: ResourceList = { 'count/pods': '1' }
  if (!isCharged(pod, now)) return counted
  const overhead = (pod.spec.overhead ?? {}) as ResourceList
  const requests = addResources(podResources(pod, 'requests'), overhead)
  const limits = podResources(pod, 'limits')
  const limited = Object.fromEntries(Object.entries(overhead).filter(([name]) => limits[name] !== undefined))
  return { ...counted, ...computeUsage({ requests, limits: addResources(limits, limited) }) }
}

/** Source: QuotaV1Pod */
function isCharged({ status, metadata }: Pod, now: number): boolean {
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return false
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return true
  return now <= parseTime(deletionTimestamp) + deletionGracePeriodSeconds * 1000
}

function isTerminating({ spec }: Pod): boolean {
  return spec.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds >= 0
}

/** Source: podMatchesScopeFunc */
function inScope(scope: ScopedResourceSelectorRequirement, pod: Pod): boolean {
  switch (scope.scopeName) {
    case 'Terminating':
      return isTerminating(pod)
    case 'NotTerminating':
      return !isTerminating(pod)
    case 'BestEffort':
      return isBestEffort(pod)
    case 'NotBestEffort':
      return !isBestEffort(pod)
    case 'PriorityClass':
      return selects(scope, pod.spec.priorityClassName || undefined)
    case 'CrossNamespacePodAffinity':
      return reachesOtherNamespaces(pod)
    default:
      return false
  }
}

/** Source: pkg/apis/core/v1/helper/qos/qos.go GetPodQOS, as far as it matters here */
function isBestEffort({ status, spec }: Pod): boolean {
  if (status?.qosClass) return status.qosClass === 'BestEffort'
  const holders = spec.resources ? [spec] : [...(spec.containers ?? []), ...(spec.initContainers ?? [])]
  return holders.every(({ resources }) =>
    [resources?.requests, resources?.limits].every((list) =>
      ['cpu', 'memory'].every((name) => list?.[name] === undefined || /^0*\.?0*[a-zA-Z]*$/.test(String(list[name]))),
    ),
  )
}

function reachesOtherNamespaces({ spec }: Pod): boolean {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {}
  return [podAffinity, podAntiAffinity].some((each) => {
    const preferred = each?.preferredDuringSchedulingIgnoredDuringExecution?.map((term) => term.podAffinityTerm) ?? []
    const terms: readonly (PodAffinityTerm | undefined)[] = [
      ...(each?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...preferred,
    ]
    return terms.some((term) => (term?.namespaces?.length ?? 0) > 0 || term?.namespaceSelector !== undefined)
  })
}

/** A pod that is no longer charged (it ended) or is charged otherwise: its quotas are to be counted anew. */
export function isReplenished(object: KubernetesObject, old: KubernetesObject, now: number): boolean {
  const [pod, before] = [object as Pod, old as Pod]
  return (
    (isCharged(before, now) && !isCharged(pod, now)) ||
    isTerminating(pod) !== isTerminating(before) ||
    before.spec.resources !== pod.spec.resources ||
    before.spec.containers !== pod.spec.containers
  )
}
