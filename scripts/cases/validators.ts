import { isDNS1123Label } from '../../src/api/names.ts'
import type {
  ConfigMap,
  Container,
  Endpoints,
  LimitRange,
  LoadBalancerStatus,
  Namespace,
  Node,
  ObjectMeta,
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  PersistentVolumeSpec,
  Pod,
  PodSpec,
  PodTemplateSpec,
  ReplicationController,
  ResourceQuota,
  ResourceRequirements,
  Secret,
  SecurityContext,
  Service,
  ServiceSpec,
  Volume,
  VolumeMount,
} from '../../src/api/types.ts'
import type { FieldError } from '../../src/control-plane/apiserver/registry/contract.ts'
import {
  validateClaimSpec,
  validateTemplateMeta,
} from '../../src/control-plane/apiserver/registry/validation/claim-template.ts'
import * as config from '../../src/control-plane/apiserver/registry/validation/config.ts'
import { validateEndpoints } from '../../src/control-plane/apiserver/registry/validation/endpoints.ts'
import { validateLimitRange } from '../../src/control-plane/apiserver/registry/validation/limitrange.ts'
import { validateNode, validateNodeChange } from '../../src/control-plane/apiserver/registry/validation/node.ts'
import {
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '../../src/control-plane/apiserver/registry/validation/objectmeta.ts'
import {
  validatePersistentVolumeUpdate,
  validateVolumeSpec,
} from '../../src/control-plane/apiserver/registry/validation/persistentvolume.ts'
import {
  validatePersistentVolumeClaimStatusUpdate,
  validatePersistentVolumeClaimUpdate,
} from '../../src/control-plane/apiserver/registry/validation/persistentvolumeclaim.ts'
import { validatePodCreate, validatePodTemplate } from '../../src/control-plane/apiserver/registry/validation/pod.ts'
import { type PodOptions, podOptions } from '../../src/control-plane/apiserver/registry/validation/pod-options.ts'
import {
  validateEphemeralContainersUpdate,
  validatePodResize,
} from '../../src/control-plane/apiserver/registry/validation/pod-resize.ts'
import { validatePodSpec } from '../../src/control-plane/apiserver/registry/validation/pod-spec.ts'
import { validatePodStatusUpdate } from '../../src/control-plane/apiserver/registry/validation/pod-status.ts'
import { validatePodUpdate } from '../../src/control-plane/apiserver/registry/validation/pod-update.ts'
import {
  validateReplicationController,
  validateReplicationControllerUpdate,
} from '../../src/control-plane/apiserver/registry/validation/replicationcontroller.ts'
import { validateResourceQuota } from '../../src/control-plane/apiserver/registry/validation/resourcequota.ts'
import { validateContainerResources } from '../../src/control-plane/apiserver/registry/validation/resources.ts'
import { validateSecurityContext } from '../../src/control-plane/apiserver/registry/validation/security-context.ts'
import {
  validateLoadBalancerStatus,
  validateService,
  validateServiceUpdate,
} from '../../src/control-plane/apiserver/registry/validation/service.ts'
import { validateVolumeMounts } from '../../src/control-plane/apiserver/registry/validation/volume-mounts.ts'
import { type GoValue, parseGoValue } from './go-values.ts'

/** An argument was recorded in a form that lost what the call depends on. */
export class UnreadableArgument extends Error {}

type Errors = FieldError[]
type Args = readonly unknown[]

const v1 = <T>(arg: unknown): T => (arg as { readonly v1: T }).v1
const path = (arg: unknown): string => (arg as { readonly path: string }).path
const go = (arg: unknown): GoValue => parseGoValue((arg as { readonly go: string }).go)

/** `{AllowX:true ...}` as our options. */
function flags<T>(arg: unknown): T {
  const { opts, go: dump } = arg as { readonly opts?: string; readonly go?: string }
  const pairs = [...(opts ?? dump ?? '').matchAll(/(\w+):(true|false)/g)]
  return Object.fromEntries(
    pairs.map(([, name, value]) => [name![0]!.toLowerCase() + name!.slice(1), value === 'true']),
  ) as T
}

const podFlags = (arg: unknown): PodOptions => ({ ...podOptions, ...flags<Partial<PodOptions>>(arg) })

function collect(fill: (errors: Errors) => void): Errors {
  const errors: Errors = []
  fill(errors)
  return errors
}

interface Named {
  readonly metadata: ObjectMeta
}

const namespaced = { namespaced: true }
const created = ({ metadata }: Named, rules: Parameters<typeof validateObjectMeta>[1] = namespaced): Errors =>
  validateObjectMeta(metadata, rules)
const updated = (now: Named, old: Named): Errors => validateObjectMetaUpdate(now.metadata, old.metadata)

/** The recorder printed ObjectMeta with its own String method. */
function metaOf(arg: unknown): ObjectMeta | undefined {
  if (arg === null) return undefined
  const text = (arg as { readonly go: string }).go
  const name = /\{Name:([^,]*),/.exec(text)?.[1] ?? ''
  return { name }
}

/** The template of a claim was recorded as its metadata alone. */
function dumpedMeta(arg: unknown): Partial<ObjectMeta> {
  const text = (arg as { readonly go: string }).go
  const member = (name: string) => new RegExp(`[{,]${name}:(.*?),(?=[A-Z]\\w*:|\\})`).exec(text)?.[1] ?? ''
  const set = (value: string, none: RegExp) => (none.test(value) ? {} : { value })
  const given: Record<string, unknown> = {}
  for (const [name, json, none] of metaMembers) {
    const found = set(member(name), none)
    if ('value' in found) given[json] = found.value
  }
  for (const [name, json] of [
    ['Labels', 'labels'],
    ['Annotations', 'annotations'],
  ] as const) {
    const pairs = [
      ...member(name)
        .replace(/^map\[string\]string\{|\}$/g, '')
        .matchAll(/([^:,\s]+): ([^,]*)/g),
    ]
    given[json] = Object.fromEntries(pairs.map(([, key, value]) => [key, value]))
  }
  return given as Partial<ObjectMeta>
}

const metaMembers: readonly (readonly [name: string, json: string, none: RegExp])[] = [
  ['Name', 'name', /^$/],
  ['GenerateName', 'generateName', /^$/],
  ['Namespace', 'namespace', /^$/],
  ['SelfLink', 'selfLink', /^$/],
  ['UID', 'uid', /^$/],
  ['ResourceVersion', 'resourceVersion', /^$/],
  ['Generation', 'generation', /^0$/],
  ['CreationTimestamp', 'creationTimestamp', /^0001-01-01/],
  ['DeletionTimestamp', 'deletionTimestamp', /^<nil>$/],
  ['DeletionGracePeriodSeconds', 'deletionGracePeriodSeconds', /^nil$/],
  ['OwnerReferences', 'ownerReferences', /^\[\]OwnerReference\{\}$/],
  ['Finalizers', 'finalizers', /^\[\]$/],
  ['ManagedFields', 'managedFields', /^\[\]ManagedFieldsEntry\{\}$/],
]

const volumeSpec = (spec: PersistentVolumeSpec, name: string, inline: boolean, field: string, opts: unknown): Errors =>
  collect((errors) => validateVolumeSpec(errors, field, spec, name, inline, flags(opts)))

function recordedMounts(arg: unknown): readonly VolumeMount[] {
  return (go(arg) as readonly Record<string, string | null>[]).map((mount) => {
    if (mount.MountPropagation || mount.RecursiveReadOnly) {
      throw new UnreadableArgument('a volume mount was recorded with a pointer whose target is lost')
    }
    const { Name = '', MountPath = '', SubPath = '', SubPathExpr = '' } = mount
    return {
      name: Name!,
      mountPath: MountPath!,
      subPath: SubPath!,
      subPathExpr: SubPathExpr!,
      readOnly: mount.ReadOnly === 'true',
    }
  })
}

function volumeMounts(args: Args): Errors {
  const devices = new Map(Object.entries(go(args[1]) as Record<string, string>))
  const names = Object.keys(go(args[2]) as Record<string, GoValue>)
  const volumes = new Map<string, Volume>(names.map((name) => [name, { name }]))
  const container = { name: '' } as Container
  return collect((errors) =>
    validateVolumeMounts(errors, path(args[4]), recordedMounts(args[0]), devices, volumes, container),
  )
}

function resourceRequirements(args: Args): Errors {
  const claims = new Set(Object.keys(go(args[1]) as Record<string, GoValue>))
  const requirements = v1<ResourceRequirements>(args[0])
  return collect((errors) => validateContainerResources(errors, path(args[2]), requirements, claims, podFlags(args[3])))
}

/** Function name -> our function, on the recorded arguments. What is missing here is of kinds that are not served. */
export const validators: Readonly<Record<string, (args: Args) => readonly FieldError[]>> = {
  ValidateConfigMap: ([a]) => [...created(v1<ConfigMap>(a)), ...config.validateConfigMap(v1(a))],
  ValidateConfigMapUpdate: ([a, b]) => [
    ...updated(v1<ConfigMap>(a), v1<ConfigMap>(b)),
    ...config.validateConfigMapUpdate(v1(a), v1(b)),
    ...created(v1<ConfigMap>(a)),
  ],
  ValidateSecret: ([a]) => [...created(v1<Secret>(a)), ...config.validateSecret(v1(a))],
  ValidateSecretUpdate: ([a, b]) => [
    ...updated(v1<Secret>(a), v1<Secret>(b)),
    ...config.validateSecretUpdate(v1(a), v1(b)),
    ...created(v1<Secret>(a)),
  ],
  ValidateNamespace: ([a]) => [
    ...created(v1<Namespace>(a), { namespaced: false, validateName: isDNS1123Label }),
    ...config.validateNamespace(v1(a)),
  ],
  ValidateNamespaceStatusUpdate: ([a, b]) => [
    ...updated(v1<Namespace>(a), v1<Namespace>(b)),
    ...config.validateNamespaceStatusUpdate(v1(a)),
  ],
  ValidateNode: ([a]) => [...created(v1<Node>(a), { namespaced: false }), ...validateNode(v1(a))],
  ValidateNodeUpdate: ([a, b]) => [...updated(v1<Node>(a), v1<Node>(b)), ...validateNodeChange(v1(a), v1(b))],
  ValidateEndpoints: ([a, b]) => [
    ...created(v1<Endpoints>(a)),
    ...validateEndpoints(v1(a), b === null ? undefined : v1<Endpoints>(b)),
  ],
  ValidateEndpointsCreate: ([a]) => [...created(v1<Endpoints>(a)), ...validateEndpoints(v1(a))],
  ValidateEndpointsUpdate: ([a, b]) => [
    ...updated(v1<Endpoints>(a), v1<Endpoints>(b)),
    ...created(v1<Endpoints>(a)),
    ...validateEndpoints(v1(a), v1(b)),
  ],
  ValidateServiceCreate: ([a]) => [
    ...created(v1<Service>(a), { namespaced: true, validateName: isDNS1123Label }),
    ...validateService(v1(a)),
  ],
  ValidateServiceUpdate: ([a, b]) => [
    ...updated(v1<Service>(a), v1<Service>(b)),
    ...validateServiceUpdate(v1(a), v1(b)),
  ],
  ValidateLoadBalancerStatus: ([a, b, c, d]) =>
    collect((errors) =>
      validateLoadBalancerStatus(
        errors,
        path(c),
        v1<LoadBalancerStatus>(a),
        v1<LoadBalancerStatus>(b),
        v1<ServiceSpec>(d),
      ),
    ),
  ValidatePodCreate: ([a, opts]) => [...created(v1<Pod>(a)), ...validatePodCreate(v1(a), podFlags(opts))],
  ValidatePodUpdate: ([a, b, opts]) => [
    ...updated(v1<Pod>(a), v1<Pod>(b)),
    ...created(v1<Pod>(a)),
    ...validatePodUpdate(v1(a), v1(b), podFlags(opts)),
  ],
  ValidatePodStatusUpdate: ([a, b, opts]) => [
    ...updated(v1<Pod>(a), v1<Pod>(b)),
    ...validatePodStatusUpdate(v1(a), v1(b), podFlags(opts)),
  ],
  ValidatePodEphemeralContainersUpdate: ([a, b, opts]) =>
    subresource(a, b, validateEphemeralContainersUpdate(v1(a), v1(b), podFlags(opts))),
  ValidatePodResize: ([a, b, opts]) => subresource(a, b, validatePodResize(v1(a), v1(b), podFlags(opts))),
  ValidatePodSpec: ([a, b, c, opts]) =>
    collect((errors) => validatePodSpec(errors, path(c), v1<PodSpec>(a), metaOf(b), podFlags(opts))),
  ValidatePodTemplateSpec: ([a, b, opts]) =>
    collect((errors) => validatePodTemplate(errors, path(b), v1<PodTemplateSpec>(a), podFlags(opts))),
  ValidatePodLogOptions: ([a, streams]) => config.validatePodLogOptions(v1(a), streams as boolean),
  ValidateSecurityContext: ([a, b, hostUsers]) =>
    collect((errors) =>
      validateSecurityContext(errors, path(b), a === null ? undefined : v1<SecurityContext>(a), hostUsers as boolean),
    ),
  ValidateContainerResourceRequirements: resourceRequirements,
  ValidateVolumeMounts: volumeMounts,
  ValidatePersistentVolumeClaimSpec: ([a, b, opts]) =>
    collect((errors) => validateClaimSpec(errors, path(b), v1<PersistentVolumeClaimSpec>(a), flags(opts))),
  ValidatePersistentVolumeClaimTemplate: ([a, b]) =>
    collect((errors) => validateTemplateMeta(errors, `${path(b)}.metadata`, dumpedMeta(a))),
  ValidatePersistentVolumeClaimUpdate: ([a, b, opts]) => [
    ...updated(v1<PersistentVolumeClaim>(a), v1<PersistentVolumeClaim>(b)),
    ...created(v1<PersistentVolumeClaim>(a)),
    ...validatePersistentVolumeClaimUpdate(v1(a), v1(b), flags(opts)),
  ],
  ValidatePersistentVolumeClaimStatusUpdate: ([a, b, opts]) => [
    ...updated(v1<PersistentVolumeClaim>(a), v1<PersistentVolumeClaim>(b)),
    ...validatePersistentVolumeClaimStatusUpdate(v1(a), v1(b), flags(opts)),
  ],
  ValidatePersistentVolume: ([a, opts]) => [
    ...created(v1<PersistentVolume>(a), { namespaced: false }),
    ...volumeSpec(v1<PersistentVolume>(a).spec ?? {}, v1<PersistentVolume>(a).metadata.name, false, 'spec', opts),
  ],
  ValidatePersistentVolumeSpec: ([a, name, inline, field, opts]) =>
    volumeSpec(v1(a), name as string, inline as boolean, path(field), opts),
  ValidatePersistentVolumeUpdate: ([a, b, opts]) => [
    ...created(v1<PersistentVolume>(a), { namespaced: false }),
    ...validatePersistentVolumeUpdate(v1(a), v1(b), flags(opts)),
  ],
  ValidateReplicationController: ([a]) => [
    ...created(v1<ReplicationController>(a)),
    ...validateReplicationController(v1(a)),
  ],
  ValidateReplicationControllerUpdate: ([a, b]) => [
    ...updated(v1<ReplicationController>(a), v1<ReplicationController>(b)),
    ...validateReplicationControllerUpdate(v1(a), v1(b)),
  ],
  ValidateLimitRange: ([a]) => [...created(v1<LimitRange>(a)), ...validateLimitRange(v1(a))],
  ValidateResourceQuota: ([a]) => [...created(v1<ResourceQuota>(a)), ...validateResourceQuota(v1(a))],
  ValidatePersistentVolumeClaim: ([a, opts]) => [
    ...created(v1<PersistentVolumeClaim>(a)),
    ...collect((errors) => validateClaimSpec(errors, 'spec', v1<PersistentVolumeClaim>(a).spec, flags(opts))),
  ],
}

/** Static pods are refused with that error alone. */
function subresource(a: unknown, b: unknown, errors: readonly FieldError[]): readonly FieldError[] {
  if (errors.length === 1 && errors[0]!.field === '' && errors[0]!.message.includes('pods')) {
    if (!errors[0]!.message.includes('feature gate')) return errors
  }
  return [...updated(v1<Pod>(a), v1<Pod>(b)), ...created(v1<Pod>(a)), ...errors]
}
