import { isDNS1123Label } from '../../../../api/names.ts'
import { parseQuantity } from '../../../../api/quantity.ts'
import type {
  Container,
  NodeSelectorTerm,
  Pod,
  PodAffinityTerm,
  PodSpec,
  PodTemplateSpec,
} from '../../../../api/types.ts'
import { portWarnings } from './port-warnings.ts'

/** What a server takes but remarks on. Source: pkg/api/pod/warnings.go, without the remarks on volume paths and seccomp and AppArmor annotations. */

/** Source: pkg/registry/core/pod/strategy.go WarningsOnCreate; updates of pods are not remarked on. */
export function podWarnings(pod: Pod, old: Pod | undefined): readonly string[] {
  if (old) return []
  return [
    ...nameWarnings(pod.metadata.name, "the Pod's hostname"),
    ...specWarnings('', pod.spec, pod.metadata.annotations),
  ]
}

interface Workload {
  readonly metadata: { readonly name: string; readonly generation?: number }
  readonly spec?: { readonly template?: PodTemplateSpec }
}

/** Source: WarningsOnCreate and WarningsOnUpdate of pkg/registry/apps/deployment/strategy.go and replicaset/strategy.go. */
export function workloadWarnings(workload: Workload, old: Workload | undefined): readonly string[] {
  const { metadata, spec } = workload
  if (!old) return [...nameWarnings(metadata.name, 'Pod names and hostnames'), ...templateWarnings(spec?.template)]
  return old.metadata.generation === metadata.generation ? [] : templateWarnings(spec?.template)
}

/** @param path of the template, with a dot at its end */
export function templateWarnings(template: PodTemplateSpec | undefined, path = 'spec.template.'): readonly string[] {
  return template?.spec ? specWarnings(path, template.spec, template.metadata?.annotations) : []
}

export function nameWarnings(name: string, use: string): readonly string[] {
  const faults = isDNS1123Label(name)
  if (faults.length === 0) return []
  const remark = 'which can result in surprising behavior; a DNS label is recommended'
  return [`metadata.name: this is used in ${use}, ${remark}: [${faults.join(' ')}]`]
}

function specWarnings(prefix: string, spec: PodSpec, annotations: Pod['metadata']['annotations'] = {}): string[] {
  const path = `${prefix}spec`
  const containers = containersOf(path, spec)
  return [
    ...labelWarnings(path, spec),
    ...Object.entries(DEPRECATED_ANNOTATIONS).flatMap(([key, message]) =>
      annotations[key] === undefined ? [] : [`${prefix}metadata.annotations[${key}]: ${message}`],
    ),
    ...volumeWarnings(path, spec),
    ...duplicates(`${path}.hostAliases`, 'ip', spec.hostAliases),
    ...duplicates(`${path}.imagePullSecrets`, 'name', spec.imagePullSecrets),
    ...(spec.imagePullSecrets ?? []).flatMap(({ name }, i) =>
      name ? [] : [`${path}.imagePullSecrets[${i}].name: invalid empty name ""`],
    ),
    ...fractions(`${path}.overhead`, spec.overhead),
    ...containers.flatMap(([at, container]) => containerWarnings(at, container)),
    ...portWarnings(containers),
    ...((spec.terminationGracePeriodSeconds ?? 0) < 0
      ? [`${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`]
      : []),
    ...affinityWarnings(path, spec),
  ]
}

function containersOf(path: string, spec: PodSpec): [string, Container][] {
  return (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((list) =>
    ((spec[list] ?? []) as readonly Container[]).map((each, i): [string, Container] => [`${path}.${list}[${i}]`, each]),
  )
}

/** Source: pkg/api/node/util.go deprecatedNodeLabels. */
const DEPRECATED_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
}

const DEPRECATED_ANNOTATIONS: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
}

function labelWarnings(path: string, spec: PodSpec): string[] {
  const { requiredDuringSchedulingIgnoredDuringExecution: required, ...affinity } = spec.affinity?.nodeAffinity ?? {}
  const preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution ?? []
  const node = `${path}.affinity.nodeAffinity`
  return [
    ...Object.keys(spec.nodeSelector ?? {}).flatMap((key) => deprecated(`${path}.nodeSelector[${key}]`, key, '')),
    ...(required?.nodeSelectorTerms ?? []).flatMap((term, i) =>
      termWarnings(`${node}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${i}]`, term),
    ),
    ...preferred.flatMap(({ preference }, i) =>
      termWarnings(`${node}.preferredDuringSchedulingIgnoredDuringExecution[${i}].preference`, preference),
    ),
    ...(spec.topologySpreadConstraints ?? []).flatMap(({ topologyKey, labelSelector }, i) => [
      ...deprecated(`${path}.topologySpreadConstraints[${i}].topologyKey`, topologyKey, `${topologyKey} is `),
      ...(labelSelector ? [] : [`${path}.topologySpreadConstraints[${i}].labelSelector: ${MATCHES_NONE}`]),
    ]),
  ]
}

const MATCHES_NONE = 'a null labelSelector results in matching no pod'

export function termWarnings(path: string, { matchExpressions = [] }: NodeSelectorTerm): string[] {
  return matchExpressions.flatMap(({ key }, i) => deprecated(`${path}.matchExpressions[${i}].key`, key, `${key} is `))
}

export function deprecated(path: string, key: string, lead: string): string[] {
  const message = DEPRECATED_LABELS[key]
  return message === undefined ? [] : [`${path}: ${lead}${message}`]
}

export const REMOVED_VOLUMES: Readonly<Record<string, string>> = {
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
}

function volumeWarnings(path: string, { volumes = [] }: PodSpec): string[] {
  return volumes.flatMap((volume, i) =>
    Object.entries(REMOVED_VOLUMES).flatMap(([member, message]) => {
      const shown = member === 'storageos' ? 'storageOS' : member
      return member in volume ? [`${path}.volumes[${i}].${shown}: ${message}`] : []
    }),
  )
}

function duplicates<K extends string>(path: string, key: K, items: readonly { readonly [key in K]?: string }[] = []) {
  const seen = new Set<string>()
  return items.flatMap((item, i) => {
    const value = item[key] ?? ''
    if (seen.has(value)) return [`${path}[${i}].${key}: duplicate ${key} ${JSON.stringify(value)}`]
    seen.add(value)
    return []
  })
}

export function fractions(path: string, list: Readonly<Record<string, string>> = {}): string[] {
  return ['memory', 'ephemeral-storage'].flatMap((name) => {
    const text = list[name]
    if (text === undefined || parseQuantity(text).nano % 1_000_000_000n === 0n) return []
    return [`${path}[${name}]: fractional byte value ${JSON.stringify(text)} is invalid, must be an integer`]
  })
}

function containerWarnings(path: string, { env = [], resources }: Container): string[] {
  const seen = new Set<string>()
  return [
    ...fractions(`${path}.resources.limits`, resources?.limits),
    ...fractions(`${path}.resources.requests`, resources?.requests),
    ...env.flatMap(({ name, value = '', valueFrom }, i) => {
      const reference = `$(${name})`
      const hides = seen.has(name) && (valueFrom !== undefined || value === reference || !value.includes(reference))
      seen.add(name)
      const remark = `hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`
      return hides ? [`${path}.env[${i}]: ${remark}`] : []
    }),
  ]
}

function affinityWarnings(path: string, { affinity = {} }: PodSpec): string[] {
  return (['podAffinity', 'podAntiAffinity'] as const).flatMap((kind) => {
    const {
      requiredDuringSchedulingIgnoredDuringExecution: required = [],
      preferredDuringSchedulingIgnoredDuringExecution: preferred = [],
    } = affinity[kind] ?? {}
    const at = `${path}.affinity.${kind}`
    const matchesNone = ({ labelSelector }: PodAffinityTerm, where: string): string[] =>
      labelSelector ? [] : [`${where}.labelSelector: ${MATCHES_NONE}`]
    return [
      ...required.flatMap((term, i) => matchesNone(term, `${at}.requiredDuringSchedulingIgnoredDuringExecution[${i}]`)),
      ...preferred.flatMap(({ podAffinityTerm }, i) =>
        matchesNone(podAffinityTerm, `${at}.preferredDuringSchedulingIgnoredDuringExecution[${i}].podAffinityTerm`),
      ),
    ]
  })
}
