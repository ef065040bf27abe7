import type { ApiRequest } from '../../../api/request.ts'
import { type CustomResourceDefinition, isStatus, type KubernetesObject } from '../../../api/types.ts'
import type { Timer } from '../../../sim/clock.ts'
import type { Endpoint, Server, Storage } from '../contract.ts'
import { handle } from '../handle.ts'
import type { KindDefinition } from '../registry/contract.ts'
import { converterOf } from './conversion.ts'
import { endpointsOf, storedKind } from './endpoints.ts'
import {
  CLEANUP_FINALIZER,
  isEstablished,
  isTerminating,
  withNames,
  withoutFinalizer,
  withTermination,
} from './status.ts'

/** How long until what etcd refused is tried again, ms. */
const RETRY_MS = 1000

const credentials = {
  type: 'user',
  user: { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] },
} as const

const DEFINITIONS = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' }

interface Kept {
  readonly crd: CustomResourceDefinition
  readonly storage: Storage
  readonly endpoints: readonly Endpoint[]
}

/**
 * What apiextensions-apiserver does inside the API server: accepts names, establishes, serves, and empties what is deleted.
 * All on the clock, right after a definition has changed. Sources: apiextensions-apiserver/pkg/apiserver/apiserver.go,
 * customresource_handler.go, pkg/controller
 */
export class CustomResources {
  readonly #server: Server
  readonly #storageOf: (definition: KindDefinition) => Storage
  /** By name of the definition. */
  #kept = new Map<string, Kept>()
  #scheduled = false
  #stopped = false
  #emptying = false
  #retry: Timer | undefined

  /** @param storageOf makes a place for the objects of a kind */
  constructor(server: Server, storageOf: (definition: KindDefinition) => Storage) {
    this.#server = server
    this.#storageOf = storageOf
  }

  /** Follows the definitions. @throws EtcdError while etcd cannot be read */
  start(): void {
    this.#definitions?.cacher.start()
    if (this.#crds().length > 0) this.#sync()
  }

  stop(): void {
    this.#stopped = true
    this.#server.clock.clearTimeout(this.#retry)
  }

  /** An object has: only of interest while a definition waits for its last one to go. */
  objectChanged(): void {
    if (this.#emptying) this.changed()
  }

  /** A definition has changed. */
  changed(): void {
    if (this.#scheduled || this.#stopped) return
    this.#scheduled = true
    this.#server.clock.defer(() => {
      this.#scheduled = false
      if (!this.#stopped) this.#sync()
    })
  }

  get #definitions(): Storage | undefined {
    return this.#server.table.forKind('CustomResourceDefinition')?.storage
  }

  #crds(): readonly CustomResourceDefinition[] {
    return (this.#definitions?.cacher.all(undefined) ?? []) as readonly CustomResourceDefinition[]
  }

  #sync(): void {
    this.#emptying = this.#crds().some(isTerminating)
    const failed = this.#crds().map((crd) => this.#reconcile(crd))
    this.#serve()
    if (!failed.includes(true)) return
    this.#server.clock.clearTimeout(this.#retry)
    this.#retry = this.#server.clock.setTimeout(() => this.#sync(), RETRY_MS)
  }

  /** @returns whether it has to be tried again */
  #reconcile(crd: CustomResourceDefinition): boolean {
    if (isTerminating(crd)) return this.#empty(crd)
    const now = this.#server.clock.now()
    return this.#amend(crd, 'status', (current) => {
      const others = this.#crds().filter(
        ({ metadata, spec }) => spec.group === crd.spec.group && metadata.name !== crd.metadata.name,
      )
      const next = withNames(current, others, now)
      return next === current ? undefined : next
    })
  }

  /** Source: pkg/controller/finalizer/crd_finalizer.go */
  #empty(crd: CustomResourceDefinition): boolean {
    if (!crd.metadata.finalizers?.includes(CLEANUP_FINALIZER)) return false
    const now = this.#server.clock.now()
    const failed = this.#amend(crd, 'status', (current) => changedOnly(current, withTermination(current, true, now)))
    const objects = this.#objectsOf(crd)
    for (const object of objects) if (object.metadata.deletionTimestamp === undefined) this.#remove(crd, object)
    if (failed || this.#objectsOf(crd).length > 0) return failed
    const finished = this.#amend(crd, 'status', (current) => changedOnly(current, withTermination(current, false, now)))
    return finished || this.#amend(crd, undefined, withoutFinalizer)
  }

  #objectsOf({ metadata }: CustomResourceDefinition): readonly KubernetesObject[] {
    return this.#kept.get(metadata.name)?.storage.cacher.start().all(undefined) ?? []
  }

  #remove({ spec }: CustomResourceDefinition, { metadata: { name, namespace } }: KubernetesObject): void {
    // In the version it is stored in nothing has to be converted.
    const version =
      spec.versions.find((each) => each.served && each.storage) ?? spec.versions.find((each) => each.served)
    if (version === undefined) return
    handle(this.#server, {
      verb: 'delete',
      credentials,
      resource: { group: spec.group, version: version.name, resource: spec.names.plural },
      ...(namespace !== undefined && { namespace }),
      name,
    })
  }

  /** @returns whether etcd refused */
  #amend(
    { metadata }: CustomResourceDefinition,
    subresource: string | undefined,
    change: (current: CustomResourceDefinition) => CustomResourceDefinition | undefined,
  ): boolean {
    const request: ApiRequest = {
      verb: 'update',
      credentials,
      resource: { ...DEFINITIONS, ...(subresource && { subresource }) },
      name: metadata.name,
      change: (current) => change(current as CustomResourceDefinition),
    }
    const { body, code } = handle(this.#server, request)
    return isStatus(body) && code >= 500
  }

  /** Brings the table in line with the definitions. */
  #serve(): void {
    const kept = new Map<string, Kept>()
    for (const crd of this.#crds())
      if (isEstablished(crd)) kept.set(crd.metadata.name, this.#keep(crd, this.#kept.get(crd.metadata.name)))
    const before = this.#kept
    this.#kept = kept
    const same = kept.size === before.size && [...kept].every(([name, each]) => before.get(name) === each)
    if (same) return
    const cachers = new Set([...kept.values()].map(({ storage }) => storage.cacher))
    for (const { storage } of before.values()) if (!cachers.has(storage.cacher)) storage.cacher.stop()
    this.#server.table.serve([...kept.values()].flatMap(({ endpoints }) => endpoints))
  }

  #keep(crd: CustomResourceDefinition, known: Kept | undefined): Kept {
    if (known?.crd === crd) return known
    const definition = storedKind(crd)
    // The objects stay where they are unless other fields are to be found by.
    const fields = (of: KindDefinition | undefined) => Object.keys(of?.fieldSelectors ?? {}).join()
    if (known !== undefined && known.crd.metadata.uid === crd.metadata.uid) {
      if (fields(known.storage.definition) === fields(definition)) {
        const storage = { ...known.storage, definition }
        return { crd, storage, endpoints: endpointsOf(crd, storage, converterOf(this.#server, crd)) }
      }
    }
    known?.storage.cacher.stop()
    const storage = this.#storageOf(definition)
    return { crd, storage, endpoints: endpointsOf(crd, storage, converterOf(this.#server, crd)) }
  }
}

const changedOnly = <T>(current: T, next: T): T | undefined => (next === current ? undefined : next)
