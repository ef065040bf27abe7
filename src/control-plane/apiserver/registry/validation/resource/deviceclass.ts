import { isLabelKey } from '../../../../../api/names.ts'
import type { DeviceClass } from '../../../../../api/types.ts'
import { type Errors, invalid } from '../field-error.ts'
import { validateOpaque, validateSelectors } from './claim.ts'
import { eachOf } from './names.ts'

const MAX_CONFIG = 32

/** Source: pkg/apis/resource/validation/validation.go ValidateDeviceClass. */
export function validateDeviceClass({ spec }: DeviceClass): Errors {
  const errors: Errors = []
  const { selectors, config, extendedResourceName: name } = spec ?? {}
  validateSelectors(errors, 'spec.selectors', selectors)
  eachOf(errors, 'spec.config', config, MAX_CONFIG, ({ opaque }, path) =>
    validateOpaque(errors, `${path}.opaque`, opaque),
  )
  if (name !== undefined && !isExtendedResource(name)) {
    invalid(errors, 'spec.extendedResourceName', name, 'must be a valid extended resource name')
  }
  return errors
}

/** Source: pkg/apis/core/v1/helper/helpers.go IsExtendedResourceName. */
function isExtendedResource(name: string): boolean {
  const native = !name.includes('/') || name.includes('kubernetes.io/')
  return !native && !name.startsWith('requests.') && isLabelKey(`requests.${name}`).length === 0
}
