import { findCondition } from '../../api/conditions.ts'
import { POD_GROUPS } from '../../api/resources.ts'
import type { Namespace, Node, Pod, WatchEvent } from '../../api/types.ts'
import type { Client, EventsRecorder } from '../../client/contract.ts'
import type { ChartWorld } from '../../sim/chart.ts'
import type { Random } from '../../sim/random.ts'
import { Cache } from './cache.ts'
import { nodeEvents, podEvents } from './cluster-events.ts'
import type { Profile } from './config/configuration.ts'
import { Cycles } from './cycles.ts'
import { DefaultSelectors } from './default-selector.ts'
import { DeviceCache } from './device-cache.ts'
import { DEFAULT_FEATURES } from './features.ts'
import type { ClusterEvent, Registry, SchedulerHandle, Trial } from './framework.ts'
import { Nominator } from './nominator.ts'
import { PodGroupCycles } from './pod-group-cycle.ts'
import { PodGroups } from './pod-groups.ts'
import { type PodInfo, podInfoOf, podKey } from './pod-info.ts'
import { buildProfile, type Framework } from './profile.ts'
import { DEFAULT_QUEUE_OPTIONS, type QueueOptions, SchedulingQueue } from './queue.ts'
import { filterBeside, isLocal, preFilter } from './run-plugins.ts'
import { Algorithm } from './schedule-one.ts'
import { StorageCache } from './storage-cache.ts'
import { WaitingPods } from './waiting-pods.ts'
import { explainPod, type PodExplanation } from './why.ts'

const NO_LABELS: Readonly<Record<string, string>> = {}

export interface SchedulerOptions {
  readonly client: Client
  readonly world: ChartWorld
  readonly random: Random
  /** Pods of other schedulers are left alone. */
  readonly profiles: readonly Profile[]
  readonly registry: Registry
  /** In the name of a profile. */
  recorder(schedulerName: string): EventsRecorder
  /** 0: as many nodes as the size of the cluster suggests. */
  readonly percentageOfNodesToScore?: number
  readonly queue?: QueueOptions
  /** The feature gate GenericWorkload: pods of a group are scheduled together. */
  readonly genericWorkload?: boolean
  /** As the trace names it. */
  readonly component?: string
}

/**
 * Watches, keeps the cache and the queue, and schedules one pod at a time.
 * Source: pkg/scheduler/scheduler.go, eventhandlers.go
 */
export class Scheduler {
  readonly #options: SchedulerOptions
  readonly #frameworks: ReadonlyMap<string, Framework>
  readonly #cache: Cache
  readonly #queue: SchedulingQueue
  readonly #cycles: Cycles
  readonly #groupCycles: PodGroupCycles
  readonly #nominator = new Nominator()
  readonly #waiting: WaitingPods
  readonly #storage: StorageCache
  readonly #devices: DeviceCache
  readonly #selectors: DefaultSelectors
  readonly #namespaces = new Map<string, Readonly<Record<string, string>>>()
  readonly #nodes = new Map<string, Node>()
  readonly #pods = new Map<string, Pod>()
  readonly #groups: PodGroups | undefined
  readonly #stops: (() => void)[]
  #awake = false
  #stopped = false

  /** @throws Error for a profile that cannot be built; nothing has been started then */
  constructor(options: SchedulerOptions) {
    this.#options = options
    const { client, world, random, queue = DEFAULT_QUEUE_OPTIONS, component = 'kube-scheduler' } = options
    this.#selectors = new DefaultSelectors(client)
    this.#cache = new Cache({
      namespaceLabels: (namespace) => this.#namespaces.get(namespace) ?? NO_LABELS,
      namespaces: () => this.#namespaces.keys(),
      defaultSelector: (pod) => this.#selectors.of(pod),
    })
    this.#waiting = new WaitingPods(world.clock)
    this.#groups = options.genericWorkload ? new PodGroups() : undefined
    this.#storage = new StorageCache(client, (event) => this.#queue.moveAll(event))
    this.#devices = new DeviceCache(client, (event) => this.#queue.moveAll(event))
    this.#frameworks = this.#build(options)
    this.#queue = new SchedulingQueue(world, this.#frameworks, queue, () => this.#wake(), component)
    const parts = {
      client,
      clock: world.clock,
      cache: this.#cache,
      queue: this.#queue,
      nominator: this.#nominator,
      algorithm: new Algorithm(random, options.percentageOfNodesToScore),
    }
    this.#cycles = new Cycles({ ...parts, waiting: this.#waiting })
    this.#groupCycles = new PodGroupCycles({ ...parts, cycles: this.#cycles, podsLike: (pod) => this.#podsLike(pod) })
    this.#stops = [
      client.watch('Node', {}, (event) => this.#onNode(event)),
      client.watch('Namespace', {}, (event) => this.#onNamespace(event)),
      client.watch('Service', {}, (event) => this.#selectors.onService(event)),
      client.watch('Pod', {}, (event) => this.#onPod(event)),
      ...(this.#groups === undefined ? [] : [client.watch(POD_GROUPS, {}, (event) => this.#onPodGroup(event))]),
    ]
  }

  /** Source: profile.NewMap */
  #build({ profiles, registry, client, world, random, recorder }: SchedulerOptions): ReadonlyMap<string, Framework> {
    const frameworks = new Map<string, Framework>()
    for (const profile of profiles) {
      const { schedulerName } = profile
      const handle = {
        client,
        clock: world.clock,
        random,
        recorder: recorder(schedulerName),
        storage: this.#storage,
        devices: this.#devices,
        features: DEFAULT_FEATURES,
        scheduler: this.#handle(() => frameworks.get(schedulerName)!),
      }
      frameworks.set(schedulerName, buildProfile(profile, registry, handle))
    }
    return frameworks
  }

  #handle(framework: () => Framework): SchedulerHandle {
    return {
      snapshot: this.#cache,
      trial: (pod) => this.#trial(framework(), pod),
      nominatedTo: (node) => this.#nominator.of(node),
      clearNomination: (pod) => this.#cycles.writes.nominate(pod, ''),
      podsLike: (pod) => this.#podsLike(pod),
      activate: (pod) => this.#queue.activate(pod),
      waitingPod: (uid) => this.#waiting.get(uid),
    }
  }

  #podsLike(pod: Pod) {
    const members = [...(this.#groups?.of(pod) ?? [])].map((key) => this.#pods.get(key))
    return members
      .filter((member) => member !== undefined)
      .map((member) => ({ pod: member, placed: Boolean(member.spec.nodeName) || this.#cache.isAssumed(member) }))
  }

  #trial(framework: Framework, pod: PodInfo): Trial {
    const passed = preFilter(framework, pod, this.#cache)
    if ('status' in passed) return { fits: () => passed.status, local: false }
    const { filters } = passed
    return {
      fits: (node) => filterBeside(pod, node, filters, this.#cache, this.#nominator.of(node), true),
      local: isLocal(filters),
    }
  }

  /** Why the pod is where it is, or nowhere; undefined for a pod of another scheduler. */
  why(pod: Pod): PodExplanation | undefined {
    const { schedulerName = '', nodeName } = pod.spec
    const framework = this.#frameworks.get(schedulerName)
    if (framework === undefined) return undefined
    const condition = findCondition(pod.status?.conditions, 'PodScheduled')
    const nominatedNode = pod.status?.nominatedNodeName
    const queued = nodeName ? undefined : this.#queue.get(podKey(pod))
    const { metadata } = pod
    return {
      pod: metadata.name,
      namespace: metadata.namespace ?? '',
      schedulerName,
      ...(nodeName && { node: nodeName }),
      ...(nominatedNode && { nominatedNode }),
      ...(queued && { queue: queued.place, attempts: queued.attempts }),
      ...(condition?.status === 'False' && {
        lastAttempt: { at: condition.lastTransitionTime ?? '', message: condition.message ?? '' },
      }),
      ...explainPod(framework, podInfoOf(pod), this.#cache, (node) => this.#nominator.of(node)),
    }
  }

  stop(): void {
    this.#stopped = true
    for (const stop of this.#stops) stop()
    this.#queue.stop()
    this.#waiting.stop()
    this.#storage.stop()
    this.#devices.stop()
    this.#cycles.stop()
  }

  #wake(): void {
    if (this.#awake || this.#stopped) return
    this.#awake = true
    this.#options.world.clock.defer(() => {
      this.#awake = false
      if (this.#stopped) return
      const queued = this.#queue.pop()
      if (queued === undefined) return
      this.#wake()
      const grouped = this.#groups !== undefined && queued.info.pod.spec.schedulingGroup !== undefined
      if (grouped) this.#groupCycles.scheduleOne(queued)
      else this.#cycles.scheduleOne(queued)
    })
  }

  #onPodGroup({ type, object }: WatchEvent): void {
    if (type === 'ADDED') this.#queue.moveAll({ resource: 'PodGroup', action: 'Add', new: object })
  }

  #onNamespace({ type, object }: WatchEvent<Namespace>): void {
    if (type === 'DELETED') this.#namespaces.delete(object.metadata.name)
    else this.#namespaces.set(object.metadata.name, object.metadata.labels ?? NO_LABELS)
  }

  #onNode(event: WatchEvent<Node>): void {
    this.#setNode(event)
    this.#storage.changed()
  }

  #setNode({ type, object }: WatchEvent<Node>): void {
    const { name } = object.metadata
    const old = this.#nodes.get(name)
    if (type === 'DELETED') {
      this.#nodes.delete(name)
      this.#queue.moveAll({ resource: 'Node', action: 'Delete', old: object })
      this.#cache.removeNode(name)
      return
    }
    this.#nodes.set(name, object)
    this.#cache.setNode(object)
    if (old === undefined) this.#queue.moveAll({ resource: 'Node', action: 'Add', new: object })
    else for (const event of nodeEvents(old, object)) this.#queue.moveAll(event)
  }

  #onPod({ type, object: pod }: WatchEvent<Pod>): void {
    const key = podKey(pod)
    const old = this.#pods.get(key)
    // The informer leaves out pods that have ended: nobody needs to make room for them.
    const gone = type === 'DELETED' || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
    if (gone) this.#pods.delete(key)
    else this.#pods.set(key, pod)
    this.#groups?.note(key, pod, !gone && (Boolean(pod.spec.nodeName) || this.#isOurs(pod)))
    if (old !== undefined && old.metadata.uid !== pod.metadata.uid) this.#deletePod(old)
    const before = old?.metadata.uid === pod.metadata.uid ? old : undefined
    if (gone) {
      if (before !== undefined) this.#deletePod(before)
    } else if (pod.spec.nodeName) this.#setAssigned(before, pod)
    else if (this.#isOurs(pod)) this.#setUnscheduled(before, pod)
  }

  /** Source: eventhandlers.go responsibleForPod */
  #isOurs({ spec }: Pod): boolean {
    return this.#frameworks.has(spec.schedulerName ?? '')
  }

  #setAssigned(old: Pod | undefined, pod: Pod): void {
    const bound = old === undefined || !old.spec.nodeName
    this.#cache.setPod(pod)
    if (bound && this.#queue.has(pod)) this.#queue.delete(pod)
    if (bound) this.#nominator.set(pod, undefined)
    const events: readonly ClusterEvent[] = bound
      ? [{ resource: 'AssignedPod', action: 'Add', new: pod }]
      : podEvents(old, pod)
    for (const event of events) this.#queue.moveAll(event)
  }

  #setUnscheduled(old: Pod | undefined, pod: Pod): void {
    if (this.#cache.isAssumed(pod)) {
      if (pod.metadata.deletionTimestamp !== undefined) this.#forget(pod)
      return
    }
    if (old === undefined) {
      this.#queue.add(pod)
      if (this.#groups !== undefined) this.#queue.moveAll({ resource: 'UnscheduledPod', action: 'Add', new: pod })
    } else this.#queue.update(pod, podEvents(old, pod))
    const nominated = pod.status?.nominatedNodeName
    this.#nominator.set(pod, nominated)
    if (old?.status?.nominatedNodeName && old.status.nominatedNodeName !== nominated) this.#unblock(old)
  }

  #deletePod(pod: Pod): void {
    this.#storage.changed()
    if (pod.spec.nodeName) {
      this.#cache.removePod(pod)
      this.#queue.moveAll({ resource: 'AssignedPod', action: 'Delete', old: pod })
      return
    }
    this.#queue.delete(pod)
    this.#nominator.set(pod, undefined)
    if (this.#cache.isAssumed(pod)) this.#forget(pod)
    else if (pod.status?.nominatedNodeName) this.#unblock(pod)
  }

  /** Source: handleAssumedPodDeletion */
  #forget(pod: Pod): void {
    const held = this.#waiting.get(pod.metadata.uid ?? '')
    if (held === undefined) this.#cache.forget(pod)
    else held.reject('', 'removed')
    this.#queue.moveAll({ resource: 'AssignedPod', action: 'Delete', old: pod })
  }

  /** A pod no longer holds the room on the node it was nominated for: others of its priority or less may try. */
  #unblock(pod: Pod): void {
    const highest = pod.spec.priority ?? 0
    this.#queue.moveAll({ resource: 'AssignedPod', action: 'Delete', old: pod }, ({ priority }) => priority <= highest)
  }
}
