import { equal } from '../../../api/equal.ts'
import { keyOf, splitKey } from '../../../api/meta.ts'
import { isStatus, type Node, type Service } from '../../../api/types.ts'
import { type Ingresses, isProviderError, type ProviderAnswer, type ProviderError } from '../cloud-provider.ts'
import type { CloudController, CloudControllerContext, CloudControllerDescriptor } from '../controller.ts'
import { CLEANUP, hasFinalizer, needsCleanup, needsUpdate, wantsLoadBalancer } from './needs.ts'
import { concernsBalancers, isBackend, loggableNames, sameBackends } from './predicates.ts'
import { Workers } from './workers.ts'

/** How often Services that wait for their load balancer's end are looked at again. Source: controller.go serviceSyncPeriod */
const RESYNC_MS = 30_000

/**
 * Gives Services of type LoadBalancer a load balancer of the cloud, with the nodes behind it.
 * Source: k8s.io/cloud-provider/controllers/service/controller.go
 */
export const serviceLBController: CloudControllerDescriptor = {
  name: 'service-lb-controller',
  account: 'service-controller',
  component: 'service-controller',
  start: (context) => new ServiceController(context),
}

type Done = (failed: ProviderError | undefined) => void

class ServiceController implements CloudController {
  readonly #c: CloudControllerContext
  readonly #services: Workers
  readonly #nodes: Workers
  readonly #startedAt: number
  readonly #stops: readonly (() => void)[]
  /** Services as they were when they were last worked on. */
  readonly #cache = new Map<string, Service>()
  /** The nodes that a Service's load balancer was last given. */
  readonly #lastNodes = new Map<string, readonly Node[]>()
  #stopped = false

  constructor(context: CloudControllerContext) {
    const { world, flags, informers } = context
    this.#c = context
    this.#startedAt = world.clock.now()
    this.#services = new Workers(world.clock, flags.concurrentServiceSyncs, (key, done) => this.#sync(key, done))
    this.#nodes = new Workers(world.clock, 1, (_key, done) => this.#syncNodes(done))
    this.#stops = [
      informers.on('Service', ({ type, object }, old) => {
        const key = keyOf(object)
        if (type === 'DELETED') return
        const concerned = old === undefined ? wantsLoadBalancer(object) : needsUpdate(old, object)
        if (concerned || needsCleanup(object)) this.#services.queue.add(key)
      }),
      informers.on('Node', ({ type, object }, old) => {
        if (type === 'DELETED' || old === undefined || concernsBalancers(old, object))
          this.#nodes.queue.add(object.metadata.name)
      }),
    ]
  }

  stop(): void {
    this.#stopped = true
    for (const stop of this.#stops) stop()
    this.#services.stop()
    this.#nodes.stop()
  }

  /** Source: controller.go syncService */
  #sync(key: string, done: Done) {
    const { namespace, name } = splitKey(key)
    const service = this.#c.client.get('Service', name, namespace)
    const cached = this.#cache.get(key)
    if (service === undefined) {
      if (cached === undefined) return done(undefined)
      return this.#deleteUnheld(cached, (failed) => {
        if (failed === undefined) this.#cache.delete(key)
        done(failed)
      })
    }
    if (cached !== undefined && cached.metadata.uid !== service.metadata.uid)
      return this.#deleteUnheld(cached, (failed) => (failed ? done(failed) : this.#createOrUpdate(key, service, done)))
    this.#createOrUpdate(key, service, done)
  }

  /** Source: controller.go processServiceCreateOrUpdate, syncLoadBalancerIfNeeded */
  #createOrUpdate(key: string, service: Service, done: Done) {
    this.#cache.set(key, service)
    const ended: Done = (failed) => {
      if (failed === undefined) return done(undefined)
      this.#warn(service, 'SyncLoadBalancerFailed', `Error syncing load balancer: ${failed.error}`)
      // Until it is gone it is looked at with every resync, however long the delay has become.
      if (needsCleanup(service)) this.#services.queue.addAfter(key, this.#untilResync())
      done(failed)
    }
    if (wantsLoadBalancer(service) && !needsCleanup(service)) return this.#ensure(service, ended)
    this.#cleanUp(service, (failed) => {
      if (failed === undefined) this.#cache.delete(key)
      ended(failed)
    })
  }

  #ensure(service: Service, done: Done) {
    const { provider, flags, client } = this.#c
    this.#tell(service, 'EnsuringLoadBalancer', 'Ensuring load balancer')
    const refused = this.#setFinalizer(service, true)
    if (refused !== undefined) return done({ error: `failed to add load balancer cleanup finalizer: ${refused}` })
    const nodes = client.list('Node').filter(isBackend)
    if (nodes.length === 0) this.#warnOfNoNodes(service)
    this.#lastNodes.set(keyOf(service), nodes)
    provider.loadBalancer.ensure(
      flags.clusterName,
      service,
      nodes,
      this.#whileRunning((answer) => {
        if (isProviderError(answer)) {
          const { elsewhere, error, ...rest } = answer
          return done(elsewhere ? undefined : { ...rest, error: `failed to ensure load balancer: ${error}` })
        }
        this.#tell(service, 'EnsuredLoadBalancer', 'Ensured load balancer')
        done(this.#setStatus(service, answer))
      }),
    )
  }

  #cleanUp(service: Service, done: Done) {
    const { provider, flags } = this.#c
    const found = provider.loadBalancer.get(flags.clusterName, service)
    if (isProviderError(found))
      return done({ error: `failed to check if load balancer exists before cleanup: ${found.error}` })
    const ended = (answer: ProviderAnswer<undefined>) => {
      if (isProviderError(answer) && !answer.elsewhere)
        return done({ error: `failed to delete load balancer: ${answer.error}` })
      const refused = this.#setFinalizer(service, false)
      if (refused !== undefined) return done({ error: `failed to remove load balancer cleanup finalizer: ${refused}` })
      this.#tell(service, 'DeletedLoadBalancer', 'Deleted load balancer')
      done(this.#setStatus(service, []))
    }
    if (found === undefined) return ended(undefined)
    this.#tell(service, 'DeletingLoadBalancer', 'Deleting load balancer')
    provider.loadBalancer.ensureDeleted(flags.clusterName, service, this.#whileRunning(ended))
  }

  /** A Service that went without having been held by the finalizer. Source: controller.go processLoadBalancerDelete */
  #deleteUnheld(service: Service, done: Done) {
    if (!wantsLoadBalancer(service)) return done(undefined)
    const { provider, flags } = this.#c
    this.#tell(service, 'DeletingLoadBalancer', 'Deleting load balancer')
    provider.loadBalancer.ensureDeleted(
      flags.clusterName,
      service,
      this.#whileRunning((answer) => {
        if (isProviderError(answer)) {
          this.#warn(service, 'DeleteLoadBalancerFailed', `Error deleting load balancer: ${answer.error}`)
          return done(answer)
        }
        this.#tell(service, 'DeletedLoadBalancer', 'Deleted load balancer')
        done(undefined)
      }),
    )
  }

  /** The nodes have changed: every load balancer is told. Source: controller.go syncNodes, updateLoadBalancerHosts */
  #syncNodes(done: Done) {
    const services = [...this.#cache.entries()]
    let left = services.length
    if (left === 0) return done(undefined)
    for (const [key, service] of services)
      this.#syncNodesOf(key, service, (retry) => {
        if (retry) this.#services.queue.add(key)
        if (--left === 0) done(undefined)
      })
  }

  /** Source: controller.go nodeSyncService, lockedUpdateLoadBalancerHosts */
  #syncNodesOf(key: string, service: Service, done: (retry: boolean) => void) {
    if (!wantsLoadBalancer(service)) return done(false)
    const { client, provider, flags } = this.#c
    const nodes = client.list('Node').filter(isBackend)
    const old = (this.#lastNodes.get(key) ?? []).filter(isBackend)
    this.#lastNodes.set(key, nodes)
    if (sameBackends(old, nodes)) return done(false)
    provider.loadBalancer.update(
      flags.clusterName,
      service,
      nodes,
      this.#whileRunning((answer) => {
        if (!isProviderError(answer)) {
          if (nodes.length === 0) this.#warnOfNoNodes(service)
          else this.#tell(service, 'UpdatedLoadBalancer', 'Updated load balancer with new hosts')
          return done(false)
        }
        if (answer.elsewhere || provider.loadBalancer.get(flags.clusterName, service) === undefined) return done(false)
        const hosts = `${loggableNames(nodes)} [node names limited, total number of nodes: ${nodes.length}]`
        const why = `Error updating load balancer with new hosts ${hosts}, error: ${answer.error}`
        this.#warn(service, 'UpdateLoadBalancerFailed', why)
        done(true)
      }),
    )
  }

  /** By a patch of the status, which may carry metadata too. Answers why it was refused. Source: service/helpers/helper.go PatchService */
  #setFinalizer(service: Service, held: boolean): string | undefined {
    if (hasFinalizer(service) === held) return undefined
    const { name, namespace } = service.metadata
    const answer = this.#c.client.updateStatus('Service', name, namespace, (current) => {
      const { finalizers: before = [], ...metadata } = current.metadata
      const finalizers = [...before.filter((finalizer) => finalizer !== CLEANUP), ...(held ? [CLEANUP] : [])]
      return { ...current, metadata: finalizers.length === 0 ? metadata : { ...metadata, finalizers } }
    })
    return isStatus(answer) && answer.status !== 'Success' ? answer.message : undefined
  }

  #setStatus(service: Service, ingress: Ingresses): ProviderError | undefined {
    const { name, namespace } = service.metadata
    if (equal(service.status?.loadBalancer?.ingress ?? [], ingress)) return undefined
    const answer = this.#c.client.updateStatus('Service', name, namespace, (current) => ({
      ...current,
      status: { ...current.status, loadBalancer: ingress.length === 0 ? {} : { ingress } },
    }))
    if (!isStatus(answer) || answer.reason === 'NotFound') return undefined
    return { error: `failed to update load balancer status: ${answer.message}` }
  }

  /** An answer of the cloud that comes when the process is gone is heard by nobody. */
  #whileRunning<T>(then: (answer: ProviderAnswer<T>) => void): (answer: ProviderAnswer<T>) => void {
    return (answer) => {
      if (!this.#stopped) then(answer)
    }
  }

  #untilResync(): number {
    const passed = this.#c.world.clock.now() - this.#startedAt
    return RESYNC_MS - (passed % RESYNC_MS)
  }

  #warnOfNoNodes(service: Service): void {
    this.#warn(service, 'UnAvailableLoadBalancer', 'There are no available nodes for LoadBalancer')
  }

  #tell(service: Service, reason: string, message: string): void {
    this.#c.recorder.event(service, 'Normal', reason, message)
  }

  #warn(service: Service, reason: string, message: string): void {
    this.#c.recorder.event(service, 'Warning', reason, message)
  }
}
