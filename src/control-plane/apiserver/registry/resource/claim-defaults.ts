import type {
  DeviceRequest,
  DeviceRequestAllocationResult,
  DeviceToleration,
  ResourceClaim,
  ResourceClaimSpec,
} from '../../../../api/types.ts'

/** Source: pkg/apis/resource/v1/defaults.go and zz_generated.defaults.go SetObjectDefaults_ResourceClaim. */

const tolerationDefaults = (tolerations: readonly DeviceToleration[]): readonly DeviceToleration[] =>
  tolerations.map((each) => (each.operator ? each : { ...each, operator: 'Equal' }))

interface Counted {
  readonly allocationMode?: string
  readonly count?: number
  readonly tolerations?: readonly DeviceToleration[]
}

function countDefaults<R extends Counted>(request: R): R {
  const allocationMode = request.allocationMode || 'ExactCount'
  const { tolerations } = request
  return {
    ...request,
    allocationMode,
    ...(allocationMode === 'ExactCount' && !request.count && { count: 1 }),
    ...(tolerations !== undefined && { tolerations: tolerationDefaults(tolerations) }),
  }
}

function requestDefaults(request: DeviceRequest): DeviceRequest {
  const { exactly, firstAvailable } = request
  return {
    ...request,
    ...(exactly !== undefined && { exactly: countDefaults(exactly) }),
    ...(firstAvailable !== undefined && { firstAvailable: firstAvailable.map(countDefaults) }),
  }
}

export function claimSpecDefaults(spec: ResourceClaimSpec): ResourceClaimSpec {
  const requests = spec.devices?.requests
  if (!requests) return spec
  return { ...spec, devices: { ...spec.devices, requests: requests.map(requestDefaults) } }
}

function resultDefaults(result: DeviceRequestAllocationResult): DeviceRequestAllocationResult {
  const { tolerations } = result
  return tolerations === undefined ? result : { ...result, tolerations: tolerationDefaults(tolerations) }
}

export function claimDefaults(claim: ResourceClaim): ResourceClaim {
  const { allocation } = claim.status ?? {}
  const results = allocation?.devices?.results
  const spec = claimSpecDefaults(claim.spec ?? {})
  if (results === undefined) return spec === claim.spec ? claim : { ...claim, spec }
  const devices = { ...allocation?.devices, results: results.map(resultDefaults) }
  return { ...claim, spec, status: { ...claim.status, allocation: { ...allocation, devices } } }
}
