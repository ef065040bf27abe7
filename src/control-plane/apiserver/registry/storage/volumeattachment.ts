import type { VolumeAttachment } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { defineKind, statusSubresource } from '../kind.ts'
import { withMetadataOf } from '../status-metadata.ts'
import { validateVolumeAttachment, validateVolumeAttachmentUpdate } from '../validation/storage/volumeattachment.ts'

const texts = {
  attacher:
    'attacher indicates the name of the volume driver that MUST handle this request. This is the name returned by GetPluginName().',
  volume: 'persistentVolumeName represents the name of the persistent volume to attach.',
  node: 'nodeName represents the node that the volume should be attached to.',
  attached:
    'attached indicates the volume is successfully attached. This field must only be set by the entity completing the attach operation, i.e. the external-attacher.',
}

export const volumeAttachment = defineKind<VolumeAttachment>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttachment',
  resource: 'volumeattachments',
  singular: 'volumeattachment',
  namespaced: false,
  subresources: statusSubresource,
  schema: 'io.k8s.api.storage.v1.VolumeAttachment',
  // Source: pkg/registry/storage/volumeattachment/strategy.go PrepareForCreate.
  prepareForCreate: (each) => ({ ...each, status: { attached: false } }),
  prepareForStatusUpdate: withMetadataOf,
  validate: validateVolumeAttachment,
  validateUpdate: validateVolumeAttachmentUpdate,
  validateStatusUpdate: validateVolumeAttachmentUpdate,
  columns: [
    nameColumn,
    { ...column('Attacher', texts.attacher, ({ spec }) => spec.attacher), format: 'name' },
    column('PV', texts.volume, ({ spec }) => spec.source.persistentVolumeName ?? ''),
    column('Node', texts.node, ({ spec }) => spec.nodeName),
    column('Attached', texts.attached, ({ status }) => status?.attached ?? false, { type: 'boolean' }),
    ageColumn,
  ],
})
