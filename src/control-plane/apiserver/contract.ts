import type { AuditLog } from '../../api/audit/index.ts'
import type { FieldRequirement } from '../../api/fields.ts'
import type { PendingWrites } from '../../api/managedfields/history.ts'
import type { ApiRequest, OutsideOutcome, RequestOptions, TokenAuthority, UserInfo, Verb } from '../../api/request.ts'
import type { GroupResource } from '../../api/status.ts'
import type { KubernetesObject, Pod, Status } from '../../api/types.ts'
import type { Clock } from '../../sim/clock.ts'
import type { Random } from '../../sim/random.ts'
import type { Etcd } from '../etcd/contract.ts'
import type { AdmissionChain } from './admission/chain.ts'
import type { AdmissionConfiguration } from './admission/configuration.ts'
import type { TolerationDefaults } from './admission/defaulttolerationseconds.ts'
import type { CustomResources } from './apiextensions/index.ts'
import type { Rbac } from './authorization/rbac.ts'
import type { KindDefinition } from './registry/contract.ts'
import type { Cacher } from './storage/cacher.ts'

export interface ApiServerOptions {
  readonly clock: Clock
  /** This server's own stream: uids, generated names. */
  readonly random: Random
  readonly etcd: Etcd
  /** What is served; default everything in registry/. */
  readonly kinds?: readonly KindDefinition[]
  /** Signs and checks service account tokens; default: unsigned ones, good inside this process only. */
  readonly authority?: TokenAuthority
  /** --service-account-issuer */
  readonly issuer?: string
  /** --service-cluster-ip-range */
  readonly serviceCIDR?: string
  /** --advertise-address of this server, the endpoint of the `kubernetes` Service. Without one that Service gets no endpoints. */
  readonly advertiseAddress?: string
  /** What the components beside this server answer when they are asked for their health; etcd is asked by the server itself. */
  readonly componentHealth?: () => readonly ComponentHealth[]
  /** --secure-port */
  readonly securePort?: number
  /** --enable-admission-plugins minus --disable-admission-plugins; default those that are on by default and NodeRestriction, as kubeadm has it. */
  readonly admissionPlugins?: readonly string[]
  /** Plug-ins that do not come with the server; they run before policies and webhooks. */
  readonly moreAdmissionPlugins?: readonly AdmissionPlugin[]
  /** --admission-control-config-file */
  readonly admissionConfiguration?: AdmissionConfiguration
  /** What DefaultTolerationSeconds adds to Pods. */
  readonly tolerations?: TolerationDefaults
  /** --authorization-mode, in order; default `Node`, `RBAC`. Besides them `AlwaysAllow` and `AlwaysDeny`. */
  readonly authorizationModes?: readonly string[]
  /** --anonymous-auth; default true, and never with the mode AlwaysAllow. */
  readonly anonymousAuth?: boolean
  /** What --client-ca-file holds, for the ConfigMap that tells aggregated servers. */
  readonly clientCA?: string
  /** How the server reaches webhooks inside the cluster; default: not at all. */
  readonly post?: (call: InsideCall) => InsideOutcome
  /** How the server hands requests of components on to aggregated APIs; default: not at all. */
  readonly ask?: (call: AggregatedCall) => InsideOutcome
  /** --enable-bootstrap-token-auth; default false. */
  readonly bootstrapTokens?: boolean
  /** --audit-policy-file, --audit-log-path; default: there is none. */
  readonly audit?: AuditLog
  /** Objects that the post-start hooks make sure of: RBAC and priority classes; default those in bootstrap/. */
  readonly bootstrapObjects?: readonly KubernetesObject[]
}

/** A POST into the cluster's own network: to a Service, or to an address. */
export interface InsideCall {
  readonly url: string
  readonly body: string
  readonly timeoutSeconds: number
  readonly service?: {
    readonly namespace: string
    readonly name: string
    readonly port: number
    readonly path?: string
  }
}

/** A GET that an aggregated API answers, in the name of who asked. */
export interface AggregatedCall {
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number }
  readonly path: string
  readonly user: string
}

/** What came of it; the error in the words of Go's HTTP client. */
export type InsideOutcome = { readonly code: number; readonly body: string } | { readonly error: string }

/** A component of the control plane, and what is wrong with it. */
export interface ComponentHealth {
  /** `scheduler` */
  readonly name: string
  readonly fault?: string
}

/** One resource as it is served under one group and version. */
export interface Endpoint {
  readonly definition: KindDefinition
  readonly groupResource: GroupResource
  readonly apiVersion: string
  /** Where its objects are kept; undefined for virtual kinds. Shared by the views of one stored kind. */
  readonly storage: Storage | undefined
}

/** The objects of one stored kind. */
export interface Storage {
  /** `/registry/pods/` */
  readonly prefix: string
  /** How objects are stored; views convert to and from it. */
  readonly definition: KindDefinition
  readonly cacher: Cacher
}

/** A request on its way through the server, once it is known who asks for what. */
export interface Call {
  readonly server: Server
  readonly request: ApiRequest
  readonly endpoint: Endpoint
  readonly user: UserInfo
  readonly options: RequestOptions
  /** Of the request; undefined for cluster-scoped kinds and for lists over all namespaces. */
  readonly namespace: string | undefined
  /** Texts for `Warning` headers, collected on the way. */
  readonly warnings: string[]
  /** Annotations for the audit log, collected on the way; for requests from outside. */
  readonly auditAnnotations?: Map<string, string> | undefined
}

/** The parts that everything in the server is built from. */
export interface Server {
  readonly clock: Clock
  readonly random: Random
  /** Dry runs draw from here: they leave no mark on the world. */
  readonly dryRunRandom: Random
  readonly etcd: Etcd
  /** The newest revision this server has heard of. */
  readonly revision: number
  readonly serviceCIDR: string
  componentHealth(): readonly ComponentHealth[]
  readonly issuer: string
  readonly authority: TokenAuthority
  /** Whether requests without credentials are let in, as system:anonymous. */
  readonly anonymousAuth: boolean
  /** --enable-bootstrap-token-auth */
  readonly bootstrapTokens: boolean
  readonly table: Table
  readonly customResources: CustomResources
  readonly authorizer: Authorizer
  readonly admission: AdmissionChain
  /** Writes whose managedFields are not made up yet. */
  readonly pendingWrites: PendingWrites
  /** What came of the calls to the outside of the request at hand; undefined where it cannot make any. */
  readonly outcomes: readonly OutsideOutcome[] | undefined
  /** Works with these outcomes at hand. */
  during<T>(outcomes: readonly OutsideOutcome[] | undefined, work: () => T): T
  /** Calls somebody inside the cluster. `uid` is handed on. */
  post<C extends InsideCall & { readonly uid: string }>(call: C): InsideOutcome & { readonly uid: string }
  /** Asks an aggregated API. */
  readonly ask: ApiServerOptions['ask']
  /** Reads what the watch cache holds; components inside the server look things up here. */
  read(kind: string, name: string, namespace?: string): KubernetesObject | undefined
  readAll(kind: string, namespace?: string): readonly KubernetesObject[]
  /** From the index. */
  podsOfNode(node: string): readonly Pod[]
}

/** What is served, by group, version and resource. */
export interface Table {
  /** The same array until something else is served. */
  readonly endpoints: readonly Endpoint[]
  find(group: string, version: string, resource: string): Endpoint | undefined
  /** The endpoint that stores a kind: `Pod`. */
  forKind(kind: string): Endpoint | undefined
  /** Serves these besides the built-in ones, in the place of those before. */
  serve(custom: readonly Endpoint[]): void
}

/** What somebody wants to do, as authorizers see it. Source: apiserver/pkg/authorization/authorizer */
export interface Attributes {
  readonly user: UserInfo
  /** Any verb: `bind`, `impersonate` and the like besides those of requests. */
  readonly verb: Verb | (string & {})
  readonly group: string
  readonly version?: string
  readonly resource: string
  readonly subresource?: string | undefined
  readonly namespace?: string | undefined
  readonly name?: string | undefined
  /** What a list or watch is limited to. */
  readonly fields?: readonly FieldRequirement[]
  /** A URL path instead of a resource: `/healthz`. */
  readonly path?: string
}

export interface Decision {
  readonly allowed: boolean
  /** Why: `RBAC: allowed by ClusterRoleBinding …`. */
  readonly reason: string
}

export interface Authorizer {
  readonly rbac: Rbac
  authorize(attributes: Attributes): Decision
}

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'

/** What an admission plug-in is asked about. Source: apiserver/pkg/admission/interfaces.go Attributes */
export interface AdmissionAttributes {
  readonly server: Server
  readonly operation: Operation
  readonly endpoint: Endpoint
  readonly subresource: string | undefined
  readonly namespace: string | undefined
  readonly name: string
  readonly user: UserInfo
  readonly dryRun: boolean
  readonly old: KubernetesObject | undefined
  /** The request itself, for what few plug-ins ask (its options, the outcomes of its calls to the outside). */
  readonly call: Call
  /** Whether mutating plug-ins are asked a second time because one of them has changed something. */
  readonly again: Reinvocation
  /** Adds a `Warning` header. */
  warn(text: string): void
  /** Adds an annotation to the request's line in the audit log. */
  audit(key: string, value: string): void
}

/** Source: apiserver/pkg/admission/reinvocation.go, plugin/webhook/mutating/reinvocationcontext.go */
export interface Reinvocation {
  /** This is the second round. */
  isSecond: boolean
  /** Somebody asked for a second round. */
  wanted: boolean
  /** What plug-ins remember of the first round, by their own keys. */
  readonly notes: Map<string, unknown>
}

/** One plug-in a file in admission/. Upstream's mutating pass comes before the kind's own validation, the validating pass after it. */
export interface AdmissionPlugin {
  /** As --enable-admission-plugins names it. */
  readonly name: string
  /** `pods`, `ingresses.networking.k8s.io`; default all. */
  readonly resources?: readonly string[]
  /** Default CREATE, UPDATE and DELETE. */
  readonly operations?: readonly Operation[]
  /** The object to go on with (the same one where there is nothing to do), or the refusal. `object` is undefined for DELETE. */
  admit?(object: KubernetesObject | undefined, attributes: AdmissionAttributes): KubernetesObject | Status | undefined
  /** The refusal, after the object has passed its own validation. */
  validate?(object: KubernetesObject | undefined, attributes: AdmissionAttributes): Status | undefined
}
