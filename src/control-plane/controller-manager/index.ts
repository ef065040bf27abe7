import type { Client, EventRecorder } from '../../client/contract.ts'
import { createRecorder } from '../../client/recorder.ts'
import { writingAs } from '../../client/writing-as.ts'
import type { ChartWorld } from '../../sim/chart.ts'
import type { Random } from '../../sim/random.ts'
import { bootstrapSignerController } from './bootstrap-signer/index.ts'
import { certificateApprovingController } from './certificatesigningrequest-approving/index.ts'
import { certificateCleanerController } from './certificatesigningrequest-cleaner/index.ts'
import { certificateSigningController } from './certificatesigningrequest-signing/index.ts'
import { clusterRoleAggregationController } from './clusterrole-aggregation/index.ts'
import type { ClusterAuthority, Controller, ControllerDescriptor, KindInfo, PolicyCheck } from './controller.ts'
import { cronJobController } from './cronjob/index.ts'
import { daemonSetController } from './daemonset/index.ts'
import { deploymentController } from './deployment/index.ts'
import { deviceTaintEvictionController } from './device-taint-eviction/index.ts'
import { disruptionController } from './disruption/index.ts'
import { startElected } from './elected.ts'
import { endpointsController } from './endpoints/index.ts'
import { endpointSliceController } from './endpointslice/index.ts'
import { endpointSliceMirroringController } from './endpointslice-mirroring/index.ts'
import { ephemeralVolumeController } from './ephemeral-volume/index.ts'
import { type ControllerManagerFlags, isControllerEnabled } from './flags.ts'
import { garbageCollectorController } from './garbage-collector/index.ts'
import { horizontalPodAutoscalerController } from './horizontal-pod-autoscaler/index.ts'
import { Informers } from './informers.ts'
import { jobController } from './job/index.ts'
import { storedKinds } from './kinds.ts'
import { legacyTokenCleanerController } from './legacy-serviceaccount-token-cleaner/index.ts'
import { namespaceController } from './namespace/index.ts'
import { nodeIPAMController } from './node-ipam/index.ts'
import { nodeLifecycleController } from './node-lifecycle/index.ts'
import { attachDetachController } from './persistentvolume-attach-detach/index.ts'
import { persistentVolumeBinderController } from './persistentvolume-binder/index.ts'
import { volumeExpanderController } from './persistentvolume-expander/index.ts'
import { persistentVolumeProtectionController } from './persistentvolume-protection/index.ts'
import { persistentVolumeClaimProtectionController } from './persistentvolumeclaim-protection/index.ts'
import { podGarbageCollectorController } from './pod-garbage-collector/index.ts'
import { podGroupProtectionController } from './podgroup-protection/index.ts'
import { replicaSetController } from './replicaset/index.ts'
import { replicationController } from './replicationcontroller/index.ts'
import { resourceClaimController } from './resourceclaim/index.ts'
import { resourceQuotaController } from './resourcequota/index.ts'
import { rootCACertificatePublisherController } from './root-ca-certificate-publisher/index.ts'
import { serviceCIDRController } from './service-cidr/index.ts'
import { serviceAccountController } from './serviceaccount/index.ts'
import { serviceAccountTokenController } from './serviceaccount-token/index.ts'
import { statefulSetController } from './statefulset/index.ts'
import { storageVersionGarbageCollectorController } from './storageversion-garbage-collector/index.ts'
import { taintEvictionController } from './taint-eviction/index.ts'
import { tokenCleanerController } from './token-cleaner/index.ts'
import { ttlController } from './ttl/index.ts'
import { ttlAfterFinishedController } from './ttl-after-finished/index.ts'
import { gatesOff, unavailable } from './unavailable.ts'
import { validatingAdmissionPolicyStatusController } from './validatingadmissionpolicy-status/index.ts'
import { volumeAttributesClassProtectionController } from './volumeattributesclass-protection/index.ts'

export type { ClusterAuthority, KindInfo } from './controller.ts'
export { type ControllerManagerFlags, parseFlags } from './flags.ts'

/** THE TABLE: every controller there is. Source: cmd/kube-controller-manager/app/controller_descriptor.go */
export const controllers: readonly ControllerDescriptor[] = [
  serviceAccountController,
  replicaSetController,
  deploymentController,
  nodeIPAMController,
  nodeLifecycleController,
  taintEvictionController,
  podGarbageCollectorController,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroringController,
  namespaceController,
  serviceAccountTokenController,
  rootCACertificatePublisherController,
  daemonSetController,
  garbageCollectorController,
  ttlController,
  clusterRoleAggregationController,
  certificateSigningController,
  certificateApprovingController,
  certificateCleanerController,
  bootstrapSignerController,
  tokenCleanerController,
  replicationController,
  statefulSetController,
  jobController,
  cronJobController,
  ttlAfterFinishedController,
  disruptionController,
  resourceQuotaController,
  persistentVolumeBinderController,
  attachDetachController,
  volumeExpanderController,
  persistentVolumeClaimProtectionController,
  persistentVolumeProtectionController,
  ephemeralVolumeController,
  horizontalPodAutoscalerController,
  legacyTokenCleanerController,
  serviceCIDRController,
  volumeAttributesClassProtectionController,
  validatingAdmissionPolicyStatusController,
  resourceClaimController,
  deviceTaintEvictionController,
  podGroupProtectionController,
  storageVersionGarbageCollectorController,
]

export interface ControllerManagerOptions {
  /** A client as a user of these groups. */
  readonly client: (user: string, groups: readonly string[]) => Client
  /** Records Events through a client, in the name of a component. Default: client/recorder.ts */
  readonly recorder?: (client: Client, component: string, world: ChartWorld, random: Random) => EventRecorder
  readonly world: ChartWorld
  readonly random: Random
  readonly flags: ControllerManagerFlags
  /** The host's name: what the Lease names as its holder begins with it. */
  readonly identity?: string
  /** Checks the expressions of policies; default: nothing is doubtful. */
  readonly checkPolicy?: PolicyCheck
  /** A line of the process's log. */
  readonly log?: (line: string) => void
  /** The Lease is lost: the process says `leaderelection lost` and ends. */
  readonly onLost?: () => void
  /** What the files of the flags hold; without it no CA is published. */
  readonly authority?: ClusterAuthority
  /** Controllers that do not come with the program. */
  readonly more?: readonly ControllerDescriptor[]
  /** The kinds that the API server stores; default: those of the walking skeleton. */
  readonly kinds?: readonly KindInfo[]
}

/** The user that kube-controller-manager's own kubeconfig names. */
export const USER = 'system:kube-controller-manager'

const SERVICE_ACCOUNT_GROUPS = [
  'system:serviceaccounts',
  'system:serviceaccounts:kube-system',
  'system:authenticated',
] as const

/**
 * kube-controller-manager: with --leader-elect the controllers start once the Lease is ours, and end with it.
 * Source: cmd/kube-controller-manager/app/controllermanager.go Run
 */
export function startControllerManager(options: ControllerManagerOptions): Controller {
  const { world, random, flags, identity = 'kube-controller-manager', recorder = createRecorder, onLost } = options
  const client = options.client(USER, ['system:authenticated'])
  const names = { trace: 'controller-manager', events: 'kube-controller-manager' }
  const start = () => startControllers(options, client)
  return startElected({ names, identity, client, recorder, world, random, flags, start, onLost })
}

/**
 * Starts what `--controllers` asks for, each controller as its own service account where
 * --use-service-account-credentials says so.
 */
function startControllers(options: ControllerManagerOptions, own: Client): Controller {
  const { world, random, flags, authority = { rootCA: '' }, kinds = storedKinds, more = [], checkPolicy } = options
  const informers = new Informers(own, world.clock)
  const known = [...controllers, ...more].filter(({ name }) => gatesOff(flags, name).length === 0)
  const there = new Set(known.map(({ name }) => name))
  for (const line of unavailable(flags, there)) options.log?.(line)
  const served = new Set(kinds.map(({ kind }) => kind))
  const isServed = (kind: string) => served.has(kind)
  const running = known
    .filter(({ needs = [] }) => needs.every(isServed))
    .filter(({ name, onlyWhenNamed }) => isControllerEnabled(name, flags.controllers, onlyWhenNamed))
    .map(({ account, component, asManager, start }) => {
      const client =
        flags.useServiceAccountCredentials && !asManager
          ? writingAs(options.client(`system:serviceaccount:kube-system:${account}`, SERVICE_ACCOUNT_GROUPS), own)
          : own
      const recorder = (options.recorder ?? createRecorder)(client, component, world, random)
      return start({
        client,
        informers,
        recorder,
        world,
        random,
        flags,
        authority,
        kinds,
        ...(checkPolicy && { checkPolicy }),
      })
    })
  return {
    stop() {
      for (const controller of running) controller.stop()
      informers.stop()
    },
  }
}
