import type { ExtraArgs, Topology } from '../cluster/index.ts'
import { topologyOf } from '../cluster/index.ts'

/** What `kubedrill serve` starts with where no flag says otherwise. */
export interface ServeProfile {
  readonly topology: Topology | undefined
  /** How long (virtual ms) power-on takes, a little rounded up: that long ago, the cluster is up now and its clock shows the time of day. */
  readonly bootMs: number
  readonly authorizationMode?: string
  /** A token file. Whoever knows it knows these tokens: no more than a test server behind a loopback address should have. */
  readonly tokens?: string
  readonly disableAdmissionPlugins?: string
  /** Flags of kube-controller-manager. */
  readonly controllerManager?: Readonly<Record<string, string>>
}

export type ProfileName = 'full' | 'control-plane'

/**
 * `full`: what kubeadm would have installed. `control-plane`: an API server with its controllers as Kubernetes' own
 * kubectl tests set it up. Source: hack/make-rules/test-cmd.sh run_kube_apiserver, run_kube_controller_manager
 */
export const profiles: Readonly<Record<ProfileName, ServeProfile>> = {
  full: { topology: undefined, bootMs: 20_000 },
  'control-plane': {
    topology: { ...topologyOf(1, 0), serviceCIDR: '10.0.0.0/24' },
    bootMs: 5_000,
    authorizationMode: 'RBAC,AlwaysAllow',
    tokens: 'admin-token,admin,,"system:masters"',
    disableAdmissionPlugins: [
      'ServiceAccount',
      'DefaultStorageClass',
      'DefaultTolerationSeconds',
      'MutatingAdmissionWebhook',
      'ValidatingAdmissionWebhook',
      'StorageObjectInUseProtection',
    ].join(','),
    controllerManager: { 'allocate-node-cidrs': 'false' },
  },
}

export interface ComponentFlags {
  readonly authorizationMode?: string | undefined
  readonly enableAdmissionPlugins?: string | undefined
  readonly disableAdmissionPlugins?: string | undefined
}

/** The components' own flags that come to more than their manifests say. */
export function extraArgs(profile: ServeProfile, given: ComponentFlags): ExtraArgs {
  const apiServer: Record<string, string> = {}
  const set = (flag: string, value: string | undefined) => {
    if (value !== undefined) apiServer[flag] = value
  }
  set('authorization-mode', given.authorizationMode ?? profile.authorizationMode)
  set('enable-admission-plugins', given.enableAdmissionPlugins)
  set('disable-admission-plugins', given.disableAdmissionPlugins ?? profile.disableAdmissionPlugins)
  const { controllerManager } = profile
  return { 'kube-apiserver': apiServer, ...(controllerManager && { 'kube-controller-manager': controllerManager }) }
}
