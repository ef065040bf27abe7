import { equal } from '../../../api/equal.ts'
import type {
  AggregationRule,
  ClusterRole,
  ClusterRoleBinding,
  KubernetesObject,
  Role,
  RoleBinding,
} from '../../../api/types.ts'
import { uncovered } from '../authorization/rules.ts'
import type { Server } from '../contract.ts'
import { amend, install, removeOwn } from './loopback.ts'

type Binding = RoleBinding | ClusterRoleBinding

const AUTO_UPDATE = 'rbac.authorization.kubernetes.io/autoupdate'

export const isRbac = ({ apiVersion }: KubernetesObject): boolean => apiVersion === 'rbac.authorization.k8s.io/v1'

/**
 * Makes the roles and bindings that every cluster has, and gives back to those that are there what they lack: rules,
 * subjects, labels. What somebody has added stays; who does not want that says so in an annotation.
 *
 * Source: pkg/registry/rbac/rest/storage_rbac.go ensureRBACPolicy
 */
export function ensureRbacPolicy(server: Server, policy: readonly KubernetesObject[]): void {
  for (const expected of policy) {
    const existing = install(server, expected)
    if (existing === undefined || existing.metadata.annotations?.[AUTO_UPDATE] === 'false') continue
    const { name, namespace } = expected.metadata
    if (isBinding(expected) && !equal(expected.roleRef, (existing as Binding).roleRef)) {
      removeOwn(server, expected.kind, name, namespace)
      install(server, expected)
      continue
    }
    const reconcile = (current: KubernetesObject) => reconciled(current, expected)
    if (reconcile(existing) !== undefined) amend(server, expected.kind, name, namespace, reconcile)
  }
}

const isBinding = (object: KubernetesObject): object is Binding => 'roleRef' in object

/** @returns undefined where nothing is missing */
function reconciled(existing: KubernetesObject, expected: KubernetesObject): KubernetesObject | undefined {
  const annotations = merged(existing.metadata.annotations, expected.metadata.annotations)
  const labels = merged(existing.metadata.labels, expected.metadata.labels)
  const marked = { ...(annotations && { annotations }), ...(labels && { labels }) }
  const content = isBinding(expected)
    ? missingSubjects(existing as Binding, expected)
    : missingRights(existing as ClusterRole, expected as ClusterRole | Role)
  if (content === undefined && annotations === undefined && labels === undefined) return undefined
  return { ...existing, ...content, metadata: { ...existing.metadata, ...marked } }
}

type Texts = Readonly<Record<string, string>>

/** What is there goes before what is expected; undefined: nothing is missing. Source: reconcile_role.go merge */
function merged(existing: Texts = {}, expected: Texts = {}): Texts | undefined {
  return Object.keys(expected).every((key) => key in existing) ? undefined : { ...expected, ...existing }
}

/** Source: component-helpers/auth/rbac/reconciliation/reconcile_rolebindings.go computeReconciledRoleBinding */
function missingSubjects({ subjects = [] }: Binding, expected: Binding): Partial<Binding> | undefined {
  if (subjects === expected.subjects) return undefined
  const missing = (expected.subjects ?? []).filter((subject) => !subjects.some((each) => equal(each, subject)))
  return missing.length === 0 ? undefined : { subjects: [...subjects, ...missing] }
}

/** Source: component-helpers/auth/rbac/reconciliation/reconcile_role.go computeReconciledRole */
function missingRights(existing: ClusterRole, expected: ClusterRole | Role): Partial<ClusterRole> | undefined {
  const rules = existing.rules ?? []
  const missing = rules === expected.rules ? [] : uncovered(rules, expected.rules ?? [])
  const wanted = 'aggregationRule' in expected ? expected.aggregationRule : undefined
  const aggregationRule = wanted && aggregating(existing.aggregationRule, wanted)
  const isToBePlain = wanted === undefined && existing.aggregationRule !== undefined
  if (missing.length === 0 && aggregationRule === undefined && !isToBePlain) return undefined
  return {
    ...(missing.length > 0 && { rules: [...rules, ...missing] }),
    ...(aggregationRule && { aggregationRule }),
    ...(isToBePlain && { aggregationRule: undefined }),
  } as Partial<ClusterRole>
}

/** Undefined: no selector is missing. Source: reconcile_role.go aggregationRuleCovers */
function aggregating(existing: AggregationRule | undefined, wanted: AggregationRule): AggregationRule | undefined {
  const selectors = existing?.clusterRoleSelectors ?? []
  const missing = (wanted.clusterRoleSelectors ?? []).filter((one) => !selectors.some((each) => equal(each, one)))
  return missing.length === 0 ? undefined : { ...existing, clusterRoleSelectors: [...selectors, ...missing] }
}
