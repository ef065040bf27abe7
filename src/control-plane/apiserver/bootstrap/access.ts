import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding, RoleRef, Subject } from '../../../api/types.ts'
import { parseRule } from './rules.ts'

const GROUP = 'rbac.authorization.k8s.io'

/** Metadata every object of a set carries. */
export interface Marks {
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

export function clusterRole(name: string, rules: readonly string[], marks: Marks = {}): ClusterRole {
  return {
    apiVersion: `${GROUP}/v1`,
    kind: 'ClusterRole',
    metadata: { name, ...marks },
    rules: rules.map(parseRule),
  }
}

export function clusterRoleBinding(
  name: string,
  role: string,
  to: readonly string[],
  marks: Marks = {},
): ClusterRoleBinding {
  return {
    apiVersion: `${GROUP}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name, ...marks },
    roleRef: roleRef('ClusterRole', role),
    ...(to.length > 0 && { subjects: to.map(parseSubject) }),
  }
}

/** @param path NAMESPACE/NAME */
export function role(path: string, rules: readonly string[], marks: Marks = {}): Role {
  return {
    apiVersion: `${GROUP}/v1`,
    kind: 'Role',
    metadata: { ...namespaced(path), ...marks },
    rules: rules.map(parseRule),
  }
}

/** @param path NAMESPACE/NAME */
export function roleBinding(
  path: string,
  roleName: string | undefined,
  to: readonly string[],
  marks: Marks = {},
): RoleBinding {
  const metadata = namespaced(path)
  return {
    apiVersion: `${GROUP}/v1`,
    kind: 'RoleBinding',
    metadata: { ...metadata, ...marks },
    roleRef: roleRef('Role', roleName ?? metadata.name),
    subjects: to.map(parseSubject),
  }
}

function roleRef(kind: string, name: string): RoleRef {
  return { apiGroup: GROUP, kind, name }
}

function parseSubject(text: string): Subject {
  const [kind, name] = text.split(' ') as [string, string]
  return kind === 'ServiceAccount' ? { kind, ...namespaced(name) } : { kind, apiGroup: GROUP, name }
}

function namespaced(path: string): { name: string; namespace: string } {
  const [namespace, name] = path.split('/') as [string, string]
  return { name, namespace }
}
