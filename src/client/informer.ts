import { keyOf } from '../api/meta.ts'
import type { ApiRequest, ApiServer, ObjectList, ServerWatchEvent, Watch } from '../api/request.ts'
import type { KubernetesObject, WatchEvent } from '../api/types.ts'
import { isStatus } from '../api/types.ts'
import type { Clock, Timer } from '../sim/clock.ts'
import type { Random } from '../sim/random.ts'
import type { Lag } from './disturbed.ts'
import { ReflectorBackoff } from './reflector-backoff.ts'

type Listener = (event: WatchEvent) => void

export interface InformerOptions {
  readonly clock: Clock
  readonly random: Random
  /** The server as this client reaches it now. */
  readonly server: () => ApiServer | undefined
  /** A request of this verb for what the informer follows. */
  readonly request: (verb: 'list' | 'watch', resourceVersion?: string) => ApiRequest
  /** What the server's selectors cannot say. */
  readonly selects?: (object: KubernetesObject) => boolean
  /** Events come this way, where a cluster explores other orders. */
  readonly lag?: Lag
}

/**
 * Holds what is there of one selection and tells its listeners of every change. Lists, then watches; when the watch
 * breaks it lists again after the reflector's back-off and tells the difference.
 * Source: client-go/tools/cache/reflector.go, shared_informer.go
 */
export class Informer {
  readonly #options: InformerOptions
  readonly #backoff: ReflectorBackoff
  readonly #held = new Map<string, KubernetesObject>()
  /** A listener takes part once it has been told what was there when it came. */
  readonly #listeners = new Map<Listener, 'waiting' | 'told'>()
  #watch: Watch | undefined
  #server: ApiServer | undefined
  #retry: Timer | undefined
  /** Counts connections: what an earlier one still says is not heard. */
  #connection = 0

  constructor(options: InformerOptions) {
    this.#options = options
    this.#backoff = new ReflectorBackoff(options.random, options.clock.now())
    this.#connect()
  }

  get(key: string): KubernetesObject | undefined {
    return this.#held.get(key)
  }

  objects(): IterableIterator<KubernetesObject> {
    return this.#held.values()
  }

  /** Something has happened that it has not heard of. */
  get behind(): boolean {
    return this.#options.lag?.behind === true
  }

  get listening(): boolean {
    return this.#listeners.size > 0
  }

  /** ADDED for what is there, then every change; all on the clock. */
  add(onEvent: Listener): () => void {
    const listener: Listener = (event) => onEvent(event)
    this.#listeners.set(listener, 'waiting')
    this.#options.clock.defer(() => {
      if (!this.#listeners.has(listener)) return
      this.#listeners.set(listener, 'told')
      for (const object of [...this.#held.values()]) listener({ type: 'ADDED', object })
    })
    return () => this.#listeners.delete(listener)
  }

  stop(): void {
    this.#disconnect()
    this.#options.clock.clearTimeout(this.#retry)
    this.#listeners.clear()
  }

  /** The server came, went or was replaced. */
  connectionChanged(): void {
    const server = this.#options.server()
    if (server === this.#server) return
    if (this.#server !== undefined) this.#lost()
    else this.#retryLater()
  }

  #lost(): void {
    this.#disconnect()
    this.#backoff.failed(this.#options.clock.now())
    this.#retryLater()
  }

  #disconnect(): void {
    this.#connection++
    this.#server = undefined
    this.#watch?.stop()
    this.#watch = undefined
  }

  #retryLater(): void {
    const { clock } = this.#options
    clock.clearTimeout(this.#retry)
    this.#retry = undefined
    if (this.#options.server() === undefined) return
    this.#retry = clock.setTimeout(() => this.#connect(), this.#backoff.nextTry(clock.now()) - clock.now())
  }

  #connect(): void {
    const server = this.#options.server()
    if (server === undefined) return
    const list = server.handle(this.#options.request('list')).body
    if (isStatus(list)) {
      this.#lost()
      return
    }
    this.#server = server
    const { items, resourceVersion } = list as ObjectList
    const connection = ++this.#connection
    const live = () => connection === this.#connection
    // Queued before anything the watch says; the clock keeps the order.
    this.#options.clock.defer(() => live() && this.#replace(items))
    const watch = server.watch(
      this.#options.request('watch', resourceVersion),
      (event) => live() && this.#comes(event, live),
      () => live() && this.#lost(),
    )
    if (isStatus(watch)) this.#lost()
    else this.#watch = watch
  }

  #comes(event: ServerWatchEvent, live: () => boolean): void {
    const { lag } = this.#options
    if (lag === undefined || !('object' in event)) this.#heard(event)
    else
      lag.carry(
        event,
        () => live() && this.#heard(event),
        () => this.#lost(),
      )
  }

  #heard(event: ServerWatchEvent): void {
    if (event.type === 'ERROR') this.#lost()
    else if ('object' in event) this.#apply(event)
  }

  #apply(event: WatchEvent): void {
    const { object } = event
    const key = keyOf(object)
    const held = this.#held.get(key)
    if (event.type === 'DELETED' || this.#options.selects?.(object) === false) {
      if (held !== undefined || event.type === 'DELETED') this.#delete(key, object)
    } else this.#put(key, object, held)
  }

  #replace(items: readonly KubernetesObject[]): void {
    const selected = this.#options.selects === undefined ? items : items.filter(this.#options.selects)
    if (this.#held.size > 0) {
      const keys = new Set(selected.map(keyOf))
      for (const [key, object] of [...this.#held]) if (!keys.has(key)) this.#delete(key, object)
    }
    for (const object of selected) {
      const key = keyOf(object)
      this.#put(key, object, this.#held.get(key))
    }
  }

  #put(key: string, object: KubernetesObject, held: KubernetesObject | undefined): void {
    if (held === object) return
    if (held !== undefined && held.metadata.uid !== object.metadata.uid) {
      // Deleted and made again while nobody looked. Source: client-go/tools/cache/delta_fifo.go Replace
      this.#delete(key, held)
      this.#put(key, object, undefined)
      return
    }
    if (held !== undefined && held.metadata.resourceVersion === object.metadata.resourceVersion) return
    this.#held.set(key, object)
    this.#tell({ type: held === undefined ? 'ADDED' : 'MODIFIED', object })
  }

  #delete(key: string, object: KubernetesObject): void {
    this.#held.delete(key)
    this.#tell({ type: 'DELETED', object })
  }

  #tell(event: WatchEvent): void {
    for (const [listener, state] of this.#listeners) if (state === 'told') listener(event)
  }
}
