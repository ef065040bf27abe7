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
import { NotLoaded, type Reader } from '../target.ts'
import type { Connection } from './connection.ts'

type Listener = (event: WatchEvent<KubernetesObject>) => void

/** After a watch broke, it is begun again this much (wall ms) later. */
const RETRY_MS = 1000

interface Cache {
  readonly objects: Map<string, KubernetesObject>
  readonly listeners: Listener[]
  readonly informer: Informer<Plain>
  loaded: boolean
  readonly loading: Promise<void>
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
    return cache
  }

  #cache(kind: string): Cache {
    const known = this.#caches.get(kind)
    if (known !== undefined) return known
    const { group, version, resource } = addressOf(kind)
    const ref = { group, version, resource }
    const path = pathOf({ resource: ref, verb: 'list' })
    const shape = { apiVersion: apiVersionOf(group, version), kind }
    const informer = makeInformer(this.#connection.config, path, () => this.#list(ref, shape))
    const objects = new Map<string, KubernetesObject>()
    const cache: Cache = {
      objects,
      listeners: [],
      informer,
      loaded: false,
      loading: this.#begin(informer, () => {
        cache.loaded = true
      }),
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
      if (!this.#closed) setTimeout(() => void (this.#closed || informer.start()), RETRY_MS).unref()
    })
    this.#caches.set(kind, cache)
    return cache
  }

  async #begin(informer: Informer<Plain>, loaded: () => void): Promise<void> {
    await Promise.resolve()
    await informer.start()
    loaded()
  }

  /** What is not served is not there: a real cluster may be older or have less switched on. */
  async #list(
    resource: { readonly group: string; readonly version: string; readonly resource: string },
    shape: { readonly apiVersion: string; readonly kind: string },
  ): Promise<KubernetesListObject<Plain>> {
    const { code, body } = await this.#connection.send({ verb: 'list', resource })
    if (isStatus(body) && code !== 404) throw new Error(body.message)
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
