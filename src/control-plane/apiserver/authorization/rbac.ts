import type { UserInfo } from '../../../api/request.ts'
import type {
  ClusterRole,
  ClusterRoleBinding,
  KubernetesObject,
  PolicyRule,
  Role,
  RoleBinding,
  RoleRef,
  Subject,
} from '../../../api/types.ts'
import type { Attributes, Decision, Server } from '../contract.ts'
import { ruleAllows } from './rules.ts'

/** A rule that somebody has, and through which binding. */
export interface Granted {
  readonly rule: PolicyRule
  /** `ClusterRoleBinding "x" of ClusterRole "y" to Group "z"` */
  readonly source: string
}

type Reader = Pick<Server, 'read' | 'readAll'>

interface Rights {
  /** Something they were worked out from has changed. */
  stale: boolean
  readonly cluster: readonly Granted[]
  readonly missing: readonly string[]
  /** Names of the ClusterRoles that bindings give, whether they are there or not. */
  readonly clusterRoles: Set<string>
  readonly byNamespace: Map<string, { readonly granted: readonly Granted[]; readonly missing: readonly string[] }>
  /** Answers to questions that do not depend on an object's name, by namespace (or none) and the rest. */
  readonly decisions: Map<string | undefined, Map<string, Decision>>
}

const MAX_NAMESPACES = 1000
const MAX_DECISIONS = 1000

export const RBAC_KINDS: ReadonlySet<string> = new Set(['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'])

/**
 * Rights by stored roles and bindings. What a user has is worked out once and kept until a role or binding changes that it
 * comes from. Source: plugin/pkg/auth/authorizer/rbac/rbac.go, pkg/registry/rbac/validation/rule.go
 */
export class Rbac {
  readonly #server: Reader
  #byUser = new WeakMap<UserInfo, Rights>()
  #byName = new Map<string, Rights>()
  #clusterBindings: SubjectIndex | undefined

  constructor(server: Reader) {
    this.#server = server
  }

  /** A role or a binding has changed. */
  changed({ kind, metadata: { name, namespace } }: KubernetesObject): void {
    if (kind === 'ClusterRoleBinding') this.#clusterBindings = undefined
    for (const [user, rights] of this.#byName) {
      if (namespace !== undefined) {
        rights.byNamespace.delete(namespace)
        rights.decisions.delete(namespace)
      } else if (kind === 'ClusterRoleBinding' || rights.clusterRoles.has(name)) {
        rights.stale = true
        this.#byName.delete(user)
      }
    }
  }

  authorize(attributes: Attributes): Decision {
    const rights = this.#rightsOf(attributes.user)
    const { verb, group, resource, subresource, namespace, name, path } = attributes
    let decisions = rights.decisions.get(namespace)
    if (decisions === undefined) {
      if (rights.decisions.size >= MAX_NAMESPACES) rights.decisions.clear()
      decisions = new Map()
      rights.decisions.set(namespace, decisions)
    }
    const key = `${verb} ${group} ${path ?? resource} ${subresource ?? ''}`
    let decision = decisions.get(key)
    if (decision === undefined) {
      decision = this.#decide(rights, { ...attributes, name: undefined })
      if (decisions.size >= MAX_DECISIONS) decisions.clear()
      decisions.set(key, decision)
    }
    if (decision.allowed || name === undefined) return decision
    return this.#decide(rights, attributes)
  }

  /** Everything the user may do in the namespace, cluster-wide rights included. */
  rulesFor(user: UserInfo, namespace: string | undefined): readonly Granted[] {
    const rights = this.#rightsOf(user)
    return namespace === undefined
      ? rights.cluster
      : [...rights.cluster, ...this.#inNamespace(rights, user, namespace).granted]
  }

  /** The rules of a role; undefined: there is no such role. */
  rulesOf({ kind, name }: RoleRef, namespace: string | undefined): readonly PolicyRule[] | undefined {
    const role =
      kind === 'ClusterRole'
        ? (this.#server.read('ClusterRole', name) as ClusterRole | undefined)
        : (this.#server.read('Role', name, namespace) as Role | undefined)
    return role === undefined ? undefined : (role.rules ?? [])
  }

  #decide(rights: Rights, attributes: Attributes): Decision {
    for (const { rule, source } of rights.cluster)
      if (ruleAllows(rule, attributes)) return { allowed: true, reason: `RBAC: allowed by ${source}` }
    const { namespace } = attributes
    const local = namespace ? this.#inNamespace(rights, attributes.user, namespace) : undefined
    for (const { rule, source } of local?.granted ?? [])
      if (ruleAllows(rule, attributes)) return { allowed: true, reason: `RBAC: allowed by ${source}` }
    const missing = [...rights.missing, ...(local?.missing ?? [])]
    return missing.length === 0 ? DENIED : { allowed: false, reason: `RBAC: ${aggregate(missing)}` }
  }

  #rightsOf(user: UserInfo): Rights {
    const known = this.#byUser.get(user)
    if (known !== undefined && !known.stale) return known
    const key = `${user.name}\n${user.groups.join('\n')}`
    let rights = this.#byName.get(key)
    if (rights === undefined) {
      this.#clusterBindings ??= indexOf(this.#server.readAll('ClusterRoleBinding') as Binding[])
      const bindings = bindingsFor(this.#clusterBindings, user)
      const clusterRoles = new Set<string>()
      const { granted, missing } = this.#granted(user, bindings, undefined, clusterRoles)
      const [byNamespace, decisions] = [new Map(), new Map()]
      rights = { stale: false, cluster: granted, missing, clusterRoles, byNamespace, decisions }
      this.#byName.set(key, rights)
    }
    this.#byUser.set(user, rights)
    return rights
  }

  #inNamespace(rights: Rights, user: UserInfo, namespace: string) {
    let local = rights.byNamespace.get(namespace)
    if (local === undefined) {
      const bindings = this.#server.readAll('RoleBinding', namespace) as Binding[]
      local = this.#granted(user, bindings, namespace, rights.clusterRoles)
      rights.byNamespace.set(namespace, local)
    }
    return local
  }

  #granted(
    user: UserInfo,
    bindings: readonly Binding[],
    namespace: string | undefined,
    clusterRoles: Set<string>,
  ): { readonly granted: readonly Granted[]; readonly missing: readonly string[] } {
    const granted: Granted[] = []
    const missing: string[] = []
    for (const binding of bindings) {
      const subject = binding.subjects?.find((each) => appliesTo(user, each, namespace))
      if (subject === undefined) continue
      if (binding.roleRef.kind === 'ClusterRole') clusterRoles.add(binding.roleRef.name)
      const rules = this.rulesOf(binding.roleRef, namespace)
      if (rules === undefined) missing.push(missingRole(binding.roleRef))
      if (rules === undefined || rules.length === 0) continue
      const source = describe(binding, subject)
      for (const rule of rules) granted.push({ rule, source })
    }
    return { granted, missing }
  }
}

type Binding = RoleBinding | ClusterRoleBinding

const DENIED: Decision = { allowed: false, reason: '' }

/** Bindings by the users and groups they name, each with its place among all: there are many, and few concern one user. */
type SubjectIndex = ReadonlyMap<string, readonly { readonly place: number; readonly binding: Binding }[]>

function indexOf(bindings: readonly Binding[]): SubjectIndex {
  const index = new Map<string, { place: number; binding: Binding }[]>()
  for (const [place, binding] of bindings.entries())
    for (const key of new Set((binding.subjects ?? []).map(subjectKey))) {
      const known = index.get(key)
      if (known === undefined) index.set(key, [{ place, binding }])
      else known.push({ place, binding })
    }
  return index
}

function subjectKey({ kind, name, namespace }: Subject): string {
  if (kind === 'Group') return `group ${name}`
  return kind === 'ServiceAccount' ? `user system:serviceaccount:${namespace}:${name}` : `user ${name}`
}

/** In the order of all bindings: the first that allows is the one named. */
function bindingsFor(index: SubjectIndex, { name, groups }: UserInfo): readonly Binding[] {
  const found = new Map<number, Binding>()
  for (const key of [`user ${name}`, ...groups.map((group) => `group ${group}`)])
    for (const { place, binding } of index.get(key) ?? []) found.set(place, binding)
  return [...found].sort(([a], [b]) => a - b).map(([, binding]) => binding)
}

/** Source: appliesToUser */
function appliesTo(user: UserInfo, { kind, name, namespace }: Subject, bindingNamespace: string | undefined): boolean {
  if (kind === 'User') return user.name === name
  if (kind === 'Group') return user.groups.includes(name)
  const home = namespace || bindingNamespace
  return kind === 'ServiceAccount' && !!home && user.name === `system:serviceaccount:${home}:${name}`
}

/** Source: clusterRoleBindingDescriber, roleBindingDescriber, describeSubject */
function describe({ kind, metadata, roleRef }: Binding, subject: Subject): string {
  const name = kind === 'RoleBinding' ? `${metadata.name}/${metadata.namespace}` : metadata.name
  const who =
    subject.kind === 'ServiceAccount'
      ? `${subject.kind} "${subject.name}/${subject.namespace || (metadata.namespace ?? '')}"`
      : `${subject.kind} "${subject.name}"`
  return `${kind} "${name}" of ${roleRef.kind} "${roleRef.name}" to ${who}`
}

function missingRole({ kind, name }: RoleRef): string {
  return `${kind.toLowerCase()}.rbac.authorization.k8s.io "${name}" not found`
}

function aggregate(errors: readonly string[]): string {
  const distinct = [...new Set(errors)]
  return distinct.length === 1 ? distinct[0]! : `[${distinct.join(', ')}]`
}
