import { isDNS1123Label, isDNS1123Subdomain, isLabelKey } from '../../../../api/names.ts'
import type { Container, ObjectMeta, PodDNSConfig, PodResourceClaim, PodSpec } from '../../../../api/types.ts'
import { validateLegacyIP } from './addresses.ts'
import { validateContainers, validateEphemeralContainers, validateInitContainers } from './containers.ts'
import {
  duplicate,
  type Errors,
  forbidden,
  invalid,
  invalidEach,
  notFound,
  notSupported,
  ROOT,
  required,
  tooLong,
} from './field-error.ts'
import { inclusiveRange, MAX_INT32, subdomainWithUnderscore } from './formats.ts'
import { internalForm } from './internal-form.ts'
import { validateLabels } from './labels.ts'
import { validatePodResources } from './pod-level-resources.ts'
import type { PodOptions } from './pod-options.ts'
import { validateHostUsers, validateOS, validateWindowsHostProcess } from './pod-os.ts'
import { validateContainerResources } from './resources.ts'
import { requiredOneOf } from './restart-policies.ts'
import { validateAffinity, validateTolerations } from './scheduling.ts'
import { validatePodSecurityContext } from './security-context.ts'
import { validateTopologySpread } from './topology-spread.ts'
import { validateVolumes } from './volumes.ts'

const restartPolicies = ['Always', 'OnFailure', 'Never']
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']
const preemptionPolicies = ['PreemptLowerPriority', 'Never']

/** Source: pkg/apis/core/validation/validation.go ValidatePodSpec. `meta` only for a real pod. */
export function validatePodSpec(
  errors: Errors,
  field: string,
  spec: PodSpec,
  meta: ObjectMeta | undefined,
  options: PodOptions,
): void {
  if (spec.terminationGracePeriodSeconds === undefined) required(errors, `${field}.terminationGracePeriodSeconds`)
  const volumes = validateVolumes(errors, `${field}.volumes`, spec.volumes, meta, options)
  const claims = new Set((spec.resourceClaims ?? []).map((claim) => claim.name).filter(Boolean))
  validateResourceClaims(errors, `${field}.resourceClaims`, spec.resourceClaims, meta)
  const context = { spec, volumes, claims, hostUsers: spec.hostUsers ?? true, options }
  validateContainers(errors, `${field}.containers`, context)
  validateInitContainers(errors, `${field}.initContainers`, context)
  validateEphemeralContainers(errors, `${field}.ephemeralContainers`, context)
  if (options.podLevelResourcesEnabled) validatePodResources(errors, field, spec, claims, options)
  validateHostNetworkPorts(errors, `${field}.containers`, spec, options)
  requiredOneOf(errors, `${field}.restartPolicy`, spec.restartPolicy, restartPolicies)
  requiredOneOf(errors, `${field}.dnsPolicy`, spec.dnsPolicy, dnsPolicies)
  validateLabels(errors, `${field}.nodeSelector`, spec.nodeSelector)
  validatePodSecurityContext(errors, `${field}.securityContext`, spec, options)
  validateAffinity(errors, `${field}.affinity`, spec.affinity, options)
  validateDNSConfig(errors, `${field}.dnsConfig`, spec, options)
  validateGates(errors, field, spec)
  validateTopologySpread(errors, `${field}.topologySpreadConstraints`, spec.topologySpreadConstraints, options)
  validateWindowsHostProcess(errors, field, spec)
  validateHostUsers(errors, field, spec, options)
  validateNames(errors, field, spec)
  validateRest(errors, field, spec, options)
  validateOS(errors, field, spec)
  validateSchedulingGroup(errors, `${field}.schedulingGroup.podGroupName`, spec)
  validateFileKeyVolumes(errors, field, spec)
}

/** Every container with its path: init containers first, as upstream visits them. */
export function* containersOf(spec: PodSpec, field: string): Generator<readonly [Container, string]> {
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    for (const [i, container] of (spec[list] ?? []).entries()) yield [container as Container, `${field}.${list}[${i}]`]
  }
}

const MIRROR = 'kubernetes.io/config.mirror'

function validateResourceClaims(
  errors: Errors,
  field: string,
  claims: readonly PodResourceClaim[] = [],
  meta: ObjectMeta | undefined,
): void {
  const names = new Set<string>()
  for (const [i, claim] of claims.entries()) {
    const path = `${field}[${i}]`
    if (meta?.annotations?.[MIRROR] !== undefined) {
      forbidden(errors, ROOT, 'static pods do not support resource claims')
      continue
    }
    const { name, resourceClaimName, resourceClaimTemplateName } = claim
    if (!name) required(errors, `${path}.name`)
    else if (names.has(name)) duplicate(errors, `${path}.name`, name)
    else invalidEach(errors, `${path}.name`, name, isDNS1123Label(name))
    names.add(name)
    const both = resourceClaimName !== undefined && resourceClaimTemplateName !== undefined
    const none = resourceClaimName === undefined && resourceClaimTemplateName === undefined
    const whole = internalForm('PodResourceClaim', { ...claim })
    if (both)
      invalid(errors, path, whole, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified')
    if (none) invalid(errors, path, whole, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`')
    subdomain(errors, `${path}.resourceClaimName`, resourceClaimName)
    subdomain(errors, `${path}.resourceClaimTemplateName`, resourceClaimTemplateName)
  }
}

function subdomain(errors: Errors, field: string, name: string | undefined): void {
  if (name !== undefined) invalidEach(errors, field, name, isDNS1123Subdomain(name))
}

/** Source: validatePodHostNetworkDeps. */
function validateHostNetworkPorts(errors: Errors, field: string, spec: PodSpec, options: PodOptions): void {
  if (!spec.hostNetwork) return
  for (const [i, container] of (spec.containers ?? []).entries()) {
    for (const [j, { hostPort = 0, containerPort }] of (container.ports ?? []).entries()) {
      if ((!options.resourceIsPod && hostPort === 0) || hostPort === containerPort) continue
      const detail = 'must match `containerPort` when `hostNetwork` is true'
      invalid(errors, `${field}[${i}].ports[${j}].hostPort`, hostPort, detail)
    }
  }
}

function validateDNSConfig(
  errors: Errors,
  field: string,
  { dnsConfig, dnsPolicy }: PodSpec,
  options: PodOptions,
): void {
  if (dnsPolicy === 'None') {
    if (!dnsConfig) {
      required(errors, field, 'must provide `dnsConfig` when `dnsPolicy` is None')
      return
    }
    if (!dnsConfig.nameservers?.length) {
      required(errors, `${field}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')
      return
    }
  }
  if (!dnsConfig) return
  const { nameservers = [], options: resolverOptions = [] } = dnsConfig
  if (nameservers.length > 3)
    invalid(errors, `${field}.nameservers`, nameservers, 'must not have more than 3 nameservers')
  for (const [i, server] of nameservers.entries()) validateLegacyIP(errors, `${field}.nameservers[${i}]`, server)
  validateSearches(errors, `${field}.searches`, dnsConfig, options)
  for (const [i, { name }] of resolverOptions.entries()) {
    if (!name) required(errors, `${field}.options[${i}]`, 'must not be empty')
  }
}

function validateSearches(errors: Errors, field: string, { searches = [] }: PodDNSConfig, options: PodOptions): void {
  if (searches.length > 32) invalid(errors, field, searches, 'must not have more than 32 search paths')
  if (searches.join(' ').length > 2048) {
    invalid(errors, field, searches, 'must not have more than 2048 characters (including spaces) in the search list')
  }
  for (const [i, search] of searches.entries()) {
    if (options.allowRelaxedDNSSearchValidation && search === '.') continue
    const name = search.replace(/\.$/, '')
    const rule = options.allowRelaxedDNSSearchValidation ? subdomainWithUnderscore : isDNS1123Subdomain
    invalidEach(errors, `${field}[${i}]`, name, rule(name))
  }
}

function validateGates(errors: Errors, field: string, { readinessGates = [], schedulingGates = [] }: PodSpec): void {
  for (const [i, { conditionType }] of readinessGates.entries()) {
    invalidEach(errors, `${field}.readinessGates[${i}].conditionType`, conditionType, isLabelKey(conditionType))
  }
  const seen = new Set<string>()
  for (const [i, { name }] of schedulingGates.entries()) {
    invalidEach(errors, `${field}.schedulingGates[${i}]`, name, isLabelKey(name))
    if (seen.has(name)) duplicate(errors, `${field}.schedulingGates[${i}]`, name)
    seen.add(name)
  }
}

/** Host name override, service account, node, deadline, host name and subdomain, in upstream's order. */
function validateNames(errors: Errors, field: string, spec: PodSpec): void {
  validateHostnameOverride(errors, `${field}.hostnameOverride`, spec)
  if (spec.serviceAccountName) subdomain(errors, `${field}.serviceAccountName`, spec.serviceAccountName)
  if (spec.nodeName) subdomain(errors, `${field}.nodeName`, spec.nodeName)
  const deadline = spec.activeDeadlineSeconds
  if (deadline !== undefined && (deadline < 1 || deadline > MAX_INT32)) {
    invalid(errors, `${field}.activeDeadlineSeconds`, deadline, inclusiveRange(1, MAX_INT32))
  }
  if (spec.hostname) invalidEach(errors, `${field}.hostname`, spec.hostname, isDNS1123Label(spec.hostname))
  if (spec.subdomain) invalidEach(errors, `${field}.subdomain`, spec.subdomain, isDNS1123Label(spec.subdomain))
}

function validateHostnameOverride(errors: Errors, field: string, spec: PodSpec): void {
  const override = spec.hostnameOverride
  if (override === undefined) return
  if (spec.setHostnameAsFQDN) forbidden(errors, field, 'may not be specified when setHostnameAsFQDN is true')
  if (spec.hostNetwork) forbidden(errors, field, 'may not be specified when hostNetwork is true')
  if (override.length > 64) tooLong(errors, field, 64)
  subdomain(errors, field, override)
}

function validateRest(errors: Errors, field: string, spec: PodSpec, options: PodOptions): void {
  validateTolerations(errors, `${field}.tolerations`, spec.tolerations, options)
  for (const [i, { ip = '', hostnames = [] }] of (spec.hostAliases ?? []).entries()) {
    validateLegacyIP(errors, `${field}.hostAliases[${i}].ip`, ip)
    for (const [j, name] of hostnames.entries()) subdomain(errors, `${field}.hostAliases[${i}].hostnames[${j}]`, name)
  }
  if (spec.priorityClassName) subdomain(errors, `${field}.priorityClassName`, spec.priorityClassName)
  subdomain(errors, `${field}.runtimeClassName`, spec.runtimeClassName)
  if (spec.preemptionPolicy !== undefined)
    validatePreemptionPolicy(errors, `${field}.preemptionPolicy`, spec.preemptionPolicy)
  if (spec.overhead) {
    validateContainerResources(errors, `${field}.overhead`, { limits: spec.overhead }, new Set(), options)
  }
}

export function validatePreemptionPolicy(errors: Errors, field: string, policy: string): void {
  if (policy === '') required(errors, field)
  else if (!preemptionPolicies.includes(policy)) notSupported(errors, field, policy, preemptionPolicies)
}

function validateSchedulingGroup(errors: Errors, field: string, { schedulingGroup }: PodSpec): void {
  if (!schedulingGroup) return
  const name = schedulingGroup.podGroupName
  if (name === undefined) invalid(errors, field, undefined, 'must specify one of: `podGroupName`')
  else subdomain(errors, field, name)
}

/** Source: validateFileKeyRefVolumes. */
function validateFileKeyVolumes(errors: Errors, field: string, spec: PodSpec): void {
  for (const [container, path] of containersOf(spec, field)) {
    for (const [i, { valueFrom }] of (container.env ?? []).entries()) {
      if (!valueFrom?.fileKeyRef) continue
      const { volumeName = '' } = valueFrom.fileKeyRef
      const volume = spec.volumes?.findLast((each) => each.name === volumeName)
      const where = `${path}.env[${i}].valueFrom.fileKeyRef.volumeName`
      if (!volume) notFound(errors, where, volumeName)
      else if (!volume.emptyDir) invalid(errors, where, volumeName, 'referenced volume must be of type emptyDir')
    }
  }
}
