import type { Role } from '../../../../api/types.ts'
import { defaultColumns } from '../columns/column.ts'
import { defineKind } from '../kind.ts'

export const role = defineKind<Role>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  resource: 'roles',
  singular: 'role',
  namespaced: true,
  schema: 'io.k8s.api.rbac.v1.Role',
  columns: defaultColumns,
  allowCreateOnUpdate: true,
})
