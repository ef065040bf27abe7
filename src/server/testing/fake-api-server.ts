import type { ApiRequest, ApiResponse, ApiServer, ServerWatchEvent, Watch } from '../../api/request.ts'
import { alreadyExists, notFound, success } from '../../api/status.ts'
import { type Answer, isStatus, type KubernetesObject } from '../../api/types.ts'
import type { VirtualClock } from '../../sim/clock.ts'

/** A store with the verbs and nothing else: what the door's own tests talk to. */
export class FakeApiServer implements ApiServer {
  readonly requests: ApiRequest[] = []
  readonly #clock: VirtualClock
  readonly #objects = new Map<string, KubernetesObject>()
  readonly #watchers = new Set<{ readonly prefix: string; readonly onEvent: (event: ServerWatchEvent) => void }>()
  #revision = 100
  /** Answers instead of the store, where it has an answer. */
  intercept: ((request: ApiRequest) => ApiResponse | undefined) | undefined

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  handle(request: ApiRequest): ApiResponse {
    this.requests.push(request)
    return this.intercept?.(request) ?? this.#answer(request)
  }

  watch(request: ApiRequest, onEvent: (event: ServerWatchEvent) => void): Answer<Watch> {
    const watcher = { prefix: prefixOf(request), onEvent }
    this.#watchers.add(watcher)
    if (request.options?.resourceVersion === undefined)
      for (const object of this.#list(request)) this.#clock.defer(() => onEvent({ type: 'ADDED', object }))
    return { stop: () => this.#watchers.delete(watcher) }
  }

  get watchers(): number {
    return this.#watchers.size
  }

  #answer(request: ApiRequest): ApiResponse {
    const key = prefixOf(request) + (request.name ?? '')
    const { resource, name = '' } = request
    switch (request.verb) {
      case 'list':
        return {
          code: 200,
          body: { kind: 'List', items: this.#list(request), resourceVersion: String(this.#revision) },
        }
      case 'create':
        return this.#create(request)
      case 'update':
      case 'patch':
        return this.#put('MODIFIED', key, { ...this.#objects.get(key)!, ...(request.body as KubernetesObject) }, 200)
      case 'delete': {
        const object = this.#objects.get(key)
        if (object === undefined) return answered(notFound(resource, name))
        this.#objects.delete(key)
        this.#tell('DELETED', key, object)
        return { code: 200, body: success({ name, kind: resource.resource }) }
      }
      default:
        return answered(this.#objects.get(key) ?? notFound(resource, name))
    }
  }

  #create(request: ApiRequest): ApiResponse {
    const body = request.body as KubernetesObject
    if (/reviews$/.test(request.resource.resource))
      return { code: 201, body: { ...body, status: { allowed: true } } as unknown as KubernetesObject }
    const key = prefixOf(request) + body.metadata.name
    if (this.#objects.has(key)) return answered(alreadyExists(request.resource, body.metadata.name))
    return this.#put('ADDED', key, body, 201)
  }

  #put(type: 'ADDED' | 'MODIFIED', key: string, body: KubernetesObject, code: number): ApiResponse {
    const object = { ...body, metadata: { ...body.metadata, resourceVersion: String(++this.#revision) } }
    this.#objects.set(key, object)
    this.#tell(type, key, object)
    return { code, body: object }
  }

  #tell(type: 'ADDED' | 'MODIFIED' | 'DELETED', key: string, object: KubernetesObject): void {
    for (const { prefix, onEvent } of this.#watchers)
      if (key.startsWith(prefix)) this.#clock.defer(() => onEvent({ type, object }))
  }

  #list(request: ApiRequest): readonly KubernetesObject[] {
    const prefix = prefixOf(request)
    return [...this.#objects].filter(([key]) => key.startsWith(prefix)).map(([, object]) => object)
  }
}

function prefixOf({ resource, namespace }: ApiRequest): string {
  return `${resource.group}/${resource.resource}/${namespace === undefined ? '' : `${namespace}/`}`
}

function answered(body: KubernetesObject | ReturnType<typeof notFound>): ApiResponse {
  return { code: isStatus(body) ? (body.code ?? 500) : 200, body }
}
