import { isDNS1123Subdomain, isLabelKey } from '../../../../api/names.ts'
import type {
  Container,
  ContainerStatus,
  LinuxContainerUser,
  Pod,
  PodCondition,
  PodSpec,
  PodStatus,
  ResourceStatus,
} from '../../../../api/types.ts'
import { isDualStack, validateLegacyIP } from './addresses.ts'
import { validateClaimStatuses } from './claim-statuses.ts'
import { validateContainerStateTransitions } from './container-states.ts'
import {
  duplicate,
  type Errors,
  forbidden,
  invalid,
  invalidEach,
  notSupported,
  required,
  tooLong,
} from './field-error.ts'
import { unixID } from './formats.ts'
import { validateImmutable } from './objectmeta.ts'
import { type PodOptions, podItselfOptions } from './pod-options.ts'
import { validatePodAnnotationUpdates } from './pod-update.ts'

/** All of a status update but the metadata rules. Source: pkg/apis/core/validation/validation.go ValidatePodStatusUpdate. */
export function validatePodStatusUpdate(pod: Pod, old: Pod, options: PodOptions = podItselfOptions): Errors {
  const errors: Errors = []
  const status = pod.status ?? {}
  validatePodAnnotationUpdates(errors, pod, old, options)
  validateConditions(errors, status.conditions)
  validateNominatedNode(errors, pod, old)
  const generation = status.observedGeneration ?? 0
  if (generation < 0) invalid(errors, 'status.observedGeneration', generation, 'must be a non-negative integer')
  validateImmutable(errors, 'status.qosClass', status.qosClass ?? '', old.status?.qosClass ?? '')
  validateContainerStateTransitions(errors, status, old, options)
  validateClaimStatuses(errors, status, pod.spec)
  validateIPs(errors, 'status.podIPs', status.podIPs, old.status?.podIPs)
  validateHostIPs(errors, status, old.status)
  const lists = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const
  for (const list of lists) validateUsers(errors, `status.${list}`, status[list], pod.spec)
  validateAllocated(errors, 'status.containerStatuses', status.containerStatuses, pod.spec.containers)
  validateAllocated(errors, 'status.initContainerStatuses', status.initContainerStatuses, pod.spec.initContainers)
  for (const [i, { allocatedResourcesStatus = [] }] of (status.ephemeralContainerStatuses ?? []).entries()) {
    if (allocatedResourcesStatus.length === 0) continue
    const field = `status.ephemeralContainerStatuses[${i}].allocatedResourcesStatus`
    forbidden(errors, field, 'must not be specified in container status')
  }
  if (options.allowImageVolumeWithDigest) {
    for (const list of lists) validateVolumeStatuses(errors, `status.${list}`, status[list])
  }
  return errors
}

const systemConditions = new Set(['PodScheduled', 'Ready', 'Initialized'])

function validateConditions(errors: Errors, conditions: readonly PodCondition[] = []): void {
  for (const [i, { type, observedGeneration = 0 }] of conditions.entries()) {
    if (observedGeneration < 0) {
      const field = `status.conditions[${i}].observedGeneration`
      invalid(errors, field, observedGeneration, 'must be a non-negative integer')
    }
    if (!systemConditions.has(type)) invalidEach(errors, `status.conditions[${i}].Type`, type, isLabelKey(type))
  }
}

function validateNominatedNode(errors: Errors, pod: Pod, old: Pod): void {
  if ((pod.spec.nodeName ?? '') !== (old.spec.nodeName ?? '')) {
    forbidden(errors, 'status.nodeName', 'may not be changed directly')
  }
  const nominated = pod.status?.nominatedNodeName
  if (!nominated || nominated === old.status?.nominatedNodeName) return
  invalidEach(errors, 'status.nominatedNodeName', nominated, isDNS1123Subdomain(nominated))
  if (old.spec.nodeName) {
    forbidden(errors, 'status.nominatedNodeName', 'may not be set on pods that are already bound to a node')
  }
}

type IPs = readonly { readonly ip: string }[]

function validateIPs(errors: Errors, field: string, ips: IPs = [], old: IPs = []): void {
  const accepted = old.map((each) => each.ip)
  for (const [i, { ip }] of ips.entries()) validateLegacyIP(errors, `${field}[${i}]`, ip ?? '', accepted)
  const values = ips.map((each) => each.ip ?? '')
  if (values.length < 2 || (values.length === 2 && isDualStack(values))) return
  const whole = ips.map((each) => ({ IP: each.ip }))
  invalid(errors, field, whole, 'may specify no more than one IP for each IP family')
}

function validateHostIPs(errors: Errors, status: PodStatus, old: PodStatus | undefined): void {
  const first = status.hostIPs?.[0]
  if (!first) return
  if ((status.hostIP ?? '') !== first.ip) invalid(errors, 'status.hostIPs[0].ip', first.ip, 'must be equal to `hostIP`')
  validateIPs(errors, 'status.hostIPs', status.hostIPs, old?.hostIPs)
}

function validateUsers(
  errors: Errors,
  field: string,
  statuses: readonly ContainerStatus[] = [],
  { os }: PodSpec,
): void {
  const system = os?.name ?? 'linux'
  for (const [i, { user }] of statuses.entries()) {
    if (!user?.linux) continue
    const path = `${field}[${i}].user.linux`
    if (system === 'windows') forbidden(errors, path, 'cannot be set for a windows pod')
    else if (system === 'linux') validateLinuxUser(errors, path, user.linux)
  }
}

function validateLinuxUser(
  errors: Errors,
  field: string,
  { uid, gid, supplementalGroups = [] }: LinuxContainerUser,
): void {
  invalidEach(errors, `${field}.uid`, uid, unixID(uid ?? 0))
  invalidEach(errors, `${field}.gid`, gid, unixID(gid ?? 0))
  for (const [i, id] of supplementalGroups.entries()) {
    invalidEach(errors, `${field}.supplementalGroups[${i}]`, id, unixID(id))
  }
}

const CLAIM_RULE =
  "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty"
const REQUEST_RULE = "must match one of the container's resource requests"

function validateAllocated(
  errors: Errors,
  field: string,
  statuses: readonly ContainerStatus[] = [],
  containers: readonly Container[] = [],
): void {
  for (const [i, status] of statuses.entries()) {
    const container = containers.find((each) => each.name === status.name)
    for (const [j, allocated] of (status.allocatedResourcesStatus ?? []).entries()) {
      const path = `${field}[${i}].allocatedResourcesStatus[${j}]`
      const wrong = container && unknownResource(container, allocated.name)
      if (wrong) invalid(errors, `${path}.name`, allocated.name, wrong)
      validateHealth(errors, path, allocated)
    }
  }
}

function unknownResource({ resources }: Container, name: string): string | undefined {
  if (!name.startsWith('claim:')) return resources?.requests?.[name] === undefined ? REQUEST_RULE : undefined
  const claims = (resources?.claims ?? []).map(
    (claim) => `claim:${claim.name}${claim.request ? `/${claim.request}` : ''}`,
  )
  return claims.includes(name) ? undefined : CLAIM_RULE
}

const healths = ['Healthy', 'Unhealthy', 'Unknown']
const MAX_MESSAGE = 2048

function validateHealth(errors: Errors, path: string, { resources = [] }: ResourceStatus): void {
  const ids = new Set<string>()
  for (const [k, resource] of resources.entries()) {
    const { health = '', resourceID } = resource
    const field = `${path}.resources[${k}]`
    if (!healths.includes(health)) notSupported(errors, `${field}.health`, health, healths)
    const message = (resource as { readonly message?: string }).message
    if (message === '') required(errors, `${field}.message`, 'must be non-empty if specified')
    else if (message !== undefined && message.length > MAX_MESSAGE) tooLong(errors, `${field}.message`, MAX_MESSAGE)
    if (ids.has(resourceID)) duplicate(errors, `${field}.resourceID`, resourceID)
    ids.add(resourceID)
  }
}

function validateVolumeStatuses(errors: Errors, field: string, statuses: readonly ContainerStatus[] = []): void {
  for (const [i, { volumeMounts = [] }] of statuses.entries()) {
    for (const [j, { volumeStatus }] of volumeMounts.entries()) {
      if (!volumeStatus?.image) continue
      const path = `${field}[${i}].volumeMounts[${j}].volumeStatus.imageVolumeStatus.imageRef`
      const ref = volumeStatus.image.imageRef ?? ''
      if (ref === '') required(errors, path, 'imageRef must not be empty')
      if (ref.length > 256) tooLong(errors, path, 256)
    }
  }
}
