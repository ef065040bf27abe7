import type { ConfigMap } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { columnTexts } from '../columns/texts.ts'
import { defineKind } from '../kind.ts'
import { validateConfigMap, validateConfigMapUpdate } from '../validation/config.ts'

const count = (map: Readonly<Record<string, string>> | undefined): number => (map ? Object.keys(map).length : 0)

export const configMap = defineKind<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  resource: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  namespaced: true,
  schema: 'io.k8s.api.core.v1.ConfigMap',
  validate: validateConfigMap,
  validateUpdate: validateConfigMapUpdate,
  columns: [
    nameColumn,
    column('Data', columnTexts.ConfigMap.data, (each) => count(each.data) + count(each.binaryData)),
    ageColumn,
  ],
})
