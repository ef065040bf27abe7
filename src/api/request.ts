import type { AuditLog } from './audit/index.ts'
import type { Answer, KubernetesObject, Status } from './types.ts'

/** Who asks. */
export interface UserInfo {
  readonly name: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/** What the caller shows of itself; `authenticate` turns it into a {@link UserInfo}. */
export type Credentials =
  | { readonly type: 'user'; readonly user: UserInfo } // a verified client certificate, or an in-process component
  | { readonly type: 'bearer'; readonly token: string }
  | { readonly type: 'anonymous' }

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection'

export interface ResourceRef {
  readonly group: string
  readonly version: string
  /** Plural, lower case: `pods`. */
  readonly resource: string
  readonly subresource?: string
}

export type PatchType =
  | 'application/json-patch+json'
  | 'application/merge-patch+json'
  | 'application/strategic-merge-patch+json'
  | 'application/apply-patch+yaml'

export interface RequestOptions {
  readonly dryRun?: boolean
  readonly fieldManager?: string
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict'
  readonly force?: boolean
  // lists and watches
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /** Of the metrics APIs. */
  readonly metricLabelSelector?: string
  /** Only dependents of the object with this uid; for in-process callers, served from the owner index. */
  readonly ownerUid?: string
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan'
  readonly limit?: number
  readonly continue?: string
  readonly allowWatchBookmarks?: boolean
  readonly sendInitialEvents?: boolean
  readonly timeoutSeconds?: number
  // deletes (as DeleteOptions)
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground'
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
}

export interface ApiRequest {
  readonly verb: Verb
  readonly credentials: Credentials
  readonly impersonate?: UserInfo
  readonly resource: ResourceRef
  readonly namespace?: string
  readonly name?: string
  readonly options?: RequestOptions
  /** Decoded body: the object (create, update), the patch document (patch). */
  readonly body?: unknown
  readonly patchType?: PatchType
  /**
   * A body that came over the wire: its structure is checked against the schema (types, unknown fields) before anything
   * else. Bodies of in-process components are typed already and skip that.
   */
  readonly wire?: { readonly duplicateFields?: readonly string[] }
  /** In-process updates: the write as a pure function of the current object, applied at write time; conflicts cannot happen. Undefined: leave it. */
  readonly change?: (current: KubernetesObject) => KubernetesObject | undefined
  /**
   * What came of calls to the world outside (webhooks at a URL) that the request needed. Present, if only empty, where the
   * caller can make such calls; see ApiResponse.outside.
   */
  readonly outside?: readonly OutsideOutcome[]
  readonly userAgent?: string
  /**
   * A read or watch from outside the simulated world: its events and timers leave no mark on the journal (clock.observe), it is
   * sent bookmarks, and what it hears must not change the world.
   */
  readonly onlooker?: boolean
  /** A get that stands for a look into an informer's cache: it needs what filled the cache, the right to list. */
  readonly cached?: boolean
  /** The audit log has been told of it by whoever took the request. */
  readonly unaudited?: boolean
  /** A look into an informer's cache, or of somebody who is not there: no request to a real server. */
  readonly look?: boolean
  /** For the audit log; without it, from the server's own host. */
  readonly origin?: Origin | undefined
}

/** Where a request comes from. */
export interface Origin {
  readonly ip: string
  readonly userAgent: string
}

/** A POST of JSON to a URL of the machine the simulation runs on. */
export interface OutsideCall {
  /** Which call of the request this is: the same when the request is handed in again. */
  readonly key: string
  /** What the answer must repeat. */
  readonly uid: string
  readonly url: string
  /** Base64 of PEM; without one the machine's own authorities. */
  readonly caBundle?: string
  readonly timeoutSeconds: number
  readonly body: string
}

/** What came of an {@link OutsideCall}. Plain data: it stands in the journal. */
export type OutsideOutcome = { readonly key: string; readonly uid: string } & (
  | { readonly code: number; readonly body: string }
  /** In the words of Go's HTTP client: `dial tcp 127.0.0.1:9443: connect: connection refused`. */
  | { readonly error: string }
)

export interface ObjectList<T = KubernetesObject> {
  readonly kind: 'List'
  readonly items: readonly T[]
  readonly resourceVersion: string
  readonly continue?: string
  readonly remainingItemCount?: number
}

export interface ApiResponse {
  /** HTTP status code. */
  readonly code: number
  readonly body: KubernetesObject | ObjectList | Status
  /** Texts for `Warning: 299` headers. */
  readonly warnings?: readonly string[]
  /** Virtual time the answer takes (slow disk, lost quorum): the door waits, the core does not. */
  readonly afterMs?: number
  readonly retryAfterSeconds?: number
  /** Nothing has been done yet: make these calls and hand the request in again with their outcomes besides those it had. */
  readonly outside?: readonly OutsideCall[]
}

export type ServerWatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubernetesObject }
  /** `initialEventsEnd`: the bookmark that closes `sendInitialEvents`. */
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string; readonly initialEventsEnd?: boolean }
  | { readonly type: 'ERROR'; readonly status: Status }
  /** For watchers whose request has `outside`: the event is known once these calls have been made. */
  | {
      readonly type: 'PENDING'
      readonly outside: readonly OutsideCall[]
      readonly resume: (outcomes: readonly OutsideOutcome[]) => ServerWatchEvent
    }

export interface Watch {
  stop(): void
}

/** What the API server needs from outside for keys and tokens: they are made and checked at the door. */
export interface TokenAuthority {
  /** Signs the claims of a service account token, a JWT. */
  sign(claims: Readonly<Record<string, unknown>>): string
  /** The claims of a token this authority signed; undefined for any other. Expiry is the API server's business. */
  verify(token: string): Readonly<Record<string, unknown>> | undefined
  /** Users of static tokens (--token-auth-file). */
  readonly staticTokens?: ReadonlyMap<string, UserInfo>
}

/** Signs what CertificateSigningRequests ask for, with the key of --cluster-signing-key-file: made at the door, as keys are. */
export interface CertificateSigner {
  /** Until when its own certificate is good, ms since the epoch. */
  signerNotAfter(): number
  /**
   * The certificate as PEM, or why there is none.
   *
   * @throws Error where the request is no PEM of a PKCS#10 request
   */
  sign(wanted: {
    /** PEM of the request. */
    readonly request: string
    readonly usages: readonly string[]
    /** Virtual ms since the epoch. */
    readonly notBefore: number
    readonly notAfter: number
  }): string | { readonly error: string }
}

/** An update that is to be made again and again. */
export interface Renewal {
  /** An `update` without its `change`. */
  readonly request: ApiRequest
  /** When it is made first, and how often from then on; virtual ms. */
  readonly firstAt: number
  readonly everyMs: number
  readonly change: (current: KubernetesObject, at: number) => KubernetesObject | undefined
  /** The update that was due then has been refused: it is not made again. */
  readonly onRefused: (status: Status, at: number) => void
}

/** The API server as everybody sees it: a synchronous function of requests. */
export interface ApiServer {
  handle(request: ApiRequest): ApiResponse
  /** Events arrive on the clock, never inside this call or inside a write. Refusals come back as a Status. `onEnd`: the server closed the watch. */
  watch(request: ApiRequest, onEvent: (event: ServerWatchEvent) => void, onEnd?: () => void): Answer<Watch>
  /**
   * Makes the updates of a renewal, each as if at its own time, but only those that somebody could notice. Where it is
   * missing, callers make them one by one. `stop` makes what was due until now and answers when the next one is.
   */
  renew?(renewal: Renewal): { stop(): number }
  /**
   * Whether a Lease is being renewed in such a way that nobody needs to look for it; undefined: it is not, or that is not
   * known. `onUnsure` is called once, on the clock, when that may be over.
   */
  renewing?(namespace: string, name: string, onUnsure: () => void): (() => void) | undefined
  /** What is served now: an array of kinds that stays the same until something else is. Where it is missing, what the door was started with. */
  served?(): readonly object[]
  /** What /livez and /readyz check, in order: `etcd`, `poststarthook/rbac/bootstrap-roles`. */
  health?(): readonly HealthCheck[]
  readonly insights?: Insights
  /**
   * Where it keeps its audit log; undefined: it keeps none. It writes of every request that it takes by itself. Who takes
   * requests from outside for it knows more of them, tells the log, and marks them `unaudited`.
   */
  readonly audit?: AuditLog
  /** Whether the audit log says anything of such a request. Where it is missing, no. */
  audits?(request: ApiRequest): boolean
}

/** One line of /readyz?verbose. */
export interface HealthCheck {
  readonly name: string
  readonly ok: boolean
  /** Which endpoints list it. /healthz lists what /livez does. */
  readonly in: readonly ('livez' | 'readyz')[]
}

/** What a request is about, as authorizers and the audit log see it. */
export interface RequestAttributes {
  readonly verb: string
  readonly group: string
  readonly version?: string
  readonly resource: string
  readonly subresource?: string | undefined
  readonly namespace?: string | undefined
  readonly name?: string | undefined
  /** A URL path instead of a resource: `/healthz`. */
  readonly path?: string
}

/** What the door asks of the server to tell others about a request: for headers, metrics and the audit log. */
export interface Insights {
  /** Who asks, before and after impersonation; a Status where that is refused. */
  whoAsks(
    credentials: Credentials,
    attributes: RequestAttributes,
    impersonate?: UserInfo,
  ): Answer<{ readonly user: UserInfo; readonly impersonated?: UserInfo }>
  /** The change that notes the use of a token that a Secret holds; undefined where there is none to make. */
  tokenUse(credentials: Credentials): ApiRequest | undefined
  decide(user: UserInfo, attributes: RequestAttributes): { readonly allowed: boolean; readonly reason: string }
  /** The uids of the FlowSchema and the PriorityLevelConfiguration that take the request. */
  flowOf(
    user: UserInfo,
    attributes: RequestAttributes,
  ): { readonly flowSchemaUid: string; readonly priorityLevelUid: string } | undefined
  /** How many objects are stored, by group and resource. */
  objectCounts(): readonly { readonly group: string; readonly resource: string; readonly count: number }[]
}
