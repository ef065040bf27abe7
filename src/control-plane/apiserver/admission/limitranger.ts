import { parseQuantity, quantityMilliValue, quantityValue } from '../../../api/quantity.ts'
import { podResources, type ResourceList } from '../../../api/resource-lists.ts'
import type {
  Container,
  KubernetesObject,
  LimitRange,
  LimitRangeItem,
  PersistentVolumeClaim,
  Pod,
  PodSpec,
} from '../../../api/types.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../contract.ts'
import { aggregate } from './aggregate.ts'
import { forbid } from './forbid.ts'

const ANNOTATION = 'kubernetes.io/limit-ranger'

/** Gives containers the namespace's default resources and holds pods and claims to its bounds. Source: plugin/pkg/admission/limitranger/admission.go */
export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  resources: ['pods', 'persistentvolumeclaims'],
  operations: ['CREATE', 'UPDATE'],
  admit(object, attributes) {
    if (!concerned(attributes) || attributes.endpoint.definition.kind !== 'Pod') return object
    let pod = object as Pod
    for (const range of rangesOf(attributes)) pod = withDefaults(pod, range)
    return pod as KubernetesObject
  },
  validate(object, attributes) {
    if (!concerned(attributes)) return undefined
    for (const range of rangesOf(attributes)) {
      const why = aggregate(
        attributes.endpoint.definition.kind === 'Pod'
          ? podErrors(object as Pod, range)
          : claimErrors(object as PersistentVolumeClaim, range),
      )
      if (why !== undefined) return forbid(object, attributes, why)
    }
    return undefined
  },
}

function rangesOf({ server, namespace }: AdmissionAttributes): readonly LimitRange[] {
  return server.readAll('LimitRange', namespace) as readonly KubernetesObject[] as readonly LimitRange[]
}

/** Source: SupportsAttributes: the containers of a pod that exists can only be resized */
function concerned({ endpoint, operation, subresource, old }: AdmissionAttributes): boolean {
  if (old?.metadata.deletionTimestamp !== undefined) return false
  const isUpdateOfPod = endpoint.definition.kind === 'Pod' && operation === 'UPDATE'
  return isUpdateOfPod ? subresource === 'resize' : subresource === undefined
}

const known = new WeakMap<LimitRange, WeakMap<PodSpec, { readonly spec: PodSpec; readonly note: string | undefined }>>()

/** Pods of one template share their spec, before and after. */
function withDefaults(pod: Pod, range: LimitRange): Pod {
  let specs = known.get(range)
  if (specs === undefined) {
    specs = new WeakMap()
    known.set(range, specs)
  }
  let after = specs.get(pod.spec)
  if (after === undefined) {
    after = defaulted(pod.spec, range)
    specs.set(pod.spec, after)
  }
  if (after.note === undefined) return pod
  const annotations = { ...pod.metadata.annotations, [ANNOTATION]: after.note }
  return { ...pod, metadata: { ...pod.metadata, annotations }, spec: after.spec }
}

/** Source: mergePodResourceRequirements, mergeContainerResources */
function defaulted(spec: PodSpec, range: LimitRange): { readonly spec: PodSpec; readonly note: string | undefined } {
  const items = range.spec?.limits?.filter(({ type }) => type === 'Container') ?? []
  const requests: ResourceList = Object.assign({}, ...items.map((item) => item.defaultRequest))
  const limits: ResourceList = Object.assign({}, ...items.map((item) => item.default))
  const notes: string[] = []
  const merged = (what: string) => (container: Container) => {
    const missingRequests = missing(requests, container.resources?.requests)
    const missingLimits = missing(limits, container.resources?.limits)
    const given = (list: ResourceList, kind: string) => {
      const names = Object.keys(list).sort()
      if (names.length > 0) notes.push(`${names.join(', ')} ${kind} for ${what} ${container.name}`)
      return names.length > 0
    }
    const addsRequests = given(missingRequests, 'request')
    const addsLimits = given(missingLimits, 'limit')
    if (!addsRequests && !addsLimits) return container
    const resources = {
      ...container.resources,
      ...(addsRequests && { requests: { ...container.resources?.requests, ...missingRequests } }),
      ...(addsLimits && { limits: { ...container.resources?.limits, ...missingLimits } }),
    }
    return { ...container, resources }
  }
  const containers = (spec.containers ?? []).map(merged('container'))
  const initContainers = spec.initContainers?.map(merged('init container'))
  if (notes.length === 0) return { spec, note: undefined }
  const after = { ...spec, ...(initContainers && { initContainers }), containers }
  return { spec: after, note: `LimitRanger plugin set: ${notes.join('; ')}` }
}

function missing(defaults: ResourceList, given: Readonly<Record<string, unknown>> | undefined): ResourceList {
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => given?.[name] === undefined))
}

/** Source: PodValidateLimitFunc */
function podErrors(pod: Pod, { spec }: LimitRange): readonly string[] {
  const containers = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])]
  return (spec?.limits ?? []).flatMap((item) => {
    if (item.type === 'Container')
      return containers.flatMap(({ resources }) =>
        bounds(item, (resources?.requests ?? {}) as ResourceList, (resources?.limits ?? {}) as ResourceList),
      )
    return item.type === 'Pod' ? bounds(item, podResources(pod, 'requests'), podResources(pod, 'limits')) : []
  })
}

function claimErrors({ spec }: PersistentVolumeClaim, range: LimitRange): readonly string[] {
  const requests = (spec?.resources?.requests ?? {}) as ResourceList
  return (range.spec?.limits ?? [])
    .filter(({ type }) => type === 'PersistentVolumeClaim')
    .flatMap(({ type, min, max }) => [
      ...each(min, (name, bound) => belowMinimum(type, name, bound, requests, {})),
      ...each(max, (name, bound) => aboveMaximum(type, name, bound, requests)),
    ])
}

function bounds(item: LimitRangeItem, requests: ResourceList, limits: ResourceList): readonly string[] {
  const { type } = item
  return [
    ...each(item.min, (name, bound) => belowMinimum(type, name, bound, requests, limits)),
    ...each(item.max, (name, bound) => limitAboveMaximum(type, name, bound, requests, limits)),
    ...each(item.maxLimitRequestRatio, (name, bound) => ratio(type, name, bound, requests, limits)),
  ]
}

function each(
  list: Readonly<Record<string, unknown>> | undefined,
  check: (name: string, bound: string) => string | undefined,
): readonly string[] {
  return Object.entries(list ?? {}).flatMap(([name, bound]) => check(name, String(bound)) ?? [])
}

const less = (a: string, b: string) => parseQuantity(a).nano < parseQuantity(b).nano
const text = (quantity: string) => parseQuantity(quantity).canonical

/** Source: minConstraint */
function belowMinimum(type: string, name: string, bound: string, requests: ResourceList, limits: ResourceList) {
  const rule = `minimum ${name} usage per ${type} is ${text(bound)}`
  const request = requests[name]
  const limit = limits[name]
  if (request === undefined) return `${rule}.  No request is specified`
  if (less(request, bound)) return `${rule}, but request is ${text(request)}`
  return limit !== undefined && less(limit, bound) ? `${rule}, but limit is ${text(limit)}` : undefined
}

/** Source: maxRequestConstraint */
function aboveMaximum(type: string, name: string, bound: string, requests: ResourceList): string | undefined {
  const rule = `maximum ${name} usage per ${type} is ${text(bound)}`
  const request = requests[name]
  if (request === undefined) return `${rule}.  No request is specified`
  return less(bound, request) ? `${rule}, but request is ${text(request)}` : undefined
}

/** Source: maxConstraint */
function limitAboveMaximum(type: string, name: string, bound: string, requests: ResourceList, limits: ResourceList) {
  const rule = `maximum ${name} usage per ${type} is ${text(bound)}`
  const limit = limits[name]
  const request = requests[name]
  if (limit === undefined) return `${rule}.  No limit is specified`
  if (less(bound, limit)) return `${rule}, but limit is ${text(limit)}`
  return request !== undefined && less(bound, request) ? `${rule}, but request is ${text(request)}` : undefined
}

/** Source: limitRequestRatioConstraint */
function ratio(type: string, name: string, bound: string, requests: ResourceList, limits: ResourceList) {
  const rule = `${name} max limit to request ratio per ${type} is ${text(bound)}`
  if (quantityValue(requests[name]) === 0) return `${rule}, but no request is specified or request is 0`
  if (quantityValue(limits[name]) === 0) return `${rule}, but no limit is specified or limit is 0`
  const observed = quantityMilliValue(limits[name]) / quantityMilliValue(requests[name])
  return observed * 1000 > quantityMilliValue(bound)
    ? `${rule}, but provided ratio is ${observed.toFixed(6)}`
    : undefined
}
