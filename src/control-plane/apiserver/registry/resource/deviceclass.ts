import type { DeviceClass } from '../../../../api/types.ts'
import { ageColumn, nameColumn } from '../columns/column.ts'
import { defineKind } from '../kind.ts'
import { validateDeviceClass } from '../validation/resource/deviceclass.ts'

export const deviceClass = defineKind<DeviceClass>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'DeviceClass',
  resource: 'deviceclasses',
  singular: 'deviceclass',
  namespaced: false,
  schema: 'io.k8s.api.resource.v1.DeviceClass',
  validate: validateDeviceClass,
  columns: [nameColumn, ageColumn],
})
