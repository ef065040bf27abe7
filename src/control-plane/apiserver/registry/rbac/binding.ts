import type { ClusterRoleBinding, RoleBinding, Subject } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import type { Column } from '../contract.ts'

type AnyBinding = RoleBinding | ClusterRoleBinding

export const RBAC_GROUP = 'rbac.authorization.k8s.io'

/** Source: pkg/apis/rbac/v1/defaults.go. */
export function bindingDefaults<T extends AnyBinding>(binding: T): T {
  const grouped = (subject: Subject) => subject.apiGroup || subject.kind === 'ServiceAccount'
  const complete = (binding.subjects ?? []).every(grouped) && binding.roleRef.apiGroup
  if (complete) return binding
  return {
    ...binding,
    roleRef: { ...binding.roleRef, apiGroup: binding.roleRef.apiGroup || RBAC_GROUP },
    subjects: binding.subjects?.map((subject) =>
      !subject.apiGroup && (subject.kind === 'User' || subject.kind === 'Group')
        ? { ...subject, apiGroup: RBAC_GROUP }
        : subject,
    ),
  }
}

/** Source: pkg/apis/rbac/helpers.go SubjectsStrings. */
const subjectsText = (binding: AnyBinding, kind: string): string =>
  (binding.subjects ?? [])
    .filter((subject) => subject.kind === kind)
    .map((subject) => (kind === 'ServiceAccount' ? `${subject.namespace ?? ''}/${subject.name}` : subject.name))
    .join(', ')

type Texts = Readonly<Record<'role' | 'users' | 'groups' | 'serviceAccounts', string>>

/** Source: printers.go printRoleBinding, printClusterRoleBinding. */
export const bindingColumns = (texts: Texts): readonly Column<AnyBinding>[] => [
  nameColumn,
  column('Role', texts.role, ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  ageColumn,
  column('Users', texts.users, (each) => subjectsText(each, 'User'), { wide: true }),
  column('Groups', texts.groups, (each) => subjectsText(each, 'Group'), { wide: true }),
  column('ServiceAccounts', texts.serviceAccounts, (each) => subjectsText(each, 'ServiceAccount'), { wide: true }),
]
