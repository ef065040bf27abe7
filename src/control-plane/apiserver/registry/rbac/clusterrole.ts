import type { ClusterRole } from '../../../../api/types.ts'
import { defaultColumns } from '../columns/column.ts'
import { defineKind } from '../kind.ts'
import { validateClusterRole, validateRBACName } from '../validation/rbac.ts'

export const clusterRole = defineKind<ClusterRole>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  resource: 'clusterroles',
  singular: 'clusterrole',
  namespaced: false,
  schema: 'io.k8s.api.rbac.v1.ClusterRole',
  validateName: validateRBACName,
  validate: validateClusterRole,
  columns: defaultColumns,
  allowCreateOnUpdate: true,
})
