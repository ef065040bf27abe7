import type { SecurityContext } from '../../../api/types.ts'
import type { FileTree, Image } from '../../contract.ts'
import type { ContainerConfig, Sandbox } from '../contract.ts'

/** Where the kubelet looks for profiles. Source: pkg/kubelet/kubelet.go (seccompProfileRoot) */
const SECCOMP_PROFILES = '/var/lib/kubelet/seccomp'
/** Profiles the kernel has: `name (enforce)`, a line each. Source: containerd pkg/apparmor, internal/cri/server appArmorProfileExists */
export const APPARMOR_PROFILES = '/sys/kernel/security/apparmor/profiles'

/** Why containerd cannot make this container. Source: containerd internal/cri/server/container_create.go CreateContainer */
export function createProblem(sandbox: Sandbox, config: ContainerConfig, host: FileTree): string | undefined {
  const { pod } = sandbox.config
  const { securityContext: own } = config.container
  const { securityContext: ofPod } = pod.spec
  return (
    imageMountProblem(sandbox.id, config) ??
    appArmorProblem(own?.appArmorProfile ?? ofPod?.appArmorProfile, own, host) ??
    seccompProblem(own?.seccompProfile ?? ofPod?.seccompProfile, own, host)
  )
}

/** Only directories of an image can be mounted. Source: internal/cri/server/container_image_mount.go ensureImageSubPath */
function imageMountProblem(sandboxId: string, { mounts, volumeImages = [] }: ContainerConfig): string | undefined {
  for (const { image, from = '/' } of mounts) {
    if (image === undefined || from === '/') continue
    const files = volumeImages.find(({ name }) => name === image)?.files ?? {}
    const target = `/var/lib/containerd/io.containerd.grpc.v1.cri/image-volumes/${sandboxId}`
    const subPath = from.slice(1)
    const failed = (why: string) =>
      `failed to mutate mounts: ImageVolumeMountFailed: failed to ensure image subpath "${subPath}" in "${target}": ${why}`
    if (files[from] !== undefined)
      return failed(`only directory subpath is supported, subpath: "${subPath}", mountpoint: "${target}" `)
    if (!hasDirectory(files, from)) return failed(`openat ${subPath}: no such file or directory`)
  }
  return undefined
}

function hasDirectory(files: NonNullable<Image['files']>, path: string): boolean {
  return Object.keys(files).some((file) => file.startsWith(`${path}/`))
}

/** Source: internal/cri/server/container_create_linux.go generateSeccompSpecOpts; contrib/seccomp WithProfile */
function seccompProblem(
  profile: SecurityContext['seccompProfile'],
  own: SecurityContext | undefined,
  host: FileTree,
): string | undefined {
  if (profile?.type !== 'Localhost' || own?.privileged === true) return undefined
  const path = `${SECCOMP_PROFILES}/${profile.localhostProfile}`
  const text = host.read(path)
  const failed = 'failed to create containerd container: '
  if (text === undefined)
    return `${failed}cannot load seccomp profile "${path}": open ${path}: no such file or directory`
  return isJson(text) ? undefined : `${failed}decoding seccomp profile failed "${path}": invalid character`
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Source: internal/cri/server/container_create_linux.go generateApparmorSpecOpts */
function appArmorProblem(
  profile: SecurityContext['appArmorProfile'],
  own: SecurityContext | undefined,
  host: FileTree,
): string | undefined {
  if (profile?.type !== 'Localhost' || own?.privileged === true) return undefined
  const name = profile.localhostProfile ?? ''
  const isLoaded = (host.read(APPARMOR_PROFILES) ?? '').split('\n').some((line) => line.split(' (')[0] === name)
  return isLoaded
    ? undefined
    : `failed to get container spec opts: failed to generate apparmor spec opts: apparmor profile not found ${name}`
}
