import type { Pod } from '../../../api/types.ts'
import type { FileTree, Identity } from '../../contract.ts'
import type { FilePowers } from '../../host/permissions.ts'
import type { ContainerConfig } from '../contract.ts'

/** By their numbers. Source: linux/include/uapi/linux/capability.h */
const NAMES =
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'.split(
    ' ',
  )

const ALL: ReadonlySet<string> = new Set(NAMES)
/** Source: containerd pkg/oci/spec.go defaultUnixCaps */
const DEFAULT: ReadonlySet<string> = new Set(
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE'.split(
    ' ',
  ),
)
const NONE: ReadonlySet<string> = new Set()

/** What a container's processes may come to have. Source: containerd internal/cri/opts WithCapabilities */
export function boundingSet({ container }: ContainerConfig): ReadonlySet<string> {
  const { privileged, capabilities } = container.securityContext ?? {}
  if (privileged === true) return ALL
  if (capabilities === undefined) return DEFAULT
  const named = (names: readonly string[] | undefined) => (names ?? []).map((name) => name.replace(/^CAP_/, ''))
  const [add, drop] = [named(capabilities.add), named(capabilities.drop)]
  const set = new Set(add.includes('ALL') ? ALL : drop.includes('ALL') ? NONE : DEFAULT)
  for (const name of drop) set.delete(name)
  for (const name of add) if (name !== 'ALL') set.add(name)
  return set
}

/** What its processes have: only root's have any, as nobody makes capabilities ambient. */
export function effectiveSet(identity: Identity, config: ContainerConfig): ReadonlySet<string> {
  return identity.uid === 0 ? boundingSet(config) : NONE
}

export function filePowers(capabilities: ReadonlySet<string>): FilePowers {
  return {
    override: capabilities.has('DAC_OVERRIDE'),
    chown: capabilities.has('CHOWN'),
    fowner: capabilities.has('FOWNER'),
  }
}

/**
 * The first port that takes no capability to serve. containerd lets everybody in a pod's own network have all.
 * Source: containerd internal/cri/server/sandbox_run_linux.go (enable_unprivileged_ports), ip-sysctl.rst
 */
export function firstFreePort({ spec }: Pod, host: FileTree): number {
  if (spec.hostNetwork === true) return Number(host.read(`/proc/sys/${PORT_START.replaceAll('.', '/')}`) ?? 1024)
  const asked = spec.securityContext?.sysctls?.find(({ name }) => name === PORT_START)
  if (asked !== undefined) return Number(asked.value)
  const config = host.read('/etc/containerd/config.toml') ?? ''
  return /^\s*enable_unprivileged_ports\s*=\s*false/m.test(config) ? 1024 : 0
}

const PORT_START = 'net.ipv4.ip_unprivileged_port_start'

/** /proc/1/status, as far as people look into it. Source: linux/fs/proc/array.c */
export function statusText(identity: Identity, config: ContainerConfig): string {
  const bounding = boundingSet(config)
  const effective = effectiveSet(identity, config)
  const { uid, gid, groups } = identity
  const four = (id: number) => Array(4).fill(id).join('\t')
  const { allowPrivilegeEscalation, privileged, seccompProfile } = config.container.securityContext ?? {}
  const isFiltered = privileged !== true && seccompProfile !== undefined && seccompProfile.type !== 'Unconfined'
  return [
    `Uid:\t${four(uid)}`,
    `Gid:\t${four(gid)}`,
    `Groups:\t${groups.join(' ')}`,
    'CapInh:\t0000000000000000',
    `CapPrm:\t${bitsOf(effective)}`,
    `CapEff:\t${bitsOf(effective)}`,
    `CapBnd:\t${bitsOf(bounding)}`,
    'CapAmb:\t0000000000000000',
    `NoNewPrivs:\t${allowPrivilegeEscalation === false ? 1 : 0}`,
    `Seccomp:\t${isFiltered ? 2 : 0}`,
    '',
  ].join('\n')
}

function bitsOf(capabilities: ReadonlySet<string>): string {
  let bits = 0n
  for (const [i, name] of NAMES.entries()) if (capabilities.has(name)) bits |= 1n << BigInt(i)
  return bits.toString(16).padStart(16, '0')
}
