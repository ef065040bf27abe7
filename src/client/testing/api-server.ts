import type { ApiRequest, ApiResponse, ApiServer, ServerWatchEvent } from '../../api/request.ts'
import { notFound } from '../../api/status.ts'
import type { KubernetesObject } from '../../api/types.ts'
import type { Clock } from '../../sim/clock.ts'
import type { Connection } from '../client.ts'
import type { ListOptions } from '../contract.ts'
import { selects } from '../selection.ts'

/** A server that stores and watches and does nothing else: for tests of what stands on a client. */
export class MemoryApiServer implements ApiServer {
  readonly requests: ApiRequest[] = []
  readonly #clock: Clock
  #revision = 0
  readonly #objects = new Map<string, KubernetesObject>()
  readonly #watchers = new Set<{
    resource: string
    wanted: (object: KubernetesObject) => boolean
    onEvent: (event: ServerWatchEvent) => void
    onEnd: (() => void) | undefined
  }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  handle(request: ApiRequest): ApiResponse {
    this.requests.push(request)
    const { resource, namespace, verb } = request
    const prefix = `${resource.resource}/`
    if (verb === 'list') {
      const items = [...this.#objects]
        .filter(([key, object]) => key.startsWith(prefix) && wantedBy(request)(object))
        .map(([, object]) => object)
      return { code: 200, body: { kind: 'List', items, resourceVersion: String(this.#revision) } }
    }
    const key = `${prefix}${namespace ?? ''}/${request.name ?? ''}`
    const current = this.#objects.get(key)
    if (verb === 'create' && resource.subresource === undefined) {
      const created = request.body as KubernetesObject
      return { code: 201, body: this.#store(key, 'ADDED', withUid(created, `uid-${this.#revision + 1}`)) }
    }
    if (current === undefined) return { code: 404, body: notFound(resource, request.name ?? '') }
    if (verb === 'delete') {
      this.#store(key, 'DELETED', current)
      this.#objects.delete(key)
      return { code: 200, body: current }
    }
    if (verb !== 'update') return { code: 200, body: current }
    const changed = request.change!(current)
    return { code: 200, body: changed === undefined ? current : this.#store(key, 'MODIFIED', changed) }
  }

  watch(request: ApiRequest, onEvent: (event: ServerWatchEvent) => void, onEnd?: () => void) {
    const watcher = { resource: request.resource.resource, wanted: wantedBy(request), onEvent, onEnd }
    this.#watchers.add(watcher)
    return { stop: () => void this.#watchers.delete(watcher) }
  }

  /** Closes every watch, as a server that restarts. */
  endWatches(): void {
    for (const watcher of [...this.#watchers]) {
      this.#watchers.delete(watcher)
      watcher.onEnd?.()
    }
  }

  #store(key: string, type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubernetesObject): KubernetesObject {
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#revision) } }
    this.#objects.set(key, stored)
    const resource = key.slice(0, key.indexOf('/'))
    for (const watcher of this.#watchers)
      if (watcher.resource === resource && watcher.wanted(stored))
        this.#clock.defer(() => this.#watchers.has(watcher) && watcher.onEvent({ type, object: stored }))
    return stored
  }
}

/** A connection that can be cut. */
export class Wire implements Connection {
  #server: ApiServer | undefined
  readonly #listeners = new Set<() => void>()

  constructor(server?: ApiServer) {
    this.#server = server
  }

  server(): ApiServer | undefined {
    return this.#server
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  connect(server: ApiServer | undefined): void {
    this.#server = server
    for (const listener of [...this.#listeners]) listener()
  }
}

function wantedBy(request: ApiRequest): (object: KubernetesObject) => boolean {
  const { namespace, options } = request
  return selects({ ...(options as ListOptions), ...(namespace !== undefined && { namespace }) })
}

function withUid(object: KubernetesObject, uid: string): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, uid } }
}
