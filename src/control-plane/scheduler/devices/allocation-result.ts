import type {
  AllocationResult,
  DeviceAllocationConfiguration,
  DeviceRequestAllocationResult,
  NodeSelector,
  NodeSelectorRequirement,
  ResourceClaim,
} from '../../../api/types.ts'
import { consumption } from './capacity.ts'
import { AllocationError, fullName, type Given, type RequestData } from './device-types.ts'

/**
 * What is written into a claim's status.
 *
 * @param chosen per request what was allocated, of several alternatives the one
 * @throws AllocationError for slices that name several node selector terms
 * Source: structured/internal/incubating/allocator_incubating.go Allocate
 */
export function allocationResult(
  claim: ResourceClaim,
  given: readonly Given[],
  chosen: readonly RequestData[],
  node: string,
): AllocationResult {
  const config = [...classConfigs(chosen), ...claimConfigs(claim, chosen)]
  const nodeSelector = nodeSelectorOf(claim, given, node)
  return {
    devices: { results: given.map(resultOf), ...(config.length > 0 && { config }) },
    ...(nodeSelector && { nodeSelector }),
  }
}

function resultOf({ data, candidate: { device, pool }, shareID }: Given): DeviceRequestAllocationResult {
  const { request } = data
  const consumedCapacity = shareID === undefined ? {} : consumption(request, device)
  return {
    request: fullName(data),
    driver: pool.driver,
    pool: pool.name,
    device: device.name,
    ...(request.adminAccess && { adminAccess: true }),
    ...(request.tolerations !== undefined && { tolerations: request.tolerations }),
    ...(device.bindingConditions !== undefined && { bindingConditions: device.bindingConditions }),
    ...(device.bindingFailureConditions !== undefined && { bindingFailureConditions: device.bindingFailureConditions }),
    ...(shareID !== undefined && { shareID }),
    ...(Object.keys(consumedCapacity).length > 0 && { consumedCapacity }),
  }
}

/** Once for every class, with all the requests that have it. */
function classConfigs(chosen: readonly RequestData[]): readonly DeviceAllocationConfiguration[] {
  const classes = new Map(chosen.map(({ deviceClass }) => [deviceClass.metadata.name, deviceClass]))
  return [...classes.values()].flatMap((deviceClass) => {
    const requests = chosen.filter((data) => data.deviceClass === deviceClass).map(fullName)
    return (deviceClass.spec.config ?? []).map((config) => ({ source: 'FromClass', requests, ...config }))
  })
}

/** Those that go for all requests, and once more for each request they name. */
function claimConfigs({ spec }: ResourceClaim, chosen: readonly RequestData[]): DeviceAllocationConfiguration[] {
  return (spec.devices?.config ?? []).flatMap(({ requests = [], opaque }) => {
    const config = { source: 'FromClaim', ...(requests.length > 0 && { requests }), ...(opaque && { opaque }) }
    if (requests.length === 0) return [config]
    return chosen
      .filter((data) => requests.includes(data.parent ?? data.request.name) || requests.includes(fullName(data)))
      .map(() => config)
  })
}

/** Undefined: available everywhere. Source: createNodeSelector */
function nodeSelectorOf({ metadata }: ResourceClaim, given: readonly Given[], node: string): NodeSelector | undefined {
  const fields: NodeSelectorRequirement[] = []
  const expressions: NodeSelectorRequirement[] = []
  for (const { candidate } of given) {
    const { device, slice } = candidate
    const { nodeName, nodeSelector } = slice.spec.perDeviceNodeSelection ? device : slice.spec
    if (nodeName !== undefined || device.bindsToNode) return onNode(node)
    const terms = nodeSelector?.nodeSelectorTerms ?? []
    if (terms.length > 1)
      throw new AllocationError(
        `create NodeSelector for claim ${metadata.name}: unsupported ResourceSlice.NodeSelector with ${terms.length} terms`,
      )
    addNew(fields, terms[0]?.matchFields)
    addNew(expressions, terms[0]?.matchExpressions)
  }
  if (fields.length === 0 && expressions.length === 0) return undefined
  const term = {
    ...(expressions.length > 0 && { matchExpressions: expressions }),
    ...(fields.length > 0 && { matchFields: fields }),
  }
  return { nodeSelectorTerms: [term] }
}

const onNode = (node: string): NodeSelector => ({
  nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }],
})

/** Source: addNewNodeSelectorRequirements */
function addNew(to: NodeSelectorRequirement[], from: readonly NodeSelectorRequirement[] = []): void {
  const textOf = ({ key, operator, values = [] }: NodeSelectorRequirement): string =>
    JSON.stringify([key, operator, [...values].sort()])
  for (const requirement of from) if (!to.some((known) => textOf(known) === textOf(requirement))) to.push(requirement)
}
