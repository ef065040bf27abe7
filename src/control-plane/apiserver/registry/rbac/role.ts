import type { Role } from '../../../../api/types.ts'
import { defaultColumns } from '../columns/column.ts'
import { defineKind } from '../kind.ts'
import { validateRBACName, validateRole } from '../validation/rbac.ts'

export const role = defineKind<Role>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  resource: 'roles',
  singular: 'role',
  namespaced: true,
  schema: 'io.k8s.api.rbac.v1.Role',
  validateName: validateRBACName,
  validate: validateRole,
  columns: defaultColumns,
  allowCreateOnUpdate: true,
})
