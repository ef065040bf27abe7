import type { ClusterRole, KubernetesObject } from '../../../api/types.ts'
import { clusterRole, clusterRoleBinding, type Marks, role, roleBinding } from './access.ts'
import { clusterGrants, namespaceGrants } from './bindings.ts'
import { componentRoles } from './component-roles.ts'
import { controllerRoles } from './controller-roles.ts'
import { namespaceRoles } from './namespace-roles.ts'
import { systemPriorityClasses } from './priority-classes.ts'
import { userRoles } from './user-roles.ts'

const MARKS: Marks = {
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
  annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
}

/**
 * What an API server makes sure exists when it starts: access rules and the system's priority classes. The rules of
 * `admin`, `edit` and `view` are for the aggregation controller to fill in.
 *
 * Source: pkg/registry/rbac/rest/storage_rbac.go PolicyData, pkg/registry/scheduling/rest/storage_scheduling.go
 */
export function bootstrapObjects(): readonly KubernetesObject[] {
  made ??= makeBootstrapObjects()
  return made
}

/** Objects are immutable: every API server of a process starts from the same ones. */
let made: readonly KubernetesObject[] | undefined

function makeBootstrapObjects(): readonly KubernetesObject[] {
  return [
    ...aggregatedRoles(),
    ...entries({ ...userRoles, ...componentRoles }, (name, rules) => clusterRole(name, rules, marksOf(name))),
    ...entries(controllerRoles, (name, rules) => clusterRole(`system:controller:${name}`, rules, MARKS)),
    ...entries(clusterGrants, (name, grant) => clusterRoleBinding(name, grant.role ?? name, grant.to, MARKS)),
    ...Object.keys(controllerRoles).map(controllerBinding),
    ...entries(namespaceRoles, (path, rules) => role(path, rules, MARKS)),
    ...entries(namespaceGrants, (path, grant) => roleBinding(path, grant.role, grant.to, MARKS)),
    ...systemPriorityClasses,
  ]
}

function controllerBinding(controller: string): KubernetesObject {
  const name = `system:controller:${controller}`
  return clusterRoleBinding(name, name, [`ServiceAccount kube-system/${controller}`], MARKS)
}

/** Who passes its rules on to whom. */
const AGGREGATION: Readonly<Record<string, string>> = {
  edit: 'admin',
  view: 'edit',
  'system:aggregate-to-admin': 'admin',
  'system:aggregate-to-edit': 'edit',
  'system:aggregate-to-view': 'view',
}

function aggregatedRoles(): ClusterRole[] {
  return ['admin', 'edit', 'view'].map((name) => {
    const { rules: _none, ...rest } = clusterRole(name, [], marksOf(name))
    return { ...rest, aggregationRule: { clusterRoleSelectors: [{ matchLabels: aggregateTo(name) }] } }
  })
}

function marksOf(name: string): Marks {
  const target = AGGREGATION[name]
  return target === undefined ? MARKS : { ...MARKS, labels: { ...MARKS.labels, ...aggregateTo(target) } }
}

function aggregateTo(name: string): Record<string, string> {
  return { [`rbac.authorization.k8s.io/aggregate-to-${name}`]: 'true' }
}

function entries<T>(
  table: Readonly<Record<string, T>>,
  make: (key: string, value: T) => KubernetesObject,
): KubernetesObject[] {
  return Object.entries(table).map(([key, value]) => make(key, value))
}
