import type { ManagedType } from '../../../api/managedfields/managed-type.ts'
import type { PatchType, UserInfo } from '../../../api/request.ts'
import type { CustomResourceDefinition, JSONSchemaProps, KubernetesObject, Scale, Status } from '../../../api/types.ts'
import type { FieldValidation, Structured } from '../structure.ts'

/** One thing wrong with one field. Source: apimachinery/pkg/util/validation/field/errors.go */
export interface FieldError {
  readonly type:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueDuplicate'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueNotFound'
    | 'FieldValueTypeInvalid'
    | 'InternalError'
  /** Path as upstream prints it: `spec.containers[0].image`. */
  readonly field: string
  /** As upstream's ErrorBody: `Required value`, `Invalid value: "X": a lowercase RFC 1123 …`. */
  readonly message: string
}

export interface Column<T> {
  readonly name: string
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  readonly format?: 'name'
  readonly description: string
  /** 0 always shown, 1 with -o wide. */
  readonly priority?: number
  /** @param now virtual ms, for ages */
  readonly cell: (object: T, now: number) => string | number | boolean
}

/** What the strategy of a kind may ask of the world while it prepares an object. */
export interface StrategyContext {
  now(): number
  /** Reads another object as it stands (a Service looks whether an IP is taken, a Pod looks for its Namespace). */
  get(kind: string, name: string, namespace?: string): KubernetesObject | undefined
  list(kind: string, namespace?: string): readonly KubernetesObject[]
  /** The cluster's Service network, `10.96.0.0/12`. */
  readonly serviceCIDR: string
  readonly user: string
  /** All that is known of who asks (a CertificateSigningRequest keeps it). */
  readonly userInfo: UserInfo
  random(below: number): number
}

/**
 * Everything the API server knows of one kind, in one file: registry/<group>/<kind>.ts. All functions are pure and
 * copy only the changed path; returning the object itself says "nothing to change".
 */
export interface KindDefinition<T extends KubernetesObject = KubernetesObject> {
  readonly group: string
  readonly version: string
  readonly kind: string
  /** Plural: `pods`. */
  readonly resource: string
  readonly singular: string
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  readonly namespaced: boolean
  /** What to use instead: every answer warns of it. `v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice` */
  readonly deprecated?: string
  /** Default: all eight. Review kinds have only `create`. */
  readonly verbs?: readonly string[]
  /** The sub-resources served besides the object, with their verbs: `{ status: ['get', 'patch', 'update'] }`. */
  readonly subresources?: Readonly<
    Record<
      string,
      {
        readonly verbs: readonly string[]
        readonly kind?: string
        readonly group?: string
        readonly version?: string
        /** Of the sub-resource's own kind, where it has some (Scale). */
        readonly columns?: readonly Column<never>[]
      }
    >
  >
  /** Name of the OpenAPI type: `io.k8s.api.core.v1.Pod`. */
  readonly schema: string
  /** Custom resources: their schema, and the definition they come from. */
  readonly custom?: { readonly schema: JSONSchemaProps; readonly definition: CustomResourceDefinition }
  /** Custom resources: brings a body into shape instead of the tables of built-in types. */
  readonly structure?: (
    body: unknown,
    fieldValidation: FieldValidation | undefined,
    duplicateFields: readonly string[] | undefined,
  ) => Structured | Status
  /** A version that will go: the text of the Warning header that every request for it gets. */
  readonly deprecation?: string
  /** Kind of its lists; default the kind with `List`. */
  readonly listKind?: string
  /** Adds what the caller left out. Cached by identity where objects share a template. */
  readonly defaults?: (object: T) => T
  /** Before create: clears what clients may not set (status), allocates (cluster IPs). Generic: generation 1 where the kind has a spec. */
  readonly prepareForCreate?: (object: T, context: StrategyContext) => T
  /** Before update: keeps what clients may not change here (status). Generic: status kept, generation bumped on a spec change. */
  readonly prepareForUpdate?: (object: T, old: T, context: StrategyContext) => T
  readonly prepareForStatusUpdate?: (object: T, old: T, context: StrategyContext) => T
  /** Name rule; default a DNS subdomain. Message as upstream. */
  readonly validateName?: (name: string) => readonly string[]
  /** All but metadata, which is validated before this by validation/objectmeta.ts for every kind. */
  readonly validate?: (object: T) => readonly FieldError[]
  /** The whole of an update but metadata: it calls `validate` where upstream does. Where it is absent, `validate` is run. */
  readonly validateUpdate?: (object: T, old: T) => readonly FieldError[]
  readonly validateStatusUpdate?: (object: T, old: T) => readonly FieldError[]
  /** What only the world can refuse (a cluster IP or node port that is taken). Run after `prepareFor…`, before `validate`; its errors alone are answered. */
  readonly validateInContext?: (object: T, old: T | undefined, context: StrategyContext) => readonly FieldError[]
  /** Rules of other sub-resources that write the object itself: `finalize` (Namespace), `ephemeralcontainers`, `resize` (Pod). */
  readonly subresourceUpdates?: Readonly<
    Record<
      string,
      {
        readonly prepareForUpdate: (object: T, old: T, context: StrategyContext) => T
        readonly validateUpdate?: (object: T, old: T) => readonly FieldError[]
      }
    >
  >
  /** Formats of patches; default all four. Custom resources know no strategic merge. */
  readonly patchTypes?: readonly PatchType[]
  /** How server-side apply and managedFields see the kind; default as its OpenAPI type says. Kinds with a schema of their own make one with api/managedfields/structural-schema.ts. */
  readonly managedType?: (subresource: string | undefined) => ManagedType
  /** How the scale sub-resource reads and writes the kind. */
  readonly scale?: {
    readonly of: (object: T) => Scale
    readonly apply: (object: T, replicas: number) => T
    /** Where the replicas stand in the object; default `spec.replicas`. */
    readonly replicasPath?: readonly string[]
  }
  /** Served under this group too but stored as another kind: events.k8s.io Event is a view of core Event. */
  readonly view?: {
    readonly group: string
    readonly resource: string
    readonly toStored: (object: T) => KubernetesObject
    readonly fromStored: (stored: KubernetesObject) => T
    /** A conversion webhook does it: it may fail, or need calls to the outside. Nothing of it is remembered. */
    readonly outside?: boolean
    /** The stored kind with what this group asks of it besides. */
    readonly rules?: KindDefinition
  }
  readonly warnings?: (object: T, old: T | undefined) => readonly string[]
  readonly columns: readonly Column<T>[]
  /** Besides metadata.name and metadata.namespace. Answers '' for an unset field. */
  readonly fieldSelectors?: Readonly<Record<string, (object: T) => string>>
  /** Kinds that are deleted with a grace period (Pod): how many seconds, given what the client asked for. 0: at once. */
  readonly gracePeriodSeconds?: (object: T, asked: number | undefined) => number
  /** Seconds after which the object goes by itself (Event: 3600). */
  readonly ttlSeconds?: number
  /** Never stored: answered by this function (review kinds). Wired by the API server. */
  readonly virtual?: boolean
  readonly allowCreateOnUpdate?: boolean
  /** Before the first request to delete it is carried out: what a CustomResourceDefinition waits for. */
  readonly prepareForDelete?: (object: T, now: number) => T
  /** Default propagation policy of a plain delete; default Background. */
  readonly defaultPropagationPolicy?: 'Orphan' | 'Background'
}
