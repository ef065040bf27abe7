import type { KubernetesObject } from '../../../api/types.ts'
import type { Timer } from '../../../sim/clock.ts'
import { EtcdError } from '../../etcd/contract.ts'
import type { Server } from '../contract.ts'
import { followDefinitions, installApiServices } from './api-services.ts'
import { Compaction } from './compaction.ts'
import { followFlowControl, installFlowControl } from './flow-control.ts'
import { type Endpoint, kubernetesService, restoreKubernetesService } from './kubernetes-service.ts'
import { install } from './loopback.ts'
import { MasterLeases } from './master-leases.ts'
import { ensureRbacPolicy, isRbac } from './rbac-policy.ts'
import { defaultServiceCIDR, ServiceAddresses } from './service-network.ts'
import { authenticationConfig, legacyTokenTracking } from './system-config-maps.ts'
import { systemNamespaces } from './system-namespaces.ts'

/** How long a hook waits for etcd before it tries again, ms. Source: controllers under pkg/controlplane run every second until they succeed */
const RETRY_MS = 1000

export interface PostStartOptions {
  readonly server: Server
  readonly endpoint: Endpoint | undefined
  /** RBAC and priority classes that every cluster has. */
  readonly bootstrapObjects: readonly KubernetesObject[]
  /** What --client-ca-file holds. */
  readonly clientCA?: string | undefined
}

interface Hook {
  /** As /readyz?verbose names it, without `poststarthook/`. */
  readonly name: string
  readonly run: (options: PostStartOptions, leases: MasterLeases | undefined) => void
}

const HOOKS: readonly Hook[] = [
  { name: 'start-apiextensions-controllers', run: ({ server }) => server.customResources.start() },
  { name: 'start-system-namespaces-controller', run: ({ server }) => systemNamespaces(server) },
  {
    name: 'rbac/bootstrap-roles',
    run: ({ server, bootstrapObjects }) => ensureRbacPolicy(server, bootstrapObjects.filter(isRbac)),
  },
  {
    name: 'scheduling/bootstrap-system-priority-classes',
    run({ server, bootstrapObjects }) {
      for (const object of bootstrapObjects) if (!isRbac(object)) install(server, object)
    },
  },
  {
    name: 'bootstrap-controller',
    run: ({ server, endpoint }, leases) => {
      kubernetesService(server, endpoint)
      leases?.start()
    },
  },
  { name: 'start-kubernetes-service-cidr-controller', run: ({ server }) => defaultServiceCIDR(server) },
  { name: 'start-legacy-token-tracking-controller', run: ({ server }) => legacyTokenTracking(server) },
  {
    name: 'start-cluster-authentication-info-controller',
    run: ({ server, clientCA }) => authenticationConfig(server, clientCA),
  },
  { name: 'priority-and-fairness-config-producer', run: ({ server }) => installFlowControl(server) },
  { name: 'kube-apiserver-autoregistration', run: ({ server }) => installApiServices(server) },
]

/** What the server sees to once it serves: the objects that every cluster has. Done in order, again and again until etcd lets it. */
export class PostStart {
  readonly #options: PostStartOptions
  readonly #leases: MasterLeases | undefined
  #left: readonly Hook[] = HOOKS
  #stopRestoring: (() => void) | undefined
  #followers: readonly { stop(): void }[] = []
  #retry: Timer | undefined

  constructor(options: PostStartOptions) {
    this.#options = options
    const { server, endpoint } = options
    if (endpoint !== undefined) this.#leases = new MasterLeases(server, endpoint)
    this.#run()
  }

  /** Names of the hooks that have not succeeded yet. */
  get unfinished(): readonly string[] {
    return this.#left.map(({ name }) => name)
  }

  /** @param graceful the server had time to take its address out of the `kubernetes` endpoints */
  stop(graceful: boolean): void {
    this.#options.server.clock.clearTimeout(this.#retry)
    this.#stopRestoring?.()
    for (const follower of this.#followers) follower.stop()
    this.#leases?.stop(graceful && this.#left.length === 0)
  }

  #run(): void {
    try {
      for (let hook = this.#left[0]; hook !== undefined; hook = this.#left[0]) {
        hook.run(this.#options, this.#leases)
        this.#left = this.#left.slice(1)
      }
      const { server } = this.#options
      this.#followers = [
        followFlowControl(server),
        followDefinitions(server),
        new ServiceAddresses(server),
        new Compaction(server),
      ]
      this.#stopRestoring = restoreKubernetesService(server, this.#options.endpoint)
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error
      this.#retry = this.#options.server.clock.setTimeout(() => this.#run(), RETRY_MS)
    }
  }
}
