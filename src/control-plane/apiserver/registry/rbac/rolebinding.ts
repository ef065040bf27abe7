import type { RoleBinding } from '../../../../api/types.ts'
import { columnTexts } from '../columns/texts.ts'
import { defineKind } from '../kind.ts'
import { validateBinding, validateBindingUpdate, validateRBACName } from '../validation/rbac.ts'
import { bindingColumns, bindingDefaults, RBAC_GROUP } from './binding.ts'

const REFERS_TO = ['Role', 'ClusterRole']

export const roleBinding = defineKind<RoleBinding>({
  group: RBAC_GROUP,
  version: 'v1',
  kind: 'RoleBinding',
  resource: 'rolebindings',
  singular: 'rolebinding',
  namespaced: true,
  schema: 'io.k8s.api.rbac.v1.RoleBinding',
  defaults: bindingDefaults,
  validateName: validateRBACName,
  validate: (binding) => validateBinding(binding, REFERS_TO),
  validateUpdate: (binding, old) => validateBindingUpdate(binding, old, REFERS_TO),
  columns: bindingColumns(columnTexts.RoleBinding),
  allowCreateOnUpdate: true,
})
