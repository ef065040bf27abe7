import { keyOf } from '../../api/meta.ts'
import type { Kind, ObjectOf, WatchEvent } from '../../api/types.ts'
import type { Client, ListOptions } from '../../client/contract.ts'
import type { Clock } from '../../sim/clock.ts'

/** @param old what the informer held before; undefined when the object is new to it */
export type OnChange<K extends Kind> = (event: WatchEvent<ObjectOf<K>>, old: ObjectOf<K> | undefined) => void

/**
 * One watch a kind for the whole process, however many controllers listen. A late listener is told of what is there.
 * Reads go to the client, not here: a controller sees its own writes at once and needs no expectations.
 * Source: client-go/informers/factory.go SharedInformerFactory
 */
export class Informers {
  readonly #client: Client
  readonly #clock: Clock
  readonly #informers = new Map<string, Informer<Kind>>()

  constructor(client: Client, clock: Clock) {
    this.#client = client
    this.#clock = clock
  }

  /** Answers how to stop listening. */
  on<K extends Kind>(kind: K, onChange: OnChange<K>, options: ListOptions = {}): () => void {
    const { namespace = '', labelSelector = '', fieldSelector = '' } = options
    const name = [kind, namespace, labelSelector, fieldSelector].join('\0')
    const known = this.#informers.get(name) as Informer<K> | undefined
    if (known !== undefined) return known.listen(onChange)
    const informer = new Informer<K>(this.#clock)
    this.#informers.set(name, informer as unknown as Informer<Kind>)
    const stop = informer.listen(onChange)
    informer.stop = this.#client.watch(kind, options, (event) => informer.tell(event))
    return stop
  }

  stop(): void {
    for (const informer of this.#informers.values()) informer.stop()
    this.#informers.clear()
  }
}

class Informer<K extends Kind> {
  readonly #clock: Clock
  readonly #held = new Map<string, ObjectOf<K>>()
  readonly #listeners = new Set<OnChange<K>>()
  stop: () => void = () => undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  listen(onChange: OnChange<K>): () => void {
    if (this.#held.size === 0) this.#listeners.add(onChange)
    else this.#clock.defer(() => this.#catchUp(onChange))
    return () => this.#listeners.delete(onChange)
  }

  tell(event: WatchEvent<ObjectOf<K>>): void {
    const key = keyOf(event.object)
    const old = this.#held.get(key)
    if (event.type === 'DELETED') this.#held.delete(key)
    else this.#held.set(key, event.object)
    for (const onChange of this.#listeners) onChange(event, old)
  }

  #catchUp(onChange: OnChange<K>): void {
    this.#listeners.add(onChange)
    for (const object of this.#held.values()) onChange({ type: 'ADDED', object }, undefined)
  }
}
