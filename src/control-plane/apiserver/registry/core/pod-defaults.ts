import type {
  Container,
  ObjectMeta,
  Pod,
  PodSpec,
  PodTemplateSpec,
  ResourceRequirements,
} from '../../../../api/types.ts'
import { containerDefaults } from './container-defaults.ts'
import { canonicalResources } from './resource-list.ts'
import { volumeDefaults } from './volume-defaults.ts'

/**
 * Thousands of pods share the parts of one template, so what was completed once is found again by identity, and what is
 * complete already comes back as it is.
 */
const completedContainers = new WeakMap<readonly Container[], readonly Container[]>()
const completedTemplates = new WeakMap<PodTemplateSpec, PodTemplateSpec>()
const completedSpecs = new WeakMap<PodSpec, PodSpec>()
const requestedContainers = new WeakMap<readonly Container[], readonly Container[]>()

function remembered<T extends object>(cache: WeakMap<T, T>, key: T, make: (key: T) => T): T {
  const known = cache.get(key)
  if (known) return known
  const made = make(key)
  cache.set(key, made)
  cache.set(made, made)
  return made
}

/** The same array where no element changes. */
function mapSame<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  const changed = items.map(change)
  return changed.every((item, index) => item === items[index]) ? items : changed
}

const completeContainers = <T extends readonly Container[] | undefined>(containers: T): T =>
  (containers &&
    remembered(completedContainers, containers as readonly Container[], (all) => mapSame(all, containerDefaults))) as T

/** Source: pkg/apis/core/v1/defaults.go SetDefaults_PodSpec and the generated SetObjectDefaults of pod specs. */
function podSpecDefaults(spec: PodSpec): PodSpec {
  const containers = completeContainers(spec.containers)
  const initContainers = completeContainers(spec.initContainers)
  const ephemeralContainers = spec.ephemeralContainers && mapSame(spec.ephemeralContainers, containerDefaults)
  const volumes = spec.volumes && mapSame(spec.volumes, volumeDefaults)
  const overhead = canonicalResources(spec.overhead)
  const resources = spec.resources && resourceDefaults(spec.resources)
  // The old name is kept equal to the new one. Source: pkg/apis/core/v1/conversion.go Convert_v1_PodSpec_To_core_PodSpec
  const serviceAccount = spec.serviceAccountName || spec.serviceAccount
  const complete =
    serviceAccount === spec.serviceAccount &&
    serviceAccount === spec.serviceAccountName &&
    spec.dnsPolicy &&
    spec.restartPolicy &&
    spec.schedulerName &&
    spec.securityContext &&
    spec.terminationGracePeriodSeconds !== undefined &&
    containers === spec.containers &&
    initContainers === spec.initContainers &&
    ephemeralContainers === spec.ephemeralContainers &&
    volumes === spec.volumes &&
    overhead === spec.overhead &&
    resources === spec.resources
  if (complete) return spec
  return {
    ...spec,
    ...(spec.volumes && { volumes }),
    ...(spec.initContainers && { initContainers }),
    containers,
    ...(spec.ephemeralContainers && { ephemeralContainers }),
    ...(spec.overhead && { overhead }),
    ...(spec.resources && { resources }),
    ...(serviceAccount && { serviceAccount, serviceAccountName: serviceAccount }),
    restartPolicy: spec.restartPolicy || 'Always',
    terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 30,
    dnsPolicy: spec.dnsPolicy || 'ClusterFirst',
    securityContext: spec.securityContext ?? {},
    schedulerName: spec.schedulerName || 'default-scheduler',
  }
}

function resourceDefaults(resources: ResourceRequirements): ResourceRequirements {
  const limits = canonicalResources(resources.limits)
  const requests = canonicalResources(resources.requests)
  if (limits === resources.limits && requests === resources.requests) return resources
  return { ...resources, ...(limits && { limits }), ...(requests && { requests }) }
}

const EMPTY_TEMPLATE: PodTemplateSpec = {}
const EMPTY_SPEC = {} as PodSpec

/** Completes the template of a workload, once per template. Template, metadata and spec are structs in Go: left out, they are there and empty. */
export const podTemplateDefaults = (template: PodTemplateSpec | undefined): PodTemplateSpec =>
  remembered(completedTemplates, template ?? EMPTY_TEMPLATE, (each) => {
    const spec = podSpecDefaults(each.spec ?? EMPTY_SPEC)
    if (spec === each.spec && each.metadata) return each
    return { ...each, metadata: each.metadata ?? ({} as ObjectMeta), spec }
  })

/** Requests that were left out are the limits. Only pods get this, templates do not. */
function withRequests(container: Container): Container {
  const { limits, requests } = container.resources ?? {}
  if (!limits || Object.keys(limits).every((name) => requests?.[name] !== undefined)) return container
  return { ...container, resources: { ...container.resources, requests: { ...limits, ...requests } } }
}

/** With host networking every container port is a host port. Source: defaults.go defaultHostNetworkPorts. */
function withHostPorts(container: Container): Container {
  if (!container.ports?.some((port) => !port.hostPort)) return container
  return {
    ...container,
    ports: container.ports.map((port) => ({ ...port, hostPort: port.hostPort || port.containerPort })),
  }
}

function forPod(containers: readonly Container[], hostNetwork: boolean | undefined): readonly Container[] {
  const requested = remembered(requestedContainers, containers, (all) => mapSame(all, withRequests))
  return hostNetwork ? mapSame(requested, withHostPorts) : requested
}

/** Source: pkg/apis/core/v1/defaults.go SetDefaults_Pod. */
function specOfPod(given: PodSpec): PodSpec {
  const spec = podSpecDefaults(given)
  const containers = spec.containers && forPod(spec.containers, spec.hostNetwork)
  const initContainers = spec.initContainers && forPod(spec.initContainers, spec.hostNetwork)
  const same = containers === spec.containers && initContainers === spec.initContainers
  if (same && spec.enableServiceLinks !== undefined) return spec
  return {
    ...spec,
    ...(initContainers && { initContainers }),
    containers,
    enableServiceLinks: spec.enableServiceLinks ?? true,
  }
}

export function podDefaults(pod: Pod): Pod {
  if (!pod.spec) return pod
  const spec = remembered(completedSpecs, pod.spec, specOfPod)
  return spec === pod.spec ? pod : { ...pod, spec }
}
