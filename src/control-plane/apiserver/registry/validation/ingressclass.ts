import { isDNS1123Label } from '../../../../api/names.ts'
import type { IngressClass, IngressClassParametersReference } from '../../../../api/types.ts'
import { validateDomainPrefixedPath } from './domain-path.ts'
import { type Errors, forbidden, invalidEach, notSupported, required, tooLong } from './field-error.ts'
import { validateTypedReference } from './ingress.ts'
import { validateImmutable } from './objectmeta.ts'

const MOST_CONTROLLER_LENGTH = 250

/** Source: pkg/apis/networking/validation/validation.go ValidateIngressClass. */
export function validateIngressClass({ spec }: IngressClass): Errors {
  const errors: Errors = []
  const { controller = '', parameters } = spec ?? {}
  if (controller.length > MOST_CONTROLLER_LENGTH) tooLong(errors, 'spec.controller', MOST_CONTROLLER_LENGTH)
  validateDomainPrefixedPath(errors, 'spec.controller', controller)
  if (parameters) validateParameters(errors, 'spec.parameters', parameters)
  return errors
}

export function validateIngressClassUpdate(ingressClass: IngressClass, old: IngressClass): Errors {
  const errors: Errors = []
  validateImmutable(errors, 'spec.controller', ingressClass.spec?.controller ?? '', old.spec?.controller ?? '')
  return [...errors, ...validateIngressClass(ingressClass)]
}

function validateParameters(errors: Errors, path: string, parameters: IngressClassParametersReference): void {
  const { scope, namespace } = parameters
  validateTypedReference(errors, path, parameters)
  if (scope === undefined) required(errors, `${path}.scope`)
  else if (scope === 'Namespace') {
    if (namespace === undefined) required(errors, `${path}.namespace`, "`parameters.scope` is set to 'Namespace'")
    else invalidEach(errors, `${path}.namespace`, namespace, isDNS1123Label(namespace))
  } else if (scope !== 'Cluster') notSupported(errors, `${path}.scope`, scope, ['Cluster', 'Namespace'])
  else if (namespace !== undefined) {
    forbidden(errors, `${path}.namespace`, "`parameters.scope` is set to 'Cluster'")
  }
}
