import type { ApiResponse } from '../../api/request.ts'
import { isStatus, type KubernetesObject, type Status, type VolumeAttachment } from '../../api/types.ts'
import type { TargetRequest } from '../target.ts'
import type { Connection } from './connection.ts'

/** How long (wall ms) what was made may take to go. */
const PATIENCE_MS = 120_000
const LOOK_EVERY_MS = 500

/** The label of what scenarios make in a cluster: its value is the scenario's own. */
const SCENARIO = 'kubedrill.io/scenario'

interface Undo {
  readonly what: string
  run(): Promise<ApiResponse>
  /** Whether it is undone. Undefined: nobody else can be in its way while it goes, so nobody waits. */
  readonly done?: () => Promise<boolean>
}

/** What a scenario did to a real cluster, so that it can be undone: the last thing first. */
export class CleanUp {
  readonly #connection: Connection
  readonly #undo: Undo[] = []
  readonly #made = new Set<string>()
  readonly #volumes = new Set<string>()

  readonly #id: string

  constructor(connection: Connection, id: string) {
    this.#connection = connection
    this.#id = id
  }

  /** What is made outside of the scenario's namespaces, and they themselves, can be found by a label, should nobody clean up. */
  marked(request: TargetRequest): TargetRequest {
    const { verb, resource, namespace, body } = request
    const { metadata, kind } = (body ?? {}) as KubernetesObject
    const own = this.#made.has(`namespaces//${namespace}`)
    if (verb !== 'create' || resource.subresource !== undefined || own || !metadata || /Review$/.test(kind))
      return request
    const labels = { ...metadata.labels, [SCENARIO]: this.#id }
    return { ...request, body: { ...(body as KubernetesObject), metadata: { ...metadata, labels } } }
  }

  /** Before a change of something that was there before the scenario: it is put back as it was. */
  async before(request: TargetRequest): Promise<void> {
    const { verb, resource, namespace, name } = request
    if (!['update', 'patch', 'delete'].includes(verb) || name === undefined || resource.subresource !== undefined)
      return
    const key = keyOf(request)
    if (this.#made.has(key) || this.#made.has(`namespaces//${namespace}`)) return
    this.#made.add(key)
    const place = { resource, ...(namespace === undefined ? {} : { namespace }) }
    const { body, code } = await this.#connection.send({ verb: 'get', ...place, name })
    if (code !== 200 || isStatus(body)) return
    const before = body as KubernetesObject
    this.#undo.push({
      what: `${before.kind} ${name} as it was`,
      run: async () => {
        const now = await this.#connection.send({ verb: 'get', ...place, name })
        const { resourceVersion: _, uid: __, ...metadata } = before.metadata
        if (now.code === 404) return this.#connection.send({ verb: 'create', ...place, body: { ...before, metadata } })
        const { resourceVersion } = (now.body as KubernetesObject).metadata
        return this.#connection.send({
          verb: 'update',
          ...place,
          name,
          body: { ...before, metadata: { ...before.metadata, resourceVersion } },
        })
      },
    })
  }

  /** After something was made: it goes away with the scenario. */
  after(request: TargetRequest, { code, body }: ApiResponse): void {
    const { verb, resource, namespace } = request
    const { metadata, kind } = body as KubernetesObject
    // Reviews and the like are answers, not objects: they have no uid.
    if (verb !== 'create' || code !== 201 || resource.subresource !== undefined || !metadata?.uid) return
    const { name } = metadata
    this.#made.add(keyOf({ resource, namespace, name }))
    if (this.#made.has(`namespaces//${namespace}`)) return
    if (kind === 'PersistentVolume') this.#volumes.add(name)
    const place = { resource, name, ...(namespace === undefined ? {} : { namespace }) }
    this.#undo.push({
      what: `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`,
      run: () => this.#connection.send({ verb: 'delete', ...place, options: { propagationPolicy: 'Background' } }),
      // Names of the scenario's own namespaces come once only.
      ...(kind === 'Namespace'
        ? {}
        : { done: async () => (await this.#connection.send({ verb: 'get', ...place })).code === 404 }),
    })
  }

  /** @returns what could not be undone in time */
  async run(): Promise<readonly string[]> {
    const steps = this.#undo.splice(0).reverse()
    const deadline = Date.now() + PATIENCE_MS
    const left: string[] = []
    for (const { what, run } of steps) {
      let answer = await run()
      while (isForNow(answer) && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
        answer = await run()
      }
      if (isRefused(answer)) left.push(`${what} (${(answer.body as Status).message})`)
    }
    if (left.length > 0) return left
    for (const { what, done } of steps) {
      if (done === undefined) continue
      while (!(await done()) && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
      if (!(await done())) left.push(what)
    }
    await this.#detach()
    return left
  }

  /** A driver that runs keeps its volumes until they are detached: who still has one that is gone waits, minutes, for nobody. */
  async #detach(): Promise<void> {
    if (this.#volumes.size === 0) return
    const { body } = await this.#connection.send({ verb: 'list', resource: ATTACHMENTS })
    const { items = [] } = (isStatus(body) ? {} : body) as { readonly items?: readonly VolumeAttachment[] }
    for (const { metadata, spec } of items) {
      const volume = spec.source.persistentVolumeName ?? ''
      const place = { resource: VOLUMES, name: volume }
      if (!this.#volumes.has(volume) || (await this.#connection.send({ verb: 'get', ...place })).code !== 404) continue
      await this.#connection.send({ verb: 'delete', resource: ATTACHMENTS, name: metadata.name })
    }
  }
}

/** Nobody answers just now. */
const isForNow = ({ code }: ApiResponse) => code === 429 || code >= 500
const isRefused = ({ code }: ApiResponse) => code === 401 || code === 403 || code >= 500

const ATTACHMENTS = { group: 'storage.k8s.io', version: 'v1', resource: 'volumeattachments' }
const VOLUMES = { group: '', version: 'v1', resource: 'persistentvolumes' }

function keyOf({ resource, namespace, name }: Pick<TargetRequest, 'resource' | 'namespace' | 'name'>): string {
  return `${resource.resource}${resource.group && `.${resource.group}`}/${namespace ?? ''}/${name}`
}
