import type { Container, PodSpec } from '../../../../api/types.ts'
import { type Errors, forbidden, invalid, notSupported, required } from './field-error.ts'
import type { PodOptions } from './pod-options.ts'
import { forbidMembers, linuxContainerMembers, linuxPodMembers } from './security-context.ts'

/** What the operating system and the user namespace of a pod allow. Source: pkg/apis/core/validation/validation.go. */

type Visit = (container: Container, path: string) => void

function visitContainers(spec: PodSpec, field: string, visit: Visit): void {
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    for (const [i, container] of (spec[list] ?? []).entries()) visit(container as Container, `${field}.${list}[${i}]`)
  }
}

const systems = ['linux', 'windows']

export function validateOS(errors: Errors, field: string, spec: PodSpec): void {
  if (!spec.os) return
  const { name } = spec.os
  if (!name) required(errors, `${field}.os.name`)
  else if (!systems.includes(name)) notSupported(errors, `${field}.os`, name, systems)
  else if (name === 'linux') validateLinux(errors, field, spec)
  else validateWindows(errors, field, spec)
}

function validateLinux(errors: Errors, field: string, spec: PodSpec): void {
  const detail = 'windows options cannot be set for a linux pod'
  if (spec.securityContext?.windowsOptions) forbidden(errors, `${field}.securityContext.windowsOptions`, detail)
  visitContainers(spec, field, ({ securityContext }, path) => {
    if (securityContext?.windowsOptions) forbidden(errors, `${path}.securityContext.windowsOptions`, detail)
  })
}

/** The host namespaces stand beside the security context in v1, and in it upstream: their order is upstream's. */
const besideSecurityContext = new Set<string>(['hostUsers', 'hostPID', 'hostIPC', 'shareProcessNamespace'])

function validateWindows(errors: Errors, field: string, spec: PodSpec): void {
  for (const member of linuxPodMembers) {
    if (besideSecurityContext.has(member)) {
      const value = spec[member as 'hostPID']
      const set = member === 'hostPID' || member === 'hostIPC' ? value === true : value !== undefined
      if (set) forbidden(errors, `${field}.${member}`, 'cannot be set for a windows pod')
    } else if (spec.securityContext) forbidMembers(errors, `${field}.securityContext`, spec.securityContext, [member])
  }
  visitContainers(spec, field, ({ securityContext }, path) => {
    if (securityContext) forbidMembers(errors, `${path}.securityContext`, securityContext, linuxContainerMembers)
  })
}

export function validateWindowsHostProcess(errors: Errors, field: string, spec: PodSpec): void {
  const pod = spec.securityContext?.windowsOptions?.hostProcess
  let containers = 0
  let hostProcesses = 0
  visitContainers(spec, field, ({ securityContext }, path) => {
    const own = securityContext?.windowsOptions?.hostProcess
    containers++
    if (own ?? pod) hostProcesses++
    if (pod === undefined || own === undefined || pod === own) return
    const detail = `pod hostProcess value must be identical if both are specified, was ${pod}`
    invalid(errors, `${path}.securityContext.windowsOptions.hostProcess`, own, detail)
  })
  if (hostProcesses === 0) return
  if (hostProcesses !== containers) {
    const detail = 'If pod contains any hostProcess containers then all containers must be HostProcess containers'
    invalid(errors, field, '', detail)
  }
  if (!spec.hostNetwork) {
    const detail = 'hostNetwork must be true if pod contains any hostProcess containers'
    invalid(errors, `${field}.hostNetwork`, false, detail)
  }
}

export function validateHostUsers(errors: Errors, field: string, spec: PodSpec, options: PodOptions): void {
  if (spec.hostUsers !== false) return
  const detail = 'when `hostUsers` is false'
  if (!options.allowUserNamespacesHostNetworkSupport && spec.hostNetwork)
    forbidden(errors, `${field}.hostNetwork`, detail)
  if (spec.hostPID) forbidden(errors, `${field}.HostPID`, detail)
  if (spec.hostIPC) forbidden(errors, `${field}.HostIPC`, detail)
  if (options.allowUserNamespacesWithVolumeDevices) return
  visitContainers(spec, field, ({ volumeDevices = [] }, path) => {
    if (volumeDevices.length > 0) forbidden(errors, `${path}.volumeDevices`, detail)
  })
}
