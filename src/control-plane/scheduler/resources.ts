import { quantityMilliValue, quantityValue } from '../../api/quantity.ts'
import type { Container, Pod, PodSpec } from '../../api/types.ts'
import { type ResizedRequests, resizedRequests } from './resize.ts'

/** Amounts of compute resources as plain numbers. Source: pkg/scheduler/framework/types.go Resource */
export interface Resource {
  milliCPU: number
  /** Bytes. */
  memory: number
  /** Bytes. */
  ephemeralStorage: number
  /** How many pods: only what a node offers has it. */
  allowedPodNumber: number
  /** Extended resources, huge pages and the like, by name. */
  scalar: Map<string, number> | undefined
}

export type ResourceList = Readonly<Record<string, string | number>>

/** What is assumed of a container that asks for nothing, where nodes are compared. Source: pkg/scheduler/util/pod_resources.go */
const DEFAULT_MILLI_CPU_REQUEST = 100
const DEFAULT_MEMORY_REQUEST = 200 * 1024 * 1024

export const emptyResource = (): Resource => ({
  milliCPU: 0,
  memory: 0,
  ephemeralStorage: 0,
  allowedPodNumber: 0,
  scalar: undefined,
})

/** Source: pkg/scheduler/util/utils.go IsScalarResourceName */
export const isScalarResourceName = (name: string): boolean =>
  name.includes('/') || name.startsWith('hugepages-') || name.startsWith('attachable-volumes-')

/** Source: pkg/apis/core/v1/helper/helpers.go IsExtendedResourceName */
export const isExtendedResourceName = (name: string): boolean =>
  name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.')

/** What a node offers. Source: pkg/scheduler/framework/types.go NewResource */
export function resourceOf(list: ResourceList | undefined): Resource {
  const resource = emptyResource()
  addList(resource, list)
  return resource
}

function addList(resource: Resource, list: ResourceList | undefined): void {
  if (list !== undefined) for (const name in list) addAmount(resource, name, amount(name, list[name]!))
}

const amount = (name: string, quantity: string | number): number =>
  name === 'cpu' ? quantityMilliValue(quantity) : quantityValue(quantity)

function addAmount(resource: Resource, name: string, value: number): void {
  if (name === 'cpu') resource.milliCPU += value
  else if (name === 'memory') resource.memory += value
  else if (name === 'ephemeral-storage') resource.ephemeralStorage += value
  else if (name === 'pods') resource.allowedPodNumber += value
  else if (isScalarResourceName(name)) {
    resource.scalar ??= new Map()
    resource.scalar.set(name, (resource.scalar.get(name) ?? 0) + value)
  }
}

export function addResource(to: Resource, what: Resource, sign: 1 | -1): void {
  to.milliCPU += sign * what.milliCPU
  to.memory += sign * what.memory
  to.ephemeralStorage += sign * what.ephemeralStorage
  if (what.scalar !== undefined) {
    to.scalar ??= new Map()
    for (const [name, value] of what.scalar) to.scalar.set(name, (to.scalar.get(name) ?? 0) + sign * value)
  }
}

function maxResource(to: Resource, what: Resource): void {
  to.milliCPU = Math.max(to.milliCPU, what.milliCPU)
  to.memory = Math.max(to.memory, what.memory)
  to.ephemeralStorage = Math.max(to.ephemeralStorage, what.ephemeralStorage)
  to.allowedPodNumber = Math.max(to.allowedPodNumber, what.allowedPodNumber)
  if (what.scalar !== undefined) {
    to.scalar ??= new Map()
    for (const [name, value] of what.scalar) to.scalar.set(name, Math.max(to.scalar.get(name) ?? 0, value))
  }
}

/** What a pod asks for. Source: pkg/scheduler/framework/types.go PodInfo.CalculateResource */
export interface PodResource {
  readonly requests: Resource
  /** As `requests`, with {@link DEFAULT_MILLI_CPU_REQUEST} for each container that names no cpu, and so for memory. */
  readonly nonZeroMilliCPU: number
  readonly nonZeroMemory: number
}

interface CachedPodResource extends PodResource {
  readonly initContainers: PodSpec['initContainers']
  readonly resources: PodSpec['resources']
  readonly overhead: PodSpec['overhead']
}

// Pods of one template share their containers, so each template is added up once.
const podResources = new WeakMap<object, CachedPodResource>()

export function podResource(pod: Pod): PodResource {
  const { containers, initContainers, resources, overhead } = pod.spec
  const known = containers ? podResources.get(containers) : undefined
  const resized = resizedRequests(pod)
  if (resized !== undefined) return podResourceWith(pod, resized)
  if (
    known !== undefined &&
    known.initContainers === initContainers &&
    known.resources === resources &&
    known.overhead === overhead
  ) {
    return known
  }
  const computed = { ...podResourceWith(pod, undefined), initContainers, resources, overhead }
  if (containers) podResources.set(containers, computed)
  return computed
}

function podResourceWith(pod: Pod, resized: ResizedRequests | undefined): PodResource {
  const nonZero = podRequests(pod, { nonZero: true, resized })
  return { requests: podRequests(pod, { resized }), nonZeroMilliCPU: nonZero.milliCPU, nonZeroMemory: nonZero.memory }
}

export interface PodRequestsOptions {
  /** Whether a container that names no cpu or memory counts with the defaults. */
  readonly nonZero?: boolean
  /** Whether requests of the pod as a whole are left out of account (feature gate PodLevelResources off). */
  readonly skipPodLevelResources?: boolean
  /** Of containers whose size is being changed. */
  readonly resized?: ResizedRequests | undefined
}

/**
 * The sum over the containers that run together, or the largest init container on top of the sidecars before it, where
 * that is more; requests of the pod as a whole take their place; overhead comes on top.
 * Source: component-helpers/resource/helpers.go PodRequests, AggregateContainerRequests
 */
export function podRequests(pod: Pod, options: PodRequestsOptions = {}): Resource {
  const requests = emptyResource()
  const podLevel = options.skipPodLevelResources === true ? undefined : podLevelRequests(pod)
  const fill = options.nonZero === true ? missing(podLevel) : NOTHING_MISSING
  const { resized } = options
  for (const container of pod.spec.containers ?? []) addContainer(requests, container, fill, resized)
  const restartable = emptyResource()
  const init = emptyResource()
  for (const container of pod.spec.initContainers ?? []) {
    const wants = emptyResource()
    addContainer(wants, container, fill, resized)
    if (container.restartPolicy === 'Always') {
      addResource(requests, wants, 1)
      addResource(restartable, wants, 1)
      maxResource(init, restartable)
    } else {
      addResource(wants, restartable, 1)
      maxResource(init, wants)
    }
  }
  maxResource(requests, init)
  for (const name in podLevel) setAmount(requests, name, amount(name, podLevel[name]!))
  addList(requests, pod.spec.overhead)
  return requests
}

interface Missing {
  readonly cpu: number
  readonly memory: number
}

const NOTHING_MISSING: Missing = { cpu: 0, memory: 0 }

/** Source: pkg/scheduler/framework/types.go getNonMissingContainerRequests */
function missing(podLevel: ResourceList | undefined): Missing {
  return {
    cpu: podLevel?.cpu === undefined ? DEFAULT_MILLI_CPU_REQUEST : 0,
    memory: podLevel?.memory === undefined ? DEFAULT_MEMORY_REQUEST : 0,
  }
}

function addContainer(requests: Resource, container: Container, fill: Missing, resized?: ResizedRequests): void {
  const wants = resized?.get(container.name) ?? container.resources?.requests
  addList(requests, wants)
  if (wants?.cpu === undefined) requests.milliCPU += fill.cpu
  if (wants?.memory === undefined) requests.memory += fill.memory
}

function setAmount(resource: Resource, name: string, value: number): void {
  if (name === 'cpu') resource.milliCPU = value
  else if (name === 'memory') resource.memory = value
  else {
    resource.scalar ??= new Map()
    resource.scalar.set(name, value)
  }
}

/** Requests of the pod as a whole: cpu, memory and huge pages. Source: component-helpers/resource/helpers.go IsPodLevelRequestsSet */
function podLevelRequests(pod: Pod): ResourceList | undefined {
  const requests = pod.spec.resources?.requests
  if (requests === undefined) return undefined
  const supported = Object.entries(requests).filter(
    ([name]) => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-'),
  )
  return supported.length === 0 ? undefined : Object.fromEntries(supported)
}
