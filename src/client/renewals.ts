import type { ApiRequest, ApiResponse, ApiServer, ObjectList, Renewal, ServerWatchEvent } from '../api/request.ts'
import { failure } from '../api/status.ts'
import { isStatus, type KubernetesObject, type Status } from '../api/types.ts'
import type { Clock, Timer } from '../sim/clock.ts'
import type { ListOptions } from './contract.ts'
import { selects } from './selection.ts'

interface Kept {
  readonly key: string
  readonly renewal: Renewal
  readonly server: ApiServer
  /** The first renewal that is not made yet. */
  due: number
  /** Something may have changed that the next renewal depends on: it is made at its time. */
  timer: Timer | undefined
  /** Who relies on it being renewed. */
  unsure: Set<() => void> | undefined
  /** What was last shown, so that the same instant shows the same object. */
  shown: { readonly of: KubernetesObject; readonly at: number; readonly as: KubernetesObject } | undefined
}

const READS = new Set(['get', 'list', 'watch'])
const NONE: readonly Kept[] = []

/** What is renewed: Leases, and the heartbeats in the status of Nodes. */
const RENEWED = new Set(['leases', 'nodes'])

/** `leases/kube-node-lease/worker-1`, `nodes//worker-1` */
function keyOf(resource: string, namespace: string | undefined, name: string | undefined): string {
  return `${resource}/${namespace ?? ''}/${name ?? ''}`
}

/**
 * Renewals that are not made while nobody can tell: whoever reads a Lease sees it as renewed, and it is written when
 * that matters (its keeper stops, somebody else writes it). One for all API servers of a cluster. Reading leaves no mark
 * on the world, so a replay without the readers is the same replay. Heartbeats of Nodes are shown to outside readers
 * only: no component goes by them, and the Node that all of them hold stays the same object.
 *
 * What is lost: the revisions of the renewals that were not made, and the events that components would get of them.
 * Whoever judges by the age of a Lease reads it when the time has come, instead of waiting for events.
 */
export class Renewals {
  readonly #clock: Clock
  readonly #eager: (namespace: string) => boolean
  readonly #kept = new Map<string, Kept>()

  /** @param eager namespaces whose Leases are renewed one by one all the same: where a component judges by the events */
  constructor(clock: Clock, eager: (namespace: string) => boolean = () => false) {
    this.#clock = clock
    this.#eager = eager
  }

  /** The server, knowing renewals: what callers are to be given instead of it. */
  serve<S extends ApiServer>(server: S): S & Required<Pick<ApiServer, 'renew' | 'renewing'>> {
    const own = {
      handle: (request: ApiRequest) => this.#handle(server, request),
      watch: (request: ApiRequest, onEvent: (event: ServerWatchEvent) => void, onEnd?: () => void) =>
        this.#watch(server, request, onEvent, onEnd),
      renew: (renewal: Renewal) => this.#renew(server, renewal),
      renewing: (namespace: string, name: string, onUnsure: () => void) => this.#renewing(namespace, name, onUnsure),
    }
    const bound = new Map<unknown, unknown>()
    return new Proxy(server, {
      get(target, property) {
        if (Object.hasOwn(own, property)) return own[property as keyof typeof own]
        const value: unknown = Reflect.get(target, property, target)
        if (typeof value !== 'function') return value
        if (!bound.has(value)) bound.set(value, value.bind(target))
        return bound.get(value)
      },
    }) as S & Required<Pick<ApiServer, 'renew' | 'renewing'>>
  }

  /** Something has changed that renewals may depend on (etcd, authorization): each is made at its time once. */
  check(): void {
    for (const kept of this.#kept.values()) this.#makeNext(kept)
  }

  #handle(server: ApiServer, request: ApiRequest): ApiResponse {
    const { resource, verb, options, namespace, name } = request
    if (!RENEWED.has(resource.resource) || this.#kept.size === 0) {
      const response = server.handle(request)
      if (resource.group === 'rbac.authorization.k8s.io' && !READS.has(verb)) this.check()
      return response
    }
    const ofNodes = resource.resource === 'nodes'
    if (READS.has(verb)) {
      const response = server.handle(request)
      return ofNodes && request.onlooker !== true ? response : this.#shown(resource.resource, response)
    }
    if (options?.dryRun) return server.handle(request)
    const concerned = this.#concerned(keyOf(resource.resource, namespace, name), verb === 'deletecollection')
    // A Node keeps its version while others change it: what has been read can be written.
    if (ofNodes && !verb.startsWith('delete')) {
      const response = server.handle(request)
      // Its kubelet has a say in what its status comes to.
      if (resource.subresource === 'status') for (const kept of concerned) this.#makeNext(kept, false)
      return response
    }
    for (const kept of concerned) this.#catchUp(kept)
    const response = server.handle(request)
    for (const kept of concerned) this.#makeNext(kept)
    return response
  }

  #concerned(key: string, all: boolean): readonly Kept[] {
    if (all) return [...this.#kept.values()].filter((kept) => kept.key.startsWith(key))
    const one = this.#kept.get(key)
    return one === undefined ? NONE : [one]
  }

  /** Outside watchers are shown renewals at their time; no other watcher is. */
  #watch(
    server: ApiServer,
    request: ApiRequest,
    onEvent: (event: ServerWatchEvent) => void,
    onEnd: (() => void) | undefined,
  ) {
    const { resource } = request.resource
    if (!RENEWED.has(resource) || request.onlooker !== true) return server.watch(request, onEvent, onEnd)
    let timer: Timer | undefined
    const close = () => this.#clock.clearTimeout(timer)
    const watch = server.watch(request, onEvent, () => {
      close()
      onEnd?.()
    })
    if (isStatus(watch)) return watch
    const wanted = selects({ ...(request.options as ListOptions), ...onlyIn(request.namespace) })
    const show = () => {
      const now = this.#clock.now()
      for (const kept of this.#keptOf(resource)) {
        if (lastDue(kept, now) !== now) continue
        const { subresource: _, ...whole } = kept.renewal.request.resource
        const { body } = kept.server.handle({ ...kept.renewal.request, resource: whole, verb: 'get', onlooker: true })
        if (!isStatus(body) && wanted(body as KubernetesObject))
          onEvent({ type: 'MODIFIED', object: this.#shownObject(resource, body as KubernetesObject) })
      }
      arm()
    }
    const arm = () => {
      const now = this.#clock.now()
      let next = now + 60_000
      for (const kept of this.#keptOf(resource)) next = Math.min(next, nextDue(kept, now))
      timer = this.#clock.observe(show, next - now)
    }
    arm()
    return {
      stop() {
        close()
        watch.stop()
      },
    }
  }

  *#keptOf(resource: string): Generator<Kept> {
    for (const kept of this.#kept.values()) if (kept.renewal.request.resource.resource === resource) yield kept
  }

  #renew(server: ApiServer, renewal: Renewal): { stop(): number } {
    const { resource, namespace, name } = renewal.request
    const key = keyOf(resource.resource, namespace, name)
    const kept: Kept = {
      key,
      renewal,
      server,
      due: renewal.firstAt,
      timer: undefined,
      unsure: undefined,
      shown: undefined,
    }
    this.#end(this.#kept.get(key))
    this.#kept.set(key, kept)
    // The first one is made, so that it is known to work.
    this.#makeNext(kept)
    return {
      stop: () => {
        if (this.#kept.get(key) === kept) {
          this.#catchUp(kept)
          this.#end(kept)
        }
        return kept.due
      },
    }
  }

  #renewing(namespace: string, name: string, onUnsure: () => void): (() => void) | undefined {
    const kept = this.#kept.get(keyOf('leases', namespace, name))
    if (kept === undefined || kept.timer !== undefined) return undefined
    kept.unsure ??= new Set()
    kept.unsure.add(onUnsure)
    return () => void kept.unsure?.delete(onUnsure)
  }

  /** The next renewal may fail, or there will be none. */
  #tellUnsure(kept: Kept): void {
    const told = kept.unsure
    if (told === undefined) return
    kept.unsure = undefined
    this.#clock.defer(() => {
      for (const onUnsure of told) onUnsure()
    })
  }

  #end(kept: Kept | undefined): void {
    if (kept === undefined) return
    this.#tellUnsure(kept)
    this.#clock.clearTimeout(kept.timer)
    if (this.#kept.get(kept.key) === kept) this.#kept.delete(kept.key)
  }

  #makeNext(kept: Kept, catchUp = true): void {
    if (kept.timer !== undefined) return
    const now = this.#clock.now()
    if (catchUp) this.#catchUp(kept)
    this.#tellUnsure(kept)
    const at = nextDue(kept, now)
    kept.timer = this.#clock.setTimeout(() => {
      kept.timer = undefined
      const refused = this.#write(kept, at)
      if (refused !== undefined) {
        this.#end(kept)
        kept.renewal.onRefused(refused, this.#clock.now())
      } else if (this.#isNoticed(kept)) this.#makeNext(kept)
    }, at - now)
  }

  /** Somebody goes by each single one: a component by its events, or the audit log. */
  #isNoticed({ renewal: { request }, server }: Kept): boolean {
    return this.#eager(request.namespace ?? '') || server.audits?.(request) === true
  }

  /** Writes the newest of the renewals that were due before now. */
  #catchUp(kept: Kept): void {
    const at = lastDue(kept, this.#clock.now())
    if (at !== undefined && kept.timer === undefined) this.#write(kept, at)
  }

  /** @returns why it was refused */
  #write(kept: Kept, at: number): Status | undefined {
    const { request, change, everyMs } = kept.renewal
    kept.due = at + everyMs
    let gaveUp = false
    const { body } = kept.server.handle({
      ...request,
      change: (current) => {
        const changed = change(current, at)
        gaveUp = changed === undefined
        return changed
      },
    })
    if (isStatus(body)) return body
    return gaveUp ? failure(409, 'Conflict', 'the Lease is no longer held') : undefined
  }

  #shown(resource: string, response: ApiResponse): ApiResponse {
    const { body } = response
    if (isStatus(body)) return response
    if (!('items' in body)) return { ...response, body: this.#shownObject(resource, body as KubernetesObject) }
    const list = body as ObjectList
    return { ...response, body: { ...list, items: list.items.map((object) => this.#shownObject(resource, object)) } }
  }

  /** The object as it would be if its renewals had been made. */
  #shownObject(resource: string, object: KubernetesObject): KubernetesObject {
    const { namespace, name } = object.metadata
    const kept = this.#kept.get(keyOf(resource, namespace, name))
    if (kept === undefined) return object
    const at = lastDue(kept, this.#clock.now())
    // A Lease whose renewal may fail is not shown as renewed before it is.
    if (at === undefined || (kept.timer !== undefined && resource === 'leases')) return object
    if (kept.shown?.of !== object || kept.shown.at !== at)
      kept.shown = { of: object, at, as: kept.renewal.change(object, at) ?? object }
    return kept.shown.as
  }
}

/** When the newest renewal was due that is not made; undefined when all are. */
function lastDue({ due, renewal }: Kept, now: number): number | undefined {
  return due > now ? undefined : due + Math.floor((now - due) / renewal.everyMs) * renewal.everyMs
}

function nextDue(kept: Kept, now: number): number {
  const last = lastDue(kept, now)
  return last === undefined ? kept.due : last + kept.renewal.everyMs
}

function onlyIn(namespace: string | undefined): ListOptions {
  return namespace === undefined ? {} : { namespace }
}
