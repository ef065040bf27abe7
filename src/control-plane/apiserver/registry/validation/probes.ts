import type { HTTPGetAction, Lifecycle, LifecycleHandler, PodOS, Probe } from '../../../../api/types.ts'
import { type Errors, forbidden, invalid, invalidEach, notSupported, required } from './field-error.ts'
import { httpHeaderName, portName, portNumber } from './formats.ts'
import { nonNegative } from './objectmeta.ts'
import type { PodOptions } from './pod-options.ts'
import { linuxSignals } from './stop-signals.ts'

/** Source: pkg/apis/core/validation/validation.go validateProbe, validateHandler, validateLifecycle. */

type Handler = LifecycleHandler & Pick<Probe, 'grpc'>

/** What a handler needs of its pod. */
export interface HandlerContext {
  readonly gracePeriod: number | undefined
  readonly os: PodOS | undefined
  readonly options: PodOptions
}

export function validateLivenessOrStartup(
  errors: Errors,
  field: string,
  probe: Probe | undefined,
  context: HandlerContext,
) {
  if (!probe) return
  validateProbe(errors, field, probe, context)
  if (probe.successThreshold !== 1)
    invalid(errors, `${field}.successThreshold`, probe.successThreshold ?? 0, 'must be 1')
}

export function validateReadiness(
  errors: Errors,
  field: string,
  probe: Probe | undefined,
  context: HandlerContext,
): void {
  if (!probe) return
  validateProbe(errors, field, probe, context)
  const seconds = probe.terminationGracePeriodSeconds
  if (seconds !== undefined) {
    invalid(errors, `${field}.terminationGracePeriodSeconds`, seconds, 'must not be set for readinessProbes')
  }
}

const counts = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const

function validateProbe(errors: Errors, field: string, probe: Probe, context: HandlerContext): void {
  const { exec, httpGet, tcpSocket, grpc } = probe
  validateHandler(errors, field, { exec, httpGet, tcpSocket, grpc } as Handler, context)
  for (const count of counts) nonNegative(errors, `${field}.${count}`, probe[count])
  const seconds = probe.terminationGracePeriodSeconds
  if (seconds !== undefined && seconds <= 0) {
    invalid(errors, `${field}.terminationGracePeriodSeconds`, seconds, 'must be greater than 0')
  }
}

const handlerTypes = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const

function validateHandler(errors: Errors, field: string, handler: Handler, context: HandlerContext): void {
  const present = handlerTypes.filter((type) => handler[type] !== undefined)
  for (const [i, type] of present.entries()) {
    if (i > 0) forbidden(errors, `${field}.${type}`, 'may not specify more than 1 handler type')
    else validateAction(errors, `${field}.${type}`, type, handler, context)
  }
  if (present.length === 0) required(errors, field, 'must specify a handler type')
}

function validateAction(
  errors: Errors,
  field: string,
  type: (typeof handlerTypes)[number],
  handler: Handler,
  context: HandlerContext,
): void {
  if (type === 'exec') {
    if (!handler.exec!.command?.length) required(errors, `${field}.command`)
  } else if (type === 'httpGet') validateHTTPGet(errors, field, handler.httpGet!)
  else if (type === 'tcpSocket') validatePortNumberOrName(errors, `${field}.port`, handler.tcpSocket!.port)
  else if (type === 'grpc') validatePortNumberOrName(errors, `${field}.port`, handler.grpc!.port)
  else validateSleep(errors, field, handler.sleep!.seconds, context)
}

const schemes = ['HTTP', 'HTTPS']

function validateHTTPGet(errors: Errors, field: string, action: HTTPGetAction): void {
  if (!action.path) required(errors, `${field}.path`)
  validatePortNumberOrName(errors, `${field}.port`, action.port)
  const scheme = action.scheme ?? ''
  if (!schemes.includes(scheme)) notSupported(errors, `${field}.scheme`, scheme, schemes)
  for (const { name } of action.httpHeaders ?? []) {
    invalidEach(errors, `${field}.httpHeaders`, name, httpHeaderName(name))
  }
}

export function validatePortNumberOrName(errors: Errors, field: string, port: number | string = 0): void {
  invalidEach(errors, field, port, typeof port === 'number' ? portNumber(port) : portName(port))
}

function validateSleep(errors: Errors, field: string, seconds: number, { gracePeriod, options }: HandlerContext): void {
  if (gracePeriod === undefined) return
  if (options.allowPodLifecycleSleepActionZeroValue) {
    const detail = `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`
    if (seconds < 0 || seconds > gracePeriod) invalid(errors, field, seconds, detail)
  } else if (seconds <= 0 || seconds > gracePeriod) {
    const detail = `must be greater than 0 and less than terminationGracePeriodSeconds (${gracePeriod}). Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep.`
    invalid(errors, field, seconds, detail)
  }
}

export function validateLifecycle(errors: Errors, field: string, lifecycle: Lifecycle, context: HandlerContext): void {
  const { postStart, preStop, stopSignal } = lifecycle
  if (postStart) validateHandler(errors, `${field}.postStart`, postStart, context)
  if (preStop) validateHandler(errors, `${field}.preStop`, preStop, context)
  if (stopSignal !== undefined) validateStopSignal(errors, `${field}.stopSignal`, stopSignal, context.os)
}

const windowsSignals = ['SIGKILL', 'SIGTERM']

function validateStopSignal(errors: Errors, field: string, signal: string, os: PodOS | undefined): void {
  if (!os) {
    forbidden(errors, field, 'may not be set for containers with empty `spec.os.name`')
    return
  }
  const supported = os.name === 'windows' ? windowsSignals : os.name === 'linux' ? linuxSignals : undefined
  if (supported && !supported.includes(signal)) notSupported(errors, field, signal, supported)
}
