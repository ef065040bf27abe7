import type { Container, Probe, SELinuxOptions } from '../../../../api/types.ts'
import {
  type Check,
  type CheckedPod,
  containersOf,
  contextOf,
  exceptInUserNamespaces,
  named,
  type Objection,
  plural,
  quoted,
  setters,
  sorted,
} from './check.ts'
import { seccompBaseline } from './seccomp.ts'

/** Source: policy/check_appArmorProfile.go */
function appArmorProfile({ metadata, spec }: CheckedPod): Objection | undefined {
  const isBad = (type: string | undefined) => type !== undefined && type !== 'RuntimeDefault' && type !== 'Localhost'
  const ofPod = spec.securityContext?.appArmorProfile?.type
  const containers = containersOf(spec).filter((each) => isBad(contextOf(each).appArmorProfile?.type))
  const values = containers.map((each) => contextOf(each).appArmorProfile!.type)
  const annotations = Object.entries(metadata.annotations ?? {})
    .filter(([key]) => key.startsWith('container.apparmor.security.beta.kubernetes.io/'))
    .filter(([, value]) => value !== '' && value !== 'runtime/default' && !value.startsWith('localhost/'))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  const who = [
    ...setters(isBad(ofPod), containers),
    ...(annotations.length > 0 ? [plural(annotations.length, 'annotation')] : []),
  ]
  if (who.length === 0) return undefined
  const all = [...sorted(isBad(ofPod) ? [...values, ofPod!] : values), ...annotations.sort()]
  return {
    reason: plural(all.length, 'forbidden AppArmor profile'),
    detail: `${who.join(' and ')} must not set AppArmor profile type to ${quoted(all)}`,
  }
}

const CAPABILITIES = new Set([
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP'],
  ...['SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
])

/** Source: policy/check_capabilities_baseline.go */
function capabilities({ spec }: CheckedPod): Objection | undefined {
  const added = (each: Container) => (contextOf(each).capabilities?.add ?? []).filter((name) => !CAPABILITIES.has(name))
  const bad = containersOf(spec).filter((each) => added(each).length > 0)
  if (bad.length === 0) return undefined
  const names = quoted(sorted(bad.flatMap(added)))
  return {
    reason: 'non-default capabilities',
    detail: `${named(bad)} must not include ${names} in securityContext.capabilities.add`,
  }
}

/** Source: policy/check_hostNamespaces.go */
function hostNamespaces({ spec }: CheckedPod): Objection | undefined {
  const used = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field] === true)
  if (used.length === 0) return undefined
  return { reason: 'host namespaces', detail: used.map((field) => `${field}=true`).join(', ') }
}

/** Source: policy/check_hostPathVolumes.go */
function hostPathVolumes({ spec }: CheckedPod): Objection | undefined {
  const bad = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name)
  if (bad.length === 0) return undefined
  return { reason: 'hostPath volumes', detail: `${plural(bad.length, 'volume')} ${quoted(bad)}` }
}

/** Source: policy/check_hostPorts.go */
function hostPorts({ spec }: CheckedPod): Objection | undefined {
  const portsOf = ({ ports }: Container) =>
    (ports ?? []).flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []))
  const bad = containersOf(spec).filter((each) => portsOf(each).length > 0)
  if (bad.length === 0) return undefined
  const ports = sorted(bad.flatMap(portsOf))
  const uses = plural(bad.length, 'uses', 'use')
  return { reason: 'hostPort', detail: `${named(bad)} ${uses} ${plural(ports.length, 'hostPort')} ${ports.join(', ')}` }
}

type Handler = Pick<Probe, 'httpGet' | 'tcpSocket'> | undefined

/** Source: policy/check_hostProbesAndhostLifecycle.go */
function hostProbes({ spec }: CheckedPod): Objection | undefined {
  const hostsOf = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: Container) =>
    ([livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop] as Handler[])
      .flatMap((handler) => [handler?.httpGet?.host, handler?.tcpSocket?.host])
      .filter((host): host is string => !!host)
  const bad = containersOf(spec).filter((each) => hostsOf(each).length > 0)
  if (bad.length === 0) return undefined
  const names = sorted(bad.map(({ name }) => name))
  const hosts = sorted(bad.flatMap(hostsOf))
  const who = `${plural(names.length, 'container')} ${quoted(names)} ${plural(names.length, 'uses', 'use')}`
  return {
    reason: 'probe or lifecycle host',
    detail: `${who} ${plural(hosts.length, 'probe or lifecycle host')} ${quoted(hosts)}`,
  }
}

/** Source: policy/check_privileged.go */
function privileged({ spec }: CheckedPod): Objection | undefined {
  const bad = containersOf(spec).filter((each) => contextOf(each).privileged === true)
  if (bad.length === 0) return undefined
  return { reason: 'privileged', detail: `${named(bad)} must not set securityContext.privileged=true` }
}

/** Source: policy/check_procMount_baseline.go */
export function procMount({ spec }: CheckedPod): Objection | undefined {
  const bad = containersOf(spec).filter((each) => (contextOf(each).procMount ?? 'Default') !== 'Default')
  if (bad.length === 0) return undefined
  const types = quoted(sorted(bad.map((each) => contextOf(each).procMount!)))
  return { reason: 'procMount', detail: `${named(bad)} must not set securityContext.procMount to ${types}` }
}

/** Source: policy/check_seLinuxOptions.go */
function seLinuxOptions(types: readonly string[]) {
  const isBad = (options: SELinuxOptions | undefined) =>
    options !== undefined && (!types.includes(options.type ?? '') || !!options.user || !!options.role)
  return ({ spec }: CheckedPod): Objection | undefined => {
    const ofPod = spec.securityContext?.seLinuxOptions
    const containers = containersOf(spec).filter((each) => isBad(contextOf(each).seLinuxOptions))
    const who = setters(isBad(ofPod), containers)
    if (who.length === 0) return undefined
    const bad = [...(isBad(ofPod) ? [ofPod!] : []), ...containers.map((each) => contextOf(each).seLinuxOptions!)]
    const wrong = sorted(bad.map(({ type = '' }) => type).filter((type) => !types.includes(type)))
    const texts = [
      ...(wrong.length > 0 ? [`${plural(wrong.length, 'type')} ${quoted(wrong)}`] : []),
      ...(bad.some(({ user }) => user) ? ['user may not be set'] : []),
      ...(bad.some(({ role }) => role) ? ['role may not be set'] : []),
    ]
    return {
      reason: 'seLinuxOptions',
      detail: `${who.join(' and ')} set forbidden securityContext.seLinuxOptions: ${texts.join('; ')}`,
    }
  }
}

const SELINUX = ['', 'container_t', 'container_init_t', 'container_kvm_t']

const SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
]
const SYSCTLS_27 = [...SYSCTLS, 'net.ipv4.ip_local_reserved_ports']
const SYSCTLS_29 = [
  ...SYSCTLS_27,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
]
const SYSCTLS_32 = [...SYSCTLS_29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem']

/** Source: policy/check_sysctls.go */
function sysctls(allowed: readonly string[]) {
  return ({ spec }: CheckedPod): Objection | undefined => {
    const names = (spec.securityContext?.sysctls ?? [])
      .map(({ name }) => name)
      .filter((name) => !allowed.includes(name))
    return names.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: names.join(', ') }
  }
}

/** Source: policy/check_windowsHostProcess.go */
function windowsHostProcess({ spec }: CheckedPod): Objection | undefined {
  const bad = containersOf(spec).filter((each) => contextOf(each).windowsOptions?.hostProcess === true)
  const who = setters(spec.securityContext?.windowsOptions?.hostProcess === true, bad)
  if (who.length === 0) return undefined
  const detail = `${who.join(' and ')} must not set securityContext.windowsOptions.hostProcess=true`
  return { reason: 'hostProcess', detail }
}

const of = (id: string, ...versions: Check['versions']): Check => ({ id, level: 'baseline', versions })

export const baselineChecks: readonly Check[] = [
  of('appArmorProfile', [0, appArmorProfile]),
  of('capabilities_baseline', [0, capabilities]),
  of('hostNamespaces', [0, hostNamespaces]),
  of('hostPathVolumes', [0, hostPathVolumes]),
  of('hostPorts', [0, hostPorts]),
  of('hostProbesAndHostLifecycle', [34, hostProbes]),
  of('privileged', [0, privileged]),
  of('procMount', [0, procMount], [35, exceptInUserNamespaces(procMount)]),
  of('seLinuxOptions', [0, seLinuxOptions(SELINUX)], [31, seLinuxOptions([...SELINUX, 'container_engine_t'])]),
  seccompBaseline,
  of('sysctls', [0, sysctls(SYSCTLS)], [27, sysctls(SYSCTLS_27)], [29, sysctls(SYSCTLS_29)], [32, sysctls(SYSCTLS_32)]),
  of('windowsHostProcess', [0, windowsHostProcess]),
]
