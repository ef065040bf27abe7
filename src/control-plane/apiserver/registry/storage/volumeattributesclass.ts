import type { VolumeAttributesClass } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { defineKind } from '../kind.ts'
import { validateVolumeAttributesClass, validateVolumeAttributesClassUpdate } from '../validation/storage/classes.ts'

const texts = { driverName: 'Name of the CSI driver This field is immutable.' }

export const volumeAttributesClass = defineKind<VolumeAttributesClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttributesClass',
  resource: 'volumeattributesclasses',
  singular: 'volumeattributesclass',
  shortNames: ['vac'],
  namespaced: false,
  schema: 'io.k8s.api.storage.v1.VolumeAttributesClass',
  validate: validateVolumeAttributesClass,
  validateUpdate: validateVolumeAttributesClassUpdate,
  columns: [nameColumn, column('DriverName', texts.driverName, (each) => each.driverName), ageColumn],
})
