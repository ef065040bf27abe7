import { isDNS1123Subdomain } from '../../../../../api/names.ts'
import type { VolumeAttachment, VolumeAttachmentSource, VolumeError } from '../../../../../api/types.ts'
import { semanticallyEqual } from '../../semantic-equality.ts'
import { byteLength, type Errors, forbidden, invalid, invalidEach, required, tooLong } from '../field-error.ts'
import { IMMUTABLE, inclusiveRange, MAX_INT32 } from '../formats.ts'
import { internalForm } from '../internal-form.ts'
import { validateVolumeSpec } from '../persistentvolume.ts'
import { validateCSIDriverName } from './csi-names.ts'

/** Source: pkg/apis/storage/validation/validation.go. */

const MAX_METADATA_BYTES = 256 * 1024
const MAX_MESSAGE_BYTES = 1024

function validateSource(errors: Errors, source: VolumeAttachmentSource = {}): void {
  const { inlineVolumeSpec, persistentVolumeName } = source
  const field = 'spec.source'
  const detail = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'
  if (inlineVolumeSpec === undefined && persistentVolumeName === undefined) required(errors, field, detail)
  else if (inlineVolumeSpec !== undefined && persistentVolumeName !== undefined) forbidden(errors, field, detail)
  else if (persistentVolumeName === '') {
    required(errors, `${field}.persistentVolumeName`, 'must specify non empty persistentVolumeName')
  } else if (inlineVolumeSpec !== undefined) {
    validateVolumeSpec(errors, `${field}.inlineVolumeSpec`, inlineVolumeSpec, '', true, {})
  }
}

function validateError(errors: Errors, field: string, error: VolumeError | undefined): void {
  if (error === undefined) return
  if (byteLength(error.message ?? '') > MAX_MESSAGE_BYTES) tooLong(errors, `${field}.message`, MAX_METADATA_BYTES)
  const code = error.errorCode
  if (code !== undefined && code < 0) invalid(errors, `${field}.errorCode`, code, inclusiveRange(0, MAX_INT32))
}

export function validateVolumeAttachment({ spec, status }: VolumeAttachment): Errors {
  const errors: Errors = []
  const { attacher, source, nodeName = '' } = spec
  validateCSIDriverName(errors, 'spec.attacher', attacher)
  validateSource(errors, source)
  invalidEach(errors, 'spec.nodeName', nodeName, isDNS1123Subdomain(nodeName))
  let size = 0
  for (const [key, value] of Object.entries(status?.attachmentMetadata ?? {})) {
    size += byteLength(key) + byteLength(value)
  }
  if (size > MAX_METADATA_BYTES) tooLong(errors, 'status.attachmentMetadata', MAX_METADATA_BYTES)
  validateError(errors, 'status.attachError', status?.attachError)
  validateError(errors, 'status.detachError', status?.detachError)
  const volume = source?.persistentVolumeName
  if (volume !== undefined) {
    invalidEach(errors, 'spec.source.persistentVolumeName', volume, isDNS1123Subdomain(volume))
  }
  return errors
}

export function validateVolumeAttachmentUpdate(each: VolumeAttachment, old: VolumeAttachment): Errors {
  const errors = validateVolumeAttachment(each)
  if (!semanticallyEqual(each.spec, old.spec)) {
    invalid(errors, 'spec', internalForm('VolumeAttachmentSpec', { ...each.spec }), IMMUTABLE)
  }
  return errors
}
