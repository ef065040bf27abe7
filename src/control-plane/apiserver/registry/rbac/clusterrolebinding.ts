import type { ClusterRoleBinding } from '../../../../api/types.ts'
import { columnTexts } from '../columns/texts.ts'
import { defineKind } from '../kind.ts'
import { validateBinding, validateBindingUpdate, validateRBACName } from '../validation/rbac.ts'
import { bindingColumns, bindingDefaults, RBAC_GROUP } from './binding.ts'

const REFERS_TO = ['ClusterRole']

export const clusterRoleBinding = defineKind<ClusterRoleBinding>({
  group: RBAC_GROUP,
  version: 'v1',
  kind: 'ClusterRoleBinding',
  resource: 'clusterrolebindings',
  singular: 'clusterrolebinding',
  namespaced: false,
  schema: 'io.k8s.api.rbac.v1.ClusterRoleBinding',
  defaults: bindingDefaults,
  validateName: validateRBACName,
  validate: (binding) => validateBinding(binding, REFERS_TO),
  validateUpdate: (binding, old) => validateBindingUpdate(binding, old, REFERS_TO),
  columns: bindingColumns(columnTexts.ClusterRoleBinding),
  allowCreateOnUpdate: true,
})
