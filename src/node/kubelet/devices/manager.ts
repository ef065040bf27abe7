import { quantityValue } from '../../../api/quantity.ts'
import type { Container, Pod } from '../../../api/types.ts'
import type { Timer } from '../../../sim/clock.ts'
import { DEVICE_PLUGIN_DIRECTORY, type DevicePluginOffer, KUBELET_SOCKET, readOffer } from '../../plugin-socket.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import type { WaitingReason } from '../pod-worker/pod-record.ts'
import { type Allocation, readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { ClaimManager } from './claim-manager.ts'

/** Source: pkg/kubelet/cm/devicemanager/types.go endpointStopGracePeriod */
const STOP_GRACE_PERIOD = 300_000

/** One resource, as its plugin has offered it. */
interface Endpoint {
  readonly resource: string
  /** Id -> healthy. */
  devices: ReadonlyMap<string, boolean>
  offer: DevicePluginOffer | undefined
  /** The plugin's own words, to see a change. */
  content: string
  /** Since when its plugin is gone. */
  stoppedAt: number | undefined
  timer: Timer | undefined
}

/** Devices that plugins offer, and who has them. Source: pkg/kubelet/cm/devicemanager/manager.go */
export class DeviceManager {
  /** Devices that claims bring. */
  readonly claims: ClaimManager
  readonly #context: KubeletContext
  /** What the node has changed: its status shows it. */
  readonly #onChange: () => void
  readonly #endpoints = new Map<string, Endpoint>()
  /** Gone for good: the status shows 0 of them. */
  readonly #removed = new Set<string>()
  #allocations: readonly Allocation[] = []
  #stopListening: (() => void) | undefined

  constructor(context: KubeletContext, onChange: () => void) {
    this.#context = context
    this.#onChange = onChange
    this.claims = new ClaimManager(context, onChange)
  }

  /** Old sockets go: plugins see a new kubelet.sock and register again. Source: plugin/v1beta1/server.go Start, cleanup */
  start(): void {
    const { files, world } = this.#context
    const { allocations, resources } = readCheckpoint(files)
    this.#allocations = allocations
    for (const resource of resources) this.#endpoints.set(resource, this.#stopped(resource, world.clock.now()))
    for (const name of files.list(DEVICE_PLUGIN_DIRECTORY))
      if (name !== 'kubelet_internal_checkpoint') files.remove(`${DEVICE_PLUGIN_DIRECTORY}/${name}`)
    files.write(KUBELET_SOCKET, '')
    this.#stopListening = files.onChange(DEVICE_PLUGIN_DIRECTORY, () => this.#look())
    this.claims.start()
  }

  stop(): void {
    this.#stopListening?.()
    this.claims.stop()
    for (const { timer } of this.#endpoints.values()) this.#context.world.clock.clearTimeout(timer)
  }

  /** Amounts by resource. Source: GetCapacity */
  get capacity(): Readonly<Record<string, string>> {
    const counts = [...this.#endpoints.values()].map(({ resource, devices }) => [resource, String(devices.size)])
    return Object.fromEntries([...[...this.#removed].map((resource) => [resource, '0']), ...counts])
  }

  get allocatable(): Readonly<Record<string, string>> {
    const counts = [...this.#endpoints.values()].map(({ resource, devices }) => [
      resource,
      String([...devices.values()].filter(Boolean).length),
    ])
    return Object.fromEntries([...[...this.#removed].map((resource) => [resource, '0']), ...counts])
  }

  /** Gives a new pod the devices it asks for. @returns why it cannot be admitted. Source: Allocate, devicesToAllocate */
  allocate(pod: Pod): WaitingReason | undefined {
    if (this.#endpoints.size === 0) return undefined
    const { initContainers = [], containers } = pod.spec
    const podUid = pod.metadata.uid ?? ''
    const reusable = new Map<string, Set<string>>()
    for (const container of [...initContainers, ...containers]) {
      const isInit = initContainers.includes(container) && container.restartPolicy !== 'Always'
      for (const [resource, count] of this.#wanted(container)) {
        const ids = this.#choose(podUid, container.name, resource, count, reusable.get(resource) ?? new Set())
        if (typeof ids === 'string') {
          this.release(podUid)
          return { reason: 'UnexpectedAdmissionError', message: `Allocate failed due to ${ids}, which is unexpected` }
        }
        this.#remember(isInit, reusable, resource, ids)
        const old = this.#allocations.filter(
          (each) => each.podUid !== podUid || each.container !== container.name || each.resource !== resource,
        )
        this.#allocations = [...old, { podUid, container: container.name, resource, ids }]
      }
    }
    if (this.#allocations.some((each) => each.podUid === podUid)) this.#save()
    return undefined
  }

  /** What init containers had, others of the pod may have after them. */
  #remember(isInit: boolean, reusable: Map<string, Set<string>>, resource: string, ids: readonly string[]): void {
    const known = reusable.get(resource) ?? new Set<string>()
    for (const id of ids) {
      if (isInit) known.add(id)
      else known.delete(id)
    }
    reusable.set(resource, known)
  }

  /** Variables of the plugins whose devices a container has. */
  environment(podUid: string, container: string): Readonly<Record<string, string>> {
    const env: Record<string, string> = {}
    for (const { resource, ids } of this.#of(podUid, container))
      for (const [name, value] of Object.entries(this.#endpoints.get(resource)?.offer?.env ?? {}))
        env[name] = value.replaceAll('$IDS', ids.join(','))
    return env
  }

  /** Health of a container's devices, as its status shows it. Source: UpdateAllocatedResourcesStatus */
  health(podUid: string, container: string) {
    const own = this.#of(podUid, container)
    if (own.length === 0) return undefined
    return own.map(({ resource, ids }) => ({
      name: resource,
      resources: ids.map((resourceID) => {
        const healthy = this.#endpoints.get(resource)?.devices.get(resourceID)
        return { health: healthy === undefined ? 'Unknown' : healthy ? 'Healthy' : 'Unhealthy', resourceID }
      }),
    }))
  }

  /** Nothing of the pod runs any more. */
  release(podUid: string): void {
    this.claims.release(podUid)
    if (!this.#allocations.some((each) => each.podUid === podUid)) return
    this.#allocations = this.#allocations.filter((each) => each.podUid !== podUid)
    this.#save()
  }

  #of(podUid: string, container: string): readonly Allocation[] {
    return this.#allocations.length === 0
      ? this.#allocations
      : this.#allocations.filter((each) => each.podUid === podUid && each.container === container)
  }

  /** What a container asks for of what plugins offer. */
  #wanted({ resources }: Container): readonly (readonly [string, number])[] {
    return Object.entries(resources?.limits ?? {})
      .filter(([resource]) => this.#endpoints.has(resource))
      .map(([resource, quantity]) => [resource, quantityValue(quantity)] as const)
      .filter(([, count]) => count > 0)
  }

  #choose(
    podUid: string,
    container: string,
    resource: string,
    needed: number,
    reusable: ReadonlySet<string>,
  ): readonly string[] | string {
    const before = this.#of(podUid, container).find((each) => each.resource === resource)
    if (before !== undefined) return before.ids
    const endpoint = this.#endpoints.get(resource)
    if (endpoint === undefined) return `cannot allocate unregistered device ${resource}`
    const healthy = [...endpoint.devices].flatMap(([id, isHealthy]) => (isHealthy ? [id] : []))
    if (healthy.length === 0) return `no healthy devices present; cannot allocate unhealthy devices ${resource}`
    const taken = new Set(this.#allocations.flatMap((each) => (each.resource === resource ? each.ids : [])))
    const again = healthy.filter((id) => reusable.has(id)).slice(0, needed)
    const free = healthy.filter((id) => !taken.has(id) && !again.includes(id))
    const missing = needed - again.length
    if (free.length < missing)
      return `requested number of devices unavailable for ${resource}. Requested: ${missing}, Available: ${free.length}`
    return [...again, ...free.slice(0, missing)]
  }

  /** A plugin has come, gone, or says something else. */
  #look(): void {
    const { files, world } = this.#context
    const offers = new Map<string, { offer: DevicePluginOffer; content: string }>()
    for (const name of files.list(DEVICE_PLUGIN_DIRECTORY)) {
      const content = files.read(`${DEVICE_PLUGIN_DIRECTORY}/${name}`)
      const offer = readOffer(content)
      if (offer !== undefined && name !== 'kubelet_internal_checkpoint')
        offers.set(offer.resource, { offer, content: content! })
    }
    let changed = false
    for (const [resource, { offer, content }] of offers) {
      const known = this.#endpoints.get(resource)
      if (known?.content === content) continue
      this.#registered(offer, content, known)
      changed = true
    }
    for (const endpoint of this.#endpoints.values()) {
      if (offers.has(endpoint.resource) || endpoint.stoppedAt !== undefined) continue
      world.clock.clearTimeout(endpoint.timer)
      const stopped = this.#stopped(endpoint.resource, world.clock.now())
      stopped.devices = new Map([...endpoint.devices.keys()].map((id) => [id, false]))
      this.#endpoints.set(endpoint.resource, stopped)
      changed = true
    }
    if (!changed) return
    this.#save()
    this.#onChange()
  }

  #registered(offer: DevicePluginOffer, content: string, known: Endpoint | undefined): void {
    const { resource, devices } = offer
    if (known?.offer === undefined)
      this.#context.log(
        `I server.go:157] "Got registration request from device plugin with resource" resourceName="${resource}"`,
      )
    this.#context.world.clock.clearTimeout(known?.timer)
    this.#removed.delete(resource)
    this.#endpoints.set(resource, {
      resource,
      devices: new Map(Object.entries(devices).map(([id, health]) => [id, health === 'Healthy'])),
      offer,
      content,
      stoppedAt: undefined,
      timer: undefined,
    })
  }

  /** Its devices are unhealthy at once and forgotten after a while. */
  #stopped(resource: string, now: number): Endpoint {
    const timer = this.#context.world.clock.setTimeout(() => {
      this.#endpoints.delete(resource)
      this.#removed.add(resource)
      this.#save()
      this.#onChange()
    }, STOP_GRACE_PERIOD)
    return { resource, devices: new Map(), offer: undefined, content: '', stoppedAt: now, timer }
  }

  #save(): void {
    const registered = [...this.#endpoints.values()].map(({ resource, devices }) => {
      const healthy = [...devices].flatMap(([id, isHealthy]) => (isHealthy ? [id] : []))
      return [resource, healthy] as const
    })
    writeCheckpoint(this.#context.files, this.#allocations, Object.fromEntries(registered))
  }
}
