import { parseQuantity } from '../../../api/quantity.ts'
import { EXTENDED_RESOURCE_CLAIM_ANNOTATION } from '../../../api/resource-claims.ts'
import type {
  Container,
  ContainerExtendedResourceRequest,
  DeviceClass,
  DeviceRequest,
  Pod,
  ResourceClaim,
} from '../../../api/types.ts'

/** Extended resources that devices stand behind. Source: plugins/dynamicresources/extendeddynamicresources.go */

/** In place of a name while the claim is only in memory. */
export const IN_MEMORY = '<extended-resources>'

/** Source: preFilterExtendedResources */
export function inMemoryClaim({ metadata }: Pod): ResourceClaim {
  const { name, namespace, uid = '' } = metadata
  const owner = { apiVersion: 'v1', kind: 'Pod', name, uid, controller: true }
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {
      name: IN_MEMORY,
      namespace: namespace!,
      uid: `extended-resources-of-${uid}`,
      generateName: `${name}-extended-resources-`,
      ownerReferences: [owner],
      annotations: { [EXTENDED_RESOURCE_CLAIM_ANNOTATION]: 'true' },
    },
    spec: {},
  }
}

export interface ExtendedRequests {
  readonly requests: readonly DeviceRequest[]
  /** Which container's resource is which request of the claim. */
  readonly mappings: readonly ContainerExtendedResourceRequest[]
}

interface Asked {
  readonly request: DeviceRequest | undefined
  readonly mappings: readonly ContainerExtendedResourceRequest[]
}

/**
 * One request per container and resource. An init container that ends first uses what later containers get, and of those
 * that need more the largest counts.
 *
 * @param classes by the resources that the node does not offer itself
 * Source: createRequestsAndMappings
 */
export function extendedRequests({ spec }: Pod, classes: ReadonlyMap<string, DeviceClass>): ExtendedRequests {
  const init = spec.initContainers ?? []
  const containers = [...init, ...(spec.containers ?? [])]
  const isShort = (i: number): boolean => i < init.length && init[i]!.restartPolicy !== 'Always'
  const requests: DeviceRequest[] = []
  const mappings: ContainerExtendedResourceRequest[] = []
  for (const resource of [...classes.keys()].sort()) {
    const className = classes.get(resource)!.metadata.name
    const ask = (i: number, reusable: readonly (DeviceRequest | undefined)[]) =>
      requestOf(i, containers[i]!, resource, className, reusable)
    const nobody: Asked = { request: undefined, mappings: [] }
    const long = containers.map((_, i) => (isShort(i) ? nobody : ask(i, [])))
    const short = containers.flatMap((_, i) =>
      isShort(i)
        ? [
            ask(
              i,
              long.slice(i).map(({ request }) => request),
            ),
          ]
        : [],
    )
    const own = short.flatMap(({ request }) => request ?? [])
    const largest = own.reduce<DeviceRequest | undefined>(
      (most, each) => (most === undefined || count(most) < count(each) ? each : most),
      undefined,
    )
    const isOwn = new Set(own.map(({ name }) => name))
    if (largest !== undefined) requests.push(largest)
    requests.push(...long.flatMap(({ request }) => request ?? []))
    mappings.push(
      ...long.flatMap((each) => each.mappings),
      ...short
        .flatMap((each) => each.mappings)
        .map((each) => (isOwn.has(each.requestName) ? { ...each, requestName: largest!.name } : each)),
    )
  }
  return { requests: requests.sort((a, b) => (a.name < b.name ? -1 : 1)), mappings }
}

const count = ({ exactly }: DeviceRequest): number => exactly?.count ?? 0

/** Source: createResourceRequestAndMappings */
function requestOf(
  index: number,
  { name: containerName, resources }: Container,
  resourceName: string,
  deviceClassName: string,
  reusable: readonly (DeviceRequest | undefined)[],
): Asked {
  const requested = resources?.requests?.[resourceName]
  const wanted = requested === undefined ? 0 : parseQuantity(requested).value
  const mappings: ContainerExtendedResourceRequest[] = []
  if (wanted === 0) return { request: undefined, mappings }
  let found = 0
  for (const other of reusable) {
    if (other === undefined) continue
    found += count(other)
    mappings.push({ containerName, resourceName, requestName: other.name })
    if (found >= wanted) return { request: undefined, mappings }
  }
  const at = Object.keys(resources?.requests ?? {})
    .sort()
    .indexOf(resourceName)
  const name = `container-${index}-request-${at}`
  mappings.push({ containerName, resourceName, requestName: name })
  const exactly = { deviceClassName, allocationMode: 'ExactCount', count: wanted - found }
  return { request: { name, exactly }, mappings }
}
