import { equal } from '../../../api/equal.ts'
import { controllerOf } from '../../../api/meta.ts'
import { forbidden, internalError, invalid } from '../../../api/status.ts'
import type { KubernetesObject, Namespace, Pod, PodSpec, PodTemplateSpec, Status } from '../../../api/types.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../contract.ts'
import { type CheckedPod, containersOf, type Objection } from './podsecurity/check.ts'
import {
  detailsOf,
  evaluate,
  type Level,
  type LevelVersion,
  type Policy,
  policyOf,
  strictness,
  textOf,
} from './podsecurity/policy.ts'

/** Source: pod-security-admission/admission/api/types.go PodSecurityConfiguration */
export interface PodSecurityConfiguration {
  readonly defaults?: Readonly<Record<string, string>>
  readonly exemptions?: {
    readonly usernames?: readonly string[]
    readonly namespaces?: readonly string[]
    readonly runtimeClasses?: readonly string[]
  }
}

const PRIVILEGED: LevelVersion = { level: 'privileged', version: 'latest' }
const NO_POLICY: Policy = { enforce: PRIVILEGED, audit: PRIVILEGED, warn: PRIVILEGED }

/** What a configuration leaves out. Source: pod-security-admission/admission/api/v1/defaults.go */
const DEFAULTS = { enforce: 'privileged', audit: 'privileged', warn: 'privileged' }

/** Pods keep to the security level of their namespace. Source: k8s.io/pod-security-admission/admission/admission.go */
export function podSecurity({ defaults, exemptions = {} }: PodSecurityConfiguration = {}): AdmissionPlugin {
  const labels = Object.fromEntries(
    Object.entries({ ...DEFAULTS, ...defaults }).map(([key, value]) => [`pod-security.kubernetes.io/${key}`, value]),
  )
  const security: Security = {
    defaults: defaults === undefined ? NO_POLICY : policyOf(labels, NO_POLICY).policy,
    usernames: exemptions.usernames ?? [],
    namespaces: exemptions.namespaces ?? [],
    runtimeClasses: exemptions.runtimeClasses ?? [],
  }
  return {
    name: 'PodSecurity',
    resources: [
      ...['namespaces', 'pods', 'podtemplates', 'replicationcontrollers', 'replicasets.apps', 'deployments.apps'],
      ...['daemonsets.apps', 'statefulsets.apps', 'jobs.batch', 'cronjobs.batch'],
    ],
    operations: ['CREATE', 'UPDATE'],
    validate(object, attributes) {
      const { kind } = attributes.endpoint.definition
      if (kind === 'Namespace') return checkNamespace(object as Namespace, attributes, security)
      if (isPassedBy(attributes, security)) return undefined
      return kind === 'Pod'
        ? checkPod(object as Pod, attributes, security)
        : checkTemplate(object!, attributes, security)
    },
  }
}

interface Security {
  readonly defaults: Policy
  readonly usernames: readonly string[]
  readonly namespaces: readonly string[]
  readonly runtimeClasses: readonly string[]
}

const IGNORED = new Set(['exec', 'attach', 'binding', 'eviction', 'log', 'portforward', 'proxy', 'status'])

function isPassedBy(attributes: AdmissionAttributes, { namespaces, usernames }: Security): boolean {
  const { endpoint, subresource, namespace = '', user } = attributes
  const ignored = endpoint.definition.kind === 'Pod' ? IGNORED.has(subresource ?? '') : subresource !== undefined
  if (ignored) return true
  if (namespaces.includes(namespace)) attributes.audit('pod-security.kubernetes.io/exempt', 'namespace')
  else if (usernames.includes(user.name)) attributes.audit('pod-security.kubernetes.io/exempt', 'user')
  else return false
  return true
}

/** Source: ValidatePod */
function checkPod(pod: Pod, attributes: AdmissionAttributes, security: Security): Status | undefined {
  const { namespace = '', server, old, operation } = attributes
  const found = server.read('Namespace', namespace)
  if (found === undefined) return internalError(`failed to lookup namespace ${JSON.stringify(namespace)}`)
  const { policy, errors } = policyOf(found.metadata.labels, security.defaults)
  if (errors.length === 0 && isPrivileged(policy.enforce, policy.audit, policy.warn)) {
    attributes.audit('pod-security.kubernetes.io/enforce-policy', 'privileged:latest')
    return undefined
  }
  if (operation === 'UPDATE' && !isSignificant(pod.spec, (old as Pod).spec)) return undefined
  return evaluatePod(policy, pod, attributes, security, true)
}

/** Source: ValidatePodController: templates are only warned about */
function checkTemplate(object: KubernetesObject, attributes: AdmissionAttributes, security: Security): undefined {
  const found = attributes.server.read('Namespace', attributes.namespace ?? '')
  if (found === undefined) return
  const { policy, errors } = policyOf(found.metadata.labels, security.defaults)
  if (errors.length === 0 && isPrivileged(policy.warn, policy.audit)) return
  const template = templateOf(object)
  if (template?.spec === undefined) return
  evaluatePod(policy, { metadata: template.metadata ?? {}, spec: template.spec }, attributes, security, false)
}

const isPrivileged = (...levels: readonly LevelVersion[]) => levels.every(({ level }) => level === 'privileged')

interface WithTemplate extends KubernetesObject {
  readonly template?: PodTemplateSpec
  readonly spec?: {
    readonly template?: PodTemplateSpec
    readonly jobTemplate?: { readonly spec?: { readonly template?: PodTemplateSpec } }
  }
}

function templateOf({ template, spec }: WithTemplate): PodTemplateSpec | undefined {
  return template ?? spec?.template ?? spec?.jobTemplate?.spec?.template
}

/** Source: EvaluatePod */
function evaluatePod(
  policy: Policy,
  pod: CheckedPod,
  attributes: AdmissionAttributes,
  { runtimeClasses }: Security,
  enforced: boolean,
): Status | undefined {
  if (pod.spec.runtimeClassName && runtimeClasses.includes(pod.spec.runtimeClassName)) {
    attributes.audit('pod-security.kubernetes.io/exempt', 'runtimeClass')
    return undefined
  }
  const would = (level: LevelVersion, objections: readonly Objection[]) =>
    `would violate PodSecurity ${JSON.stringify(textOf(level))}: ${detailsOf(objections)}`
  const audited = evaluate(policy.audit, pod)
  if (audited.length > 0) attributes.audit('pod-security.kubernetes.io/audit-violations', would(policy.audit, audited))
  if (enforced) {
    attributes.audit('pod-security.kubernetes.io/enforce-policy', textOf(policy.enforce))
    const objections = evaluate(policy.enforce, pod)
    const why = `violates PodSecurity ${JSON.stringify(textOf(policy.enforce))}: ${detailsOf(objections)}`
    if (objections.length > 0) return forbidden(attributes.endpoint.groupResource, attributes.name, why)
  }
  const warned = evaluate(policy.warn, pod)
  if (warned.length > 0) attributes.warn(would(policy.warn, warned))
  return undefined
}

/** Only other images and further containers can make a pod worse. Source: isSignificantPodUpdate */
function isSignificant(spec: PodSpec, old: PodSpec): boolean {
  if (spec === old) return false
  const [now, before] = [containersOf(spec), containersOf(old)]
  const images = new Map(before.map(({ name, image }) => [name, image]))
  return (
    spec.containers?.length !== old.containers?.length ||
    (spec.initContainers?.length ?? 0) !== (old.initContainers?.length ?? 0) ||
    now.some(({ name, image }) => !images.has(name) || images.get(name) !== image)
  )
}

/** Source: ValidateNamespace */
function checkNamespace(namespace: Namespace, attributes: AdmissionAttributes, security: Security): Status | undefined {
  const { operation, subresource, old, endpoint } = attributes
  if (subresource !== undefined) return undefined
  const { name, labels } = namespace.metadata
  const after = policyOf(labels, security.defaults)
  const before = policyOf(old?.metadata.labels, security.defaults)
  const known = operation === 'UPDATE' && equal(after.errors, before.errors)
  if (after.errors.length > 0 && !known) return invalid(endpoint.definition, name, after.errors)
  const { enforce } = after.policy
  if (operation === 'CREATE' || isNoTightening(enforce, before.policy.enforce)) {
    if (operation === 'CREATE' && security.namespaces.includes(name))
      warnOfExemption(namespace, after.policy, attributes, security)
    return undefined
  }
  if (security.namespaces.includes(name)) warnOfExemption(namespace, after.policy, attributes, security)
  else for (const warning of warningsFor(name, enforce, attributes, security)) attributes.warn(warning)
  return undefined
}

function isNoTightening(now: LevelVersion, before: LevelVersion): boolean {
  if (now.level === 'privileged' || equal(now, before)) return true
  return now.version === before.version && strictness(now.level) <= strictness(before.level)
}

/** Source: exemptNamespaceWarning */
function warnOfExemption(
  namespace: Namespace,
  policy: Policy,
  attributes: AdmissionAttributes,
  security: Security,
): void {
  if (isPrivileged(policy.enforce, policy.audit, policy.warn) || equal(policy, security.defaults)) return
  const { name, labels } = namespace.metadata
  const set = (['enforce', 'audit', 'warn'] as const).filter(
    (mode) =>
      policy[mode].level !== ('privileged' satisfies Level) &&
      (labels?.[`pod-security.kubernetes.io/${mode}`] ?? labels?.[`pod-security.kubernetes.io/${mode}-version`]) !==
        undefined,
  )
  const text = set.map((mode) => `${mode}=${textOf(policy[mode])}`).join(', ')
  attributes.warn(
    `namespace ${JSON.stringify(name)} is exempt from Pod Security, and the policy (${text}) will be ignored`,
  )
}

/** Source: namespaceMaxPodsToCheck */
const MOST_PODS = 3000

/** Pods that are there and would not be let in any more. Source: EvaluatePodsInNamespace */
function warningsFor(
  name: string,
  enforce: LevelVersion,
  { server }: AdmissionAttributes,
  security: Security,
): string[] {
  const pods = prioritized(server.readAll('Pod', name) as readonly Pod[], security)
  const checked = pods.slice(0, MOST_PODS)
  const found = new Map<string, { first: string; count: number }>()
  for (const pod of checked) {
    const reasons = evaluate(enforce, pod).map(({ reason }) => reason)
    if (reasons.length === 0) continue
    const known = found.get(reasons.join(', '))
    const first = known === undefined || pod.metadata.name < known.first ? pod.metadata.name : known.first
    found.set(reasons.join(', '), { first, count: (known?.count ?? 0) + 1 })
  }
  const warnings =
    checked.length < pods.length
      ? [
          `new PodSecurity enforce level only checked against the first ${checked.length} of ${pods.length} existing pods`,
        ]
      : []
  if (found.size === 0) return warnings
  const texts = [...found].map(([reasons, { first, count }]) => `${first}${others(count - 1)}: ${reasons}`).sort()
  const all = `existing pods in namespace ${JSON.stringify(name)} violate the new PodSecurity enforce level ${JSON.stringify(textOf(enforce))}`
  return [...warnings, all, ...texts]
}

function others(count: number): string {
  return count === 0 ? '' : ` (and ${count} other pod${count === 1 ? '' : 's'})`
}

/** Of a controller's pods one goes first, the others last. Source: prioritizePods */
function prioritized(pods: readonly Pod[], { runtimeClasses }: Security): readonly Pod[] {
  const seen = new Set<string>()
  const duplicates: Pod[] = []
  const first = pods.filter((pod) => {
    if (pod.spec.runtimeClassName && runtimeClasses.includes(pod.spec.runtimeClassName)) return false
    const uid = controllerOf(pod)?.uid
    if (uid === undefined || !seen.has(uid)) {
      if (uid !== undefined) seen.add(uid)
      return true
    }
    duplicates.push(pod)
    return false
  })
  return [...first, ...duplicates]
}
