import { isDNS1123Subdomain } from '../../../../api/names.ts'
import type {
  AppArmorProfile,
  PodSecurityContext,
  PodSpec,
  SeccompProfile,
  SecurityContext,
  Sysctl,
  WindowsSecurityContextOptions,
} from '../../../../api/types.ts'
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
import { internalForm } from './internal-form.ts'
import { localDescending } from './paths.ts'
import type { PodOptions } from './pod-options.ts'

/** Source: pkg/apis/core/validation/validation.go. --allow-privileged is on, as kubeadm sets it. */

const ids = (errors: Errors, field: string, id: number | undefined): void => {
  if (id !== undefined) invalidEach(errors, field, id, unixID(id))
}

export function validateSecurityContext(
  errors: Errors,
  field: string,
  context: SecurityContext | undefined,
  hostUsers: boolean,
): void {
  if (!context) return
  ids(errors, `${field}.runAsUser`, context.runAsUser)
  ids(errors, `${field}.runAsGroup`, context.runAsGroup)
  validateProcMount(errors, `${field}.procMount`, context.procMount, hostUsers)
  validateSeccomp(errors, `${field}.seccompProfile`, context.seccompProfile)
  if (context.allowPrivilegeEscalation === false) validateEscalation(errors, field, context)
  validateWindowsOptions(errors, `${field}.windowsOptions`, context.windowsOptions)
  validateAppArmor(errors, `${field}.appArmorProfile`, context.appArmorProfile)
}

function validateProcMount(errors: Errors, field: string, type: string | undefined, hostUsers: boolean): void {
  if (type === undefined) return
  if (type !== 'Default' && type !== 'Unmasked') notSupported(errors, field, type, ['Default', 'Unmasked'])
  if (hostUsers && type === 'Unmasked') invalid(errors, field, type, '`hostUsers` must be false to use `Unmasked`')
}

function validateEscalation(errors: Errors, field: string, context: SecurityContext): void {
  const whole = () => internalForm('SecurityContext', { ...context })
  if (context.privileged) {
    invalid(errors, field, whole(), 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true')
  }
  if (context.capabilities?.add?.includes('CAP_SYS_ADMIN')) {
    const detail = 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN'
    invalid(errors, field, whole(), detail)
  }
}

const seccompTypes = ['Localhost', 'RuntimeDefault', 'Unconfined']

function validateSeccomp(errors: Errors, field: string, profile: SeccompProfile | undefined): void {
  if (!profile) return
  const { type, localhostProfile } = profile
  if (!type) required(errors, `${field}.type`, 'type is required when seccompProfile is set')
  else if (!seccompTypes.includes(type)) notSupported(errors, `${field}.type`, type, seccompTypes)
  const local = `${field}.localhostProfile`
  if (type === 'Localhost') {
    if (localhostProfile === undefined) required(errors, local, 'must be set when seccomp type is Localhost')
    else localDescending(errors, local, localhostProfile)
  } else if (localhostProfile !== undefined) {
    const whole = internalForm('SeccompProfile', { ...profile })
    invalid(errors, local, whole, 'can only be set when seccomp type is Localhost')
  }
}

const MAX_PROFILE = 4095

export function validateAppArmor(errors: Errors, field: string, profile: AppArmorProfile | undefined): void {
  if (!profile) return
  const { type, localhostProfile: local } = profile
  if (!type) required(errors, `${field}.type`, 'type is required when appArmorProfile is set')
  else if (type === 'Localhost') validateLocalProfile(errors, `${field}.localhostProfile`, local)
  else if (!seccompTypes.includes(type)) notSupported(errors, `${field}.type`, type, seccompTypes)
  else if (local !== undefined) {
    invalid(errors, `${field}.localhostProfile`, local, 'can only be set when AppArmor type is Localhost')
  }
}

function validateLocalProfile(errors: Errors, field: string, profile: string | undefined): void {
  if (profile === undefined) required(errors, field, 'must be set when AppArmor type is Localhost')
  else {
    if (profile.trim() !== profile) invalid(errors, field, profile, 'must not be padded with whitespace')
    else if (profile === '') required(errors, field, 'must be set when AppArmor type is Localhost')
    if (profile.length > MAX_PROFILE) tooLong(errors, field, MAX_PROFILE)
  }
}

const MAX_SPEC_KIB = 64

function validateWindowsOptions(
  errors: Errors,
  field: string,
  options: WindowsSecurityContextOptions | undefined,
): void {
  if (!options) return
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName } = options
  if (name !== undefined) invalidEach(errors, `${field}.gmsaCredentialSpecName`, name, isDNS1123Subdomain(name))
  if (spec === '') invalid(errors, `${field}.gmsaCredentialSpec`, spec, 'gmsaCredentialSpec cannot be an empty string')
  else if (spec !== undefined && spec.length > MAX_SPEC_KIB * 1024) {
    invalid(errors, `${field}.gmsaCredentialSpec`, spec, `gmsaCredentialSpec size must be under ${MAX_SPEC_KIB} KiB`)
  }
  if (runAsUserName !== undefined) {
    invalidEach(errors, `${field}.runAsUserName`, runAsUserName, windowsUserName(runAsUserName))
  }
}

const netBios = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/
const dnsDomain = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/

function windowsUserName(name: string): readonly string[] {
  if (name === '') return ['runAsUserName cannot be an empty string']
  if (/\p{Cc}/u.test(name)) return ['runAsUserName cannot contain control characters']
  const parts = name.split('\\')
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash']
  const domain = parts.length === 2 ? parts[0]! : undefined
  const user = parts.at(-1)!
  const wrong: string[] = []
  if ((domain ?? '').length >= 256) wrong.push("runAsUserName's Domain length must be under 256 characters")
  if (domain !== undefined && !netBios.test(domain) && !dnsDomain.test(domain)) {
    wrong.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format")
  }
  if (user === '') wrong.push("runAsUserName's User cannot be empty")
  else if (user.length > 104) wrong.push("runAsUserName's User length must not be longer than 104 characters")
  if (/^[. ]+$/.test(user)) wrong.push("runAsUserName's User cannot contain only periods or spaces")
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    wrong.push('runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]')
  }
  return wrong
}

/** Source: validatePodSpecSecurityContext. */
export function validatePodSecurityContext(errors: Errors, field: string, spec: PodSpec, options: PodOptions): void {
  // Upstream keeps hostPID and its siblings in the security context, so there always is one.
  const context = spec.securityContext ?? {}
  ids(errors, `${field}.fsGroup`, context.fsGroup)
  ids(errors, `${field}.runAsUser`, context.runAsUser)
  ids(errors, `${field}.runAsGroup`, context.runAsGroup)
  for (const [i, id] of (context.supplementalGroups ?? []).entries())
    ids(errors, `${field}.supplementalGroups[${i}]`, id)
  if (spec.shareProcessNamespace && spec.hostPID) {
    invalid(errors, `${field}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled')
  }
  validateSysctls(errors, `${field}.sysctls`, context.sysctls ?? [], spec, options)
  oneOf(errors, `${field}.fsGroupChangePolicy`, context.fsGroupChangePolicy, ['Always', 'OnRootMismatch'])
  validateSeccomp(errors, `${field}.seccompProfile`, context.seccompProfile)
  validateWindowsOptions(errors, `${field}.windowsOptions`, context.windowsOptions)
  validateAppArmor(errors, `${field}.appArmorProfile`, context.appArmorProfile)
  oneOf(errors, `${field}.supplementalGroupsPolicy`, context.supplementalGroupsPolicy, ['Merge', 'Strict'])
  const changePolicies = options.allowOnlyRecursiveSELinuxChangePolicy ? ['Recursive'] : ['MountOption', 'Recursive']
  oneOf(errors, `${field}.seLinuxChangePolicy`, context.seLinuxChangePolicy, changePolicies)
}

function oneOf(errors: Errors, field: string, value: string | undefined, supported: readonly string[]): void {
  if (value !== undefined && !supported.includes(value)) notSupported(errors, field, value, supported)
}

const SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const SYSCTL = `^(${SEGMENT}[\\./])*${SEGMENT}$`
const sysctlPattern = new RegExp(SYSCTL)

function validateSysctls(
  errors: Errors,
  field: string,
  sysctls: readonly Sysctl[],
  spec: PodSpec,
  options: PodOptions,
) {
  const names = new Set<string>()
  for (const [i, { name = '' }] of sysctls.entries()) {
    const path = `${field}[${i}].name`
    if (name === '') required(errors, path)
    else if (name.length > 253 || !sysctlPattern.test(name)) {
      invalid(errors, path, name, `must have at most 253 characters and match regex ${SYSCTL}`)
    } else if (names.has(name)) duplicate(errors, path, name)
    if (!options.allowNamespacedSysctlsForHostNetAndHostIPC) validateHostSysctl(errors, path, name, spec)
    names.add(name)
  }
}

const ipcSysctls = new Set(
  ['sem', 'shmall', 'shmmax', 'shmmni', 'shm_rmid_forced', 'shm', 'msgmax', 'msgmnb', 'msgmni', 'msg'].map(
    (name) => `kernel.${name}`,
  ),
)

/** `net/ipv4/x.y` is `net.ipv4.x/y`. Source: component-helpers/node/util/sysctl NormalizeName. */
function normalizedSysctl(name: string): string {
  const first = /[./]/.exec(name)?.[0]
  if (first !== '/') return name
  return name.replace(/[./]/g, (separator) => (separator === '/' ? '.' : '/'))
}

function validateHostSysctl(errors: Errors, field: string, name: string, spec: PodSpec): void {
  const sysctl = normalizedSysctl(name).split('*')[0]!
  if (spec.hostNetwork && sysctl.startsWith('net.')) {
    invalid(errors, field, name, "may not be specified when 'hostNetwork' is true")
  } else if (spec.hostIPC && (ipcSysctls.has(sysctl) || sysctl.startsWith('fs.mqueue.'))) {
    invalid(errors, field, name, "may not be specified when 'hostIPC' is true")
  }
}

type AnyContext = PodSecurityContext | SecurityContext

/** Members that a Windows pod may not set, in upstream's order. Source: validateWindows. */
export const linuxPodMembers = [
  'appArmorProfile',
  'seLinuxOptions',
  'hostUsers',
  'hostPID',
  'hostIPC',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  'shareProcessNamespace',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
] as const

export const linuxContainerMembers = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
] as const

export function forbidMembers(errors: Errors, field: string, context: AnyContext, members: readonly string[]): void {
  const values = context as Readonly<Record<string, unknown>>
  for (const member of members) {
    const value = values[member]
    if (value === undefined || (member === 'sysctls' && (value as readonly unknown[]).length === 0)) continue
    forbidden(errors, `${field}.${member}`, 'cannot be set for a windows pod')
  }
}
