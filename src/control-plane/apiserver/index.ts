import type { AuditLog } from '../../api/audit/index.ts'
import type {
  ApiRequest,
  ApiResponse,
  ApiServer,
  HealthCheck,
  Insights,
  ServerWatchEvent,
  Watch,
} from '../../api/request.ts'
import { type Answer, isStatus, type KubernetesObject } from '../../api/types.ts'
import { AuditedRequests } from './audited-requests.ts'
import { bootstrapObjects as defaultObjects } from './bootstrap/index.ts'
import type { ApiServerOptions, Attributes, Decision, Endpoint } from './contract.ts'
import { accept, etcdFailure, handle } from './handle.ts'
import { healthChecks } from './health.ts'
import { insightsOf } from './insights.ts'
import { PostStart } from './post-start/index.ts'
import { type OpenWatch, watch } from './rest/watch.ts'
import { Parts } from './server.ts'

/** The API server, and what the process around it needs. */
export interface RunningApiServer extends ApiServer {
  /** What is served: discovery, OpenAPI and Tables are made from it at the door. */
  readonly endpoints: readonly Endpoint[]
  find(group: string, version: string, resource: string): Endpoint | undefined
  /** Whether somebody may do something: for what the door serves by itself (paths, proxies, logs). */
  authorize(attributes: Attributes): Decision
  /** An object as the watch cache has it: for the process itself. */
  read(kind: string, name: string, namespace?: string): KubernetesObject | undefined
  /** What /livez and /readyz check, in order. */
  health(): readonly HealthCheck[]
  /** The process ends: watches are closed, nothing is followed any more. `graceful`: it had time to say so (SIGTERM). */
  stop(graceful?: boolean): void
}

export function createApiServer(options: ApiServerOptions): RunningApiServer {
  return new KubeApiServer(options)
}

let known: readonly KubernetesObject[] | undefined

/** The same objects for every server of this process. */
function defaults(): readonly KubernetesObject[] {
  known ??= defaultObjects()
  return known
}

class KubeApiServer implements RunningApiServer {
  readonly #server: Parts
  readonly #open = new Set<OpenWatch>()
  readonly #postStart: PostStart
  readonly insights: Insights
  readonly #audited: AuditedRequests | undefined
  #served: { readonly endpoints: readonly Endpoint[]; readonly kinds: readonly object[] } = { endpoints: [], kinds: [] }

  constructor(options: ApiServerOptions) {
    this.#server = new Parts(options)
    this.insights = insightsOf(this.#server)
    if (options.audit) this.#audited = new AuditedRequests(this.#server, this.insights, options.audit)
    const { advertiseAddress, securePort = 6443, bootstrapObjects = defaults(), clientCA } = options
    const endpoint = advertiseAddress === undefined ? undefined : { address: advertiseAddress, port: securePort }
    this.#postStart = new PostStart({ server: this.#server, endpoint, bootstrapObjects, clientCA })
  }

  get endpoints(): readonly Endpoint[] {
    return this.#server.table.endpoints
  }

  find(group: string, version: string, resource: string): Endpoint | undefined {
    return this.#server.table.find(group, version, resource)
  }

  handle(request: ApiRequest): ApiResponse {
    if (this.#audited === undefined) return handle(this.#server, request)
    return this.#audited.handle(request, (asked) => handle(this.#server, asked))
  }

  get audit(): AuditLog | undefined {
    return this.#audited?.log
  }

  audits(request: ApiRequest): boolean {
    return this.#audited?.concerns(request) ?? false
  }

  served(): readonly object[] {
    const { endpoints } = this
    if (this.#served.endpoints !== endpoints)
      this.#served = { endpoints, kinds: endpoints.map(({ definition }) => definition) }
    return this.#served.kinds
  }

  watch(request: ApiRequest, onEvent: (event: ServerWatchEvent) => void, onEnd?: () => void): Answer<Watch> {
    if (this.#audited === undefined) return this.#watch(request, onEvent, onEnd)
    return this.#audited.watch(request, onEnd, (told) => this.#watch(request, onEvent, told))
  }

  #watch(request: ApiRequest, onEvent: (event: ServerWatchEvent) => void, onEnd?: () => void): Answer<Watch> {
    try {
      const call = accept(this.#server, request)
      if (isStatus(call)) return call
      const dispatcher = (onlooker: boolean) => (onlooker ? this.#server.onlookers : this.#server.components)
      return watch(call, { dispatcher, open: this.#open }, onEvent, onEnd)
    } catch (error) {
      return etcdFailure(error).body
    }
  }

  authorize(attributes: Attributes): Decision {
    return this.#server.authorizer.authorize(attributes)
  }

  read(kind: string, name: string, namespace?: string): KubernetesObject | undefined {
    return this.#server.read(kind, name, namespace)
  }

  health(): readonly HealthCheck[] {
    return healthChecks(this.#server, this.#postStart.unfinished)
  }

  stop(graceful = false): void {
    this.#postStart.stop(graceful)
    this.#server.customResources.stop()
    for (const { storage } of this.endpoints) storage?.cacher.stop()
    for (const open of [...this.#open]) open.end()
  }
}
