import type { RuntimeClass } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { canonicalResources } from '../core/resource-list.ts'
import { defineKind } from '../kind.ts'
import { validateRuntimeClass, validateRuntimeClassUpdate } from '../validation/node/runtimeclass.ts'
import { deprecated } from '../warnings/pod-warnings.ts'

export const runtimeClass = defineKind<RuntimeClass>({
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  resource: 'runtimeclasses',
  singular: 'runtimeclass',
  namespaced: false,
  schema: 'io.k8s.api.node.v1.RuntimeClass',
  // Quantities are written back in their canonical form.
  defaults: (each) =>
    each.overhead?.podFixed === undefined
      ? each
      : { ...each, overhead: { ...each.overhead, podFixed: canonicalResources(each.overhead.podFixed) } },
  validate: validateRuntimeClass,
  validateUpdate: validateRuntimeClassUpdate,
  // Source: pkg/api/node/util.go GetWarningsForRuntimeClass.
  warnings: ({ scheduling }) =>
    Object.keys(scheduling?.nodeSelector ?? {}).flatMap((key) => deprecated('scheduling.nodeSelector', key, '')),
  columns: [nameColumn, column('Handler', '', (each) => each.handler), ageColumn],
  allowCreateOnUpdate: true,
})
