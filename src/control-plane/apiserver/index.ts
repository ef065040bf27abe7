import type { ApiRequest, ApiResponse, ApiServer, ServerWatchEvent, Watch } from '../../api/request.ts'
import { type Answer, isStatus, type KubernetesObject } from '../../api/types.ts'
import { Random } from '../../sim/random.ts'
import { admissionPlugins } from './admission/index.ts'
import { authenticate } from './authentication/authenticate.ts'
import { unsignedAuthority } from './authentication/unsigned.ts'
import { authorize } from './authorization/authorize.ts'
import type { ApiServerOptions, Endpoint, Server, Storage, Table } from './contract.ts'
import { callOf, handle } from './handle.ts'
import { type HealthCheck, healthChecks } from './health.ts'
import { PostStart } from './post-start/index.ts'
import type { KindDefinition } from './registry/contract.ts'
import { kinds } from './registry/index.ts'
import { type OpenWatch, watch } from './rest/watch.ts'
import { Cacher } from './storage/cacher.ts'
import { type Change, Dispatcher } from './storage/dispatcher.ts'
import { storageKey, storagePrefix } from './storage/keys.ts'
import { createTable } from './table.ts'

export type { ApiServerOptions, Endpoint } from './contract.ts'
export type { HealthCheck } from './health.ts'

/** The API server, and what the process around it needs. */
export interface RunningApiServer extends ApiServer {
  /** What is served: discovery, OpenAPI and Tables are made from it at the door. */
  readonly endpoints: readonly Endpoint[]
  find(group: string, version: string, resource: string): Endpoint | undefined
  /** What /livez and /readyz check, in order. */
  health(): readonly HealthCheck[]
  /** The process ends: watches are closed, nothing is followed any more. `graceful`: it had time to say so (SIGTERM). */
  stop(graceful?: boolean): void
}

export function createApiServer(options: ApiServerOptions): RunningApiServer {
  return new KubeApiServer(options)
}

class KubeApiServer implements RunningApiServer {
  readonly #server: Server
  readonly #components: Dispatcher
  readonly #onlookers: Dispatcher
  readonly #open = new Set<OpenWatch>()
  readonly #postStart: PostStart
  #revision = 0

  constructor(options: ApiServerOptions) {
    const { clock, random, etcd } = options
    this.#components = new Dispatcher(clock, false)
    this.#onlookers = new Dispatcher(clock, true)
    const table = createTable(options.kinds ?? kinds, (definition) => this.#storage(options, definition))
    const heard = () => this.#revision
    this.#server = {
      clock,
      random,
      dryRunRandom: new Random(0, 'dry run'),
      etcd,
      get revision() {
        return Math.max(heard(), etcd.revision)
      },
      serviceCIDR: options.serviceCIDR ?? '10.96.0.0/12',
      issuer: options.issuer ?? 'https://kubernetes.default.svc.cluster.local',
      authority: options.authority ?? unsignedAuthority,
      table,
      admission: admissionPlugins.filter(
        ({ name }) => options.admissionPlugins === undefined || options.admissionPlugins.includes(name),
      ),
      ...readers(table),
    } as unknown as Server
    const { advertiseAddress, securePort = 6443, bootstrapObjects = [] } = options
    const endpoint = advertiseAddress === undefined ? undefined : { address: advertiseAddress, port: securePort }
    this.#postStart = new PostStart({ server: this.#server, endpoint, bootstrapObjects })
  }

  get endpoints(): readonly Endpoint[] {
    return this.#server.table.endpoints
  }

  find(group: string, version: string, resource: string): Endpoint | undefined {
    return this.#server.table.find(group, version, resource)
  }

  handle(request: ApiRequest): ApiResponse {
    return handle(this.#server, request)
  }

  watch(request: ApiRequest, onEvent: (event: ServerWatchEvent) => void, onEnd?: () => void): Answer<Watch> {
    const user = authenticate(this.#server, request)
    if (isStatus(user)) return user
    const refusal = authorize(this.#server, user, request)
    if (refusal !== undefined) return refusal
    const call = callOf(this.#server, request, user)
    if (isStatus(call)) return call
    const dispatcher = (onlooker: boolean) => (onlooker ? this.#onlookers : this.#components)
    return watch(call, { dispatcher, open: this.#open }, onEvent, onEnd)
  }

  health(): readonly HealthCheck[] {
    return healthChecks(this.#server, this.#postStart.unfinished)
  }

  stop(graceful = false): void {
    this.#postStart.stop(graceful)
    for (const { storage } of this.endpoints) storage?.cacher.stop()
    for (const open of [...this.#open]) open.end()
  }

  #storage(options: ApiServerOptions, definition: KindDefinition): Storage {
    const prefix = storagePrefix(definition.group, definition.resource)
    const cacher = new Cacher({
      etcd: options.etcd,
      prefix,
      fields: definition.fieldSelectors,
      components: this.#components,
      onlookers: this.#onlookers,
      onChange: (change: Change) => {
        this.#revision = change.revision
      },
    })
    return { prefix, definition, cacher }
  }
}

function readers(table: Table): Pick<Server, 'read' | 'readAll'> {
  return {
    read(kind, name, namespace) {
      const storage = table.forKind(kind)?.storage
      return storage?.cacher.start().get(storageKey(storage.prefix, namespace, name))
    },
    readAll(kind, namespace): readonly KubernetesObject[] {
      const cacher = table.forKind(kind)?.storage?.cacher.start()
      return cacher?.all(namespace) ?? []
    },
  }
}
