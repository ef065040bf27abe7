import { isDNS1123Label } from '../../../../api/names.ts'
import type { Container, ContainerPort, EphemeralContainer, PodSpec } from '../../../../api/types.ts'
import { validateEnv, validateEnvFrom } from './env.ts'
import {
  duplicate,
  type Errors,
  forbidden,
  invalid,
  invalidEach,
  notFound,
  notSupported,
  required,
} from './field-error.ts'
import { portName, portNumber } from './formats.ts'
import { internalForm } from './internal-form.ts'
import type { PodOptions } from './pod-options.ts'
import { type HandlerContext, validateLifecycle, validateLivenessOrStartup, validateReadiness } from './probes.ts'
import { validateContainerResources } from './resources.ts'
import { validateInitRestartPolicy, validateResizePolicy, validateRestartPolicy } from './restart-policies.ts'
import { validateSecurityContext } from './security-context.ts'
import { validateVolumeDevices, validateVolumeMounts } from './volume-mounts.ts'
import { type Volumes, validatePullPolicy } from './volumes.ts'

/** What the containers of a pod share. */
export interface ContainerContext {
  readonly spec: PodSpec
  readonly volumes: Volumes
  readonly claims: ReadonlySet<string>
  readonly hostUsers: boolean
  readonly options: PodOptions
}

const handlerContext = ({ spec, options }: ContainerContext): HandlerContext => ({
  gracePeriod: spec.terminationGracePeriodSeconds,
  os: spec.os,
  options,
})

/** Source: pkg/apis/core/validation/validation.go validateContainers. */
export function validateContainers(errors: Errors, field: string, context: ContainerContext): void {
  const containers = context.spec.containers ?? []
  if (containers.length === 0) {
    required(errors, field)
    return
  }
  const names = new Set<string>()
  for (const [i, container] of containers.entries()) {
    const path = `${field}[${i}]`
    validateCommon(errors, path, container, context)
    if (names.has(container.name)) duplicate(errors, `${path}.name`, container.name)
    names.add(container.name)
    validateHandlers(errors, path, container, context)
    if (context.options.allowContainerRestartPolicyRules) {
      validateRestartPolicy(errors, path, container, context.options)
    } else if (container.restartPolicy !== undefined) {
      forbidden(errors, `${path}.restartPolicy`, 'may not be set for non-init containers')
    }
  }
  validateHostPortConflicts(errors, field, containers)
}

function validateHandlers(errors: Errors, path: string, container: Container, context: ContainerContext): void {
  const handlers = handlerContext(context)
  if (container.lifecycle) validateLifecycle(errors, `${path}.lifecycle`, container.lifecycle, handlers)
  validateLivenessOrStartup(errors, `${path}.livenessProbe`, container.livenessProbe, handlers)
  validateReadiness(errors, `${path}.readinessProbe`, container.readinessProbe, handlers)
  validateLivenessOrStartup(errors, `${path}.startupProbe`, container.startupProbe, handlers)
}

const handlerMembers = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const

/** Source: validateInitContainers. */
export function validateInitContainers(errors: Errors, field: string, context: ContainerContext): void {
  const { options, spec } = context
  const names = new Set((spec.containers ?? []).map((each) => each.name))
  for (const [i, container] of (spec.initContainers ?? []).entries()) {
    const path = `${field}[${i}]`
    validateCommon(errors, path, container, context)
    validateInitRestartPolicy(errors, path, container, options)
    if (names.has(container.name)) duplicate(errors, `${path}.name`, container.name)
    else if (container.name) names.add(container.name)
    validateHostPortConflicts(errors, field, [container])
    const restartAlways = container.restartPolicy === 'Always'
    if (restartAlways) validateHandlers(errors, path, container, context)
    else {
      for (const member of handlerMembers) {
        if (container[member] === undefined) continue
        forbidden(errors, `${path}.${member}`, 'may not be set for init containers without restartPolicy=Always')
      }
    }
    validateInitResizePolicy(errors, path, container, restartAlways, options)
  }
}

function validateInitResizePolicy(
  errors: Errors,
  path: string,
  { resizePolicy = [] }: Container,
  restartAlways: boolean,
  options: PodOptions,
): void {
  if (!options.allowSidecarResizePolicy && resizePolicy.length > 0) {
    const all = resizePolicy.map((each) => internalForm('ContainerResizePolicy', { ...each }))
    invalid(errors, `${path}.resizePolicy`, all, 'must not be set for init containers')
  }
  if (restartAlways || options.allowExistingRestartContainerForNonSidecarInitContainer) return
  for (const [j, { restartPolicy }] of resizePolicy.entries()) {
    if (restartPolicy !== 'RestartContainer') continue
    const detail = "must not be set to 'RestartContainer' for non-sidecar initContainers"
    invalid(errors, `${path}.resizePolicy[${j}].restartPolicy`, restartPolicy, detail)
  }
}

/** Members that ephemeral containers may not have, in Go's order. */
const notEphemeral = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const

/** Source: validateEphemeralContainers. */
export function validateEphemeralContainers(errors: Errors, field: string, context: ContainerContext): void {
  const { spec } = context
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map((each) => each.name))
  const names = new Set(others)
  for (const [i, container] of (spec.ephemeralContainers ?? []).entries()) {
    const path = `${field}[${i}]`
    validateCommon(errors, path, container as Container, context)
    validateImagePadding(errors, path, container.image)
    if (names.has(container.name)) duplicate(errors, `${path}.name`, container.name)
    names.add(container.name)
    const target = container.targetContainerName
    if (target && !others.has(target)) notFound(errors, `${path}.targetContainerName`, target)
    forbidMembers(errors, path, container)
  }
}

function forbidMembers(errors: Errors, path: string, container: EphemeralContainer): void {
  const detail = 'cannot be set for an Ephemeral Container'
  for (const member of notEphemeral) if (isSet(container[member])) forbidden(errors, `${path}.${member}`, detail)
  for (const [i, { subPath, subPathExpr }] of (container.volumeMounts ?? []).entries()) {
    if (subPath) forbidden(errors, `${path}.volumeMounts[${i}].subPath`, detail)
    if (subPathExpr) forbidden(errors, `${path}.volumeMounts[${i}].subPathExpr`, detail)
  }
}

/** An empty `resources` object is Go's zero value. */
const isSet = (value: unknown): boolean =>
  value !== undefined && !(typeof value === 'object' && value !== null && Object.keys(value).length === 0)

export function validateImagePadding(errors: Errors, path: string, image = ''): void {
  if (image.trim() !== image) invalid(errors, `${path}.image`, image, 'must not have leading or trailing whitespace')
}

const messagePolicies = ['File', 'FallbackToLogsOnError']

/** Source: validateContainerCommon. */
function validateCommon(errors: Errors, path: string, container: Container, context: ContainerContext): void {
  const { options, volumes } = context
  if (!container.name) required(errors, `${path}.name`)
  else invalidEach(errors, `${path}.name`, container.name, isDNS1123Label(container.name))
  if (!container.image) required(errors, `${path}.image`)
  const messages = container.terminationMessagePolicy
  if (!messages) required(errors, `${path}.terminationMessagePolicy`)
  else if (!messagePolicies.includes(messages)) {
    notSupported(errors, `${path}.terminationMessagePolicy`, messages, messagePolicies)
  }
  const mounts = new Map((container.volumeMounts ?? []).map((each) => [each.name, each.mountPath]))
  const devices = new Map((container.volumeDevices ?? []).map((each) => [each.name, each.devicePath]))
  validatePorts(errors, `${path}.ports`, container.ports)
  validateEnv(errors, `${path}.env`, container.env, options)
  validateEnvFrom(errors, `${path}.envFrom`, container.envFrom, options)
  validateVolumeMounts(errors, `${path}.volumeMounts`, container.volumeMounts, devices, volumes, container)
  validateVolumeDevices(errors, `${path}.volumeDevices`, container.volumeDevices, mounts, volumes)
  validatePullPolicy(errors, `${path}.imagePullPolicy`, container.imagePullPolicy)
  validateContainerResources(errors, `${path}.resources`, container.resources, context.claims, options)
  validateResizePolicy(errors, `${path}.resizePolicy`, container.resizePolicy, context.spec.restartPolicy)
  validateSecurityContext(errors, `${path}.securityContext`, container.securityContext, context.hostUsers)
}

export const protocols = ['SCTP', 'TCP', 'UDP']

/** Source: validateContainerPorts. */
function validatePorts(errors: Errors, field: string, ports: readonly ContainerPort[] = []): void {
  const names = new Set<string>()
  for (const [i, { name, containerPort = 0, hostPort, protocol }] of ports.entries()) {
    const path = `${field}[${i}]`
    if (name) {
      const wrong = portName(name)
      invalidEach(errors, `${path}.name`, name, wrong)
      if (wrong.length === 0 && names.has(name)) duplicate(errors, `${path}.name`, name)
      if (wrong.length === 0) names.add(name)
    }
    if (containerPort === 0) required(errors, `${path}.containerPort`)
    else invalidEach(errors, `${path}.containerPort`, containerPort, portNumber(containerPort))
    if (hostPort) invalidEach(errors, `${path}.hostPort`, hostPort, portNumber(hostPort))
    if (!protocol) required(errors, `${path}.protocol`)
    else if (!protocols.includes(protocol)) notSupported(errors, `${path}.protocol`, protocol, protocols)
  }
}

/** Source: AccumulateUniqueHostPorts. */
function validateHostPortConflicts(errors: Errors, field: string, containers: readonly Container[]): void {
  const taken = new Set<string>()
  for (const [i, container] of containers.entries()) {
    for (const [j, { hostPort, hostIP = '', protocol = '' }] of (container.ports ?? []).entries()) {
      if (!hostPort) continue
      const key = `${protocol}/${hostIP}/${hostPort}`
      if (taken.has(key)) duplicate(errors, `${field}[${i}].ports[${j}].hostPort`, key)
      taken.add(key)
    }
  }
}
