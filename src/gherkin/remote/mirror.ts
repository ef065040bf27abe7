import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Informer,
  type KubernetesListObject,
  makeInformer,
  type KubernetesObject as Plain,
} from '@kubernetes/client-node'
import { parseFieldSelector } from '../../api/fields.ts'
import { parseSelector } from '../../api/labels.ts'
import { apiVersionOf } from '../../api/meta.ts'
import { pathOf } from '../../api/paths.ts'
import { addressOf } from '../../api/resources.ts'
import { isStatus, type KubernetesObject, type WatchEvent } from '../../api/types.ts'
import type { ListOptions } from '../../client/contract.ts'
import { fieldAt } from '../subset.ts'
import { NotLoaded, NotReadable, type Reader } from '../target.ts'
import type { Connection } from './connection.ts'

type Listener = (event: WatchEvent<KubernetesObject>) => void

/** After a watch broke, it is begun again this much (wall ms) later. */
const RETRY_MS = 1000
/** A kind that cannot be listed for so long (wall ms) cannot be read. */
const PATIENCE_MS = 60_000

interface Cache {
  readonly objects: Map<string, KubernetesObject>
  readonly listeners: Listener[]
  readonly informer: Informer<Plain>
  loaded: boolean
  /** Why the last attempt to list the objects failed. */
  failed: Refusal | undefined
  /** Why they cannot be read. */
  refused: string | undefined
  readonly loading: Promise<void>
}

/** A list that was refused. */
class Refusal extends Error {
  /** Who may not see them now may not in a minute either. */
  readonly isForGood: boolean
  constructor(code: number, message: string) {
    super(message)
    this.isForGood = code === 401 || code === 403
  }
}

const keyIn = (namespace: string | undefined, name: string) => `${namespace ?? ''}/${name}`

/**
 * What a real cluster holds, kept current by watches: one for each kind that somebody asked for, from then on. Reads answer
 * at once; the first of a kind throws {@link NotLoaded}.
 */
export class Mirror implements Reader {
  readonly #connection: Connection
  readonly #caches = new Map<string, Cache>()
  readonly #onChange = new Set<() => void>()
  #closed = false

  constructor(connection: Connection) {
    this.#connection = connection
  }

  get: Reader['get'] = (kind, name, namespace) => this.#read(kind).objects.get(keyIn(namespace, name)) as never

  list: Reader['list'] = (kind, options = {}) => {
    const wanted = filterOf(options)
    return [...this.#read(kind).objects.values()].filter(wanted) as never
  }

  watch: Reader['watch'] = (kind, options, onEvent) => {
    const cache = this.#cache(kind)
    const wanted = filterOf(options)
    const listener: Listener = (event) => {
      if (wanted(event.object)) onEvent(event as never)
    }
    for (const object of cache.objects.values()) listener({ type: 'ADDED', object })
    cache.listeners.push(listener)
    return () => void cache.listeners.splice(cache.listeners.indexOf(listener), 1)
  }

  /** Waits until every kind that is watched has been listed. */
  async ready(): Promise<void> {
    await Promise.all([...this.#caches.values()].map(({ loading }) => loading))
  }

  /** Waits for the next change of anything watched, at most so long (wall ms). */
  async change(atMostMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#onChange.delete(done)
        resolve()
      }
      const timer = setTimeout(done, atMostMs)
      this.#onChange.add(done)
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#caches.values()].map(({ informer }) => informer.stop()))
  }

  #read(kind: string): Cache {
    const cache = this.#cache(kind)
    if (!cache.loaded) throw new NotLoaded(kind, cache.loading)
    if (cache.refused !== undefined) throw new NotReadable(kind, cache.refused)
    return cache
  }

  #cache(kind: string): Cache {
    const known = this.#caches.get(kind)
    if (known !== undefined) return known
    const { group, version, resource } = addressOf(kind)
    const ref = { group, version, resource }
    const path = pathOf({ resource: ref, verb: 'list' })
    const shape = { apiVersion: apiVersionOf(group, version), kind }
    const informer = makeInformer(this.#connection.config, path, () => this.#list(ref, shape, cache))
    const objects = new Map<string, KubernetesObject>()
    const cache: Cache = {
      objects,
      listeners: [],
      informer,
      loaded: false,
      failed: undefined,
      refused: undefined,
      loading: Promise.resolve().then(() => this.#load(cache)),
    }
    const tell = (type: 'ADDED' | 'MODIFIED' | 'DELETED') => (plain: Plain) => {
      const object = plain as unknown as KubernetesObject
      const { namespace, name } = object.metadata
      if (type === 'DELETED') objects.delete(keyIn(namespace, name))
      else objects.set(keyIn(namespace, name), object)
      for (const listener of cache.listeners) listener({ type, object })
      for (const done of [...this.#onChange]) done()
    }
    informer.on('add', tell('ADDED'))
    informer.on('update', tell('MODIFIED'))
    informer.on('delete', tell('DELETED'))
    informer.on('error', () => {
      const isLoading = !cache.loaded && cache.failed !== undefined
      if (!this.#closed && !isLoading) setTimeout(() => void (this.#closed || informer.start()), RETRY_MS).unref()
    })
    this.#caches.set(kind, cache)
    return cache
  }

  /** Lists the objects and watches them; where that fails for now, again and again. */
  async #load(cache: Cache): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS
    for (;;) {
      await cache.informer.start()
      if (cache.failed === undefined) break
      if (cache.failed.isForGood || this.#closed || Date.now() > deadline) {
        cache.refused = cache.failed.message
        break
      }
      await sleep(RETRY_MS)
    }
    cache.loaded = true
  }

  /** What is not served is not there: a real cluster may be older or have less switched on. */
  async #list(
    resource: { readonly group: string; readonly version: string; readonly resource: string },
    shape: { readonly apiVersion: string; readonly kind: string },
    cache: Cache,
  ): Promise<KubernetesListObject<Plain>> {
    const { code, body } = await this.#connection.send({ verb: 'list', resource })
    cache.failed = isStatus(body) && code !== 404 ? new Refusal(code, body.message ?? `status ${code}`) : undefined
    if (cache.failed !== undefined) throw cache.failed
    const { items = [], metadata } = (isStatus(body) ? {} : body) as unknown as Partial<KubernetesListObject<Plain>>
    // The items of a list do not say what they are.
    return { ...shape, metadata, items: items.map((item) => ({ ...shape, ...item })) }
  }
}

function filterOf({
  namespace,
  labelSelector,
  fieldSelector,
  ownerUid,
}: ListOptions): (object: KubernetesObject) => boolean {
  const labels = labelSelector === undefined ? undefined : parseSelector(labelSelector)
  const fields = fieldSelector === undefined ? [] : parseFieldSelector(fieldSelector)
  return ({ metadata, ...rest }) =>
    (namespace === undefined || metadata.namespace === namespace) &&
    (labels === undefined || labels.matches(metadata.labels)) &&
    (ownerUid === undefined || (metadata.ownerReferences ?? []).some(({ uid }) => uid === ownerUid)) &&
    fields.every(
      ({ field, operator, value }) =>
        (String(fieldAt({ metadata, ...rest }, field) ?? '') === value) === (operator === '='),
    )
}
