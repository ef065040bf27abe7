import { isDNS1035Label, isDNS1123Label, isDNS1123Subdomain } from '../../../../../api/names.ts'
import type { CustomResourceConversion, CustomResourceDefinition } from '../../../../../api/types.ts'
import { type Errors, invalid, invalidEach, notSupported, required } from '../field-error.ts'

/** Source: apiextensions validation.go validateCustomResourceConversion, apiserver/pkg/util/webhook/validation.go */
export function validateConversion(
  errors: Errors,
  conversion: CustomResourceConversion | undefined,
  path: string,
  _crd: CustomResourceDefinition,
): void {
  if (conversion === undefined) return
  const { strategy, webhook } = conversion
  if (!strategy) required(errors, `${path}.strategy`)
  else if (strategy !== 'None' && strategy !== 'Webhook')
    notSupported(errors, `${path}.strategy`, strategy, ['None', 'Webhook'])
  if (strategy !== 'Webhook') {
    if (webhook?.clientConfig !== undefined)
      errors.push({
        type: 'FieldValueForbidden',
        field: `${path}.webhookClientConfig`,
        message: 'Forbidden: should not be set when strategy is not set to Webhook',
      })
    if ((webhook?.conversionReviewVersions?.length ?? 0) > 0)
      errors.push({
        type: 'FieldValueForbidden',
        field: `${path}.conversionReviewVersions`,
        message: 'Forbidden: should not be set when strategy is not set to Webhook',
      })
    return
  }
  validateClient(errors, webhook?.clientConfig, `${path}.webhookClientConfig`)
  validateReviewVersions(errors, webhook?.conversionReviewVersions ?? [], `${path}.conversionReviewVersions`)
}

type ClientConfig = NonNullable<CustomResourceConversion['webhook']>['clientConfig']

function validateClient(errors: Errors, client: ClientConfig, path: string): void {
  if (client === undefined) {
    required(errors, path, 'required when strategy is set to Webhook')
    return
  }
  const { url, service } = client
  if ((url === undefined) === (service === undefined)) {
    required(errors, path, 'exactly one of url or service is required')
    return
  }
  if (url !== undefined && !/^https:\/\/[^/]+/.test(url))
    invalid(errors, `${path}.url`, url, "'https' is the only allowed URL scheme; desired format: https://host[/path]")
  if (service === undefined) return
  if (!service.name) required(errors, `${path}.service.name`, 'service name is required')
  else invalidEach(errors, `${path}.service.name`, service.name, isDNS1123Subdomain(service.name))
  if (!service.namespace) required(errors, `${path}.service.namespace`, 'service namespace is required')
  else invalidEach(errors, `${path}.service.namespace`, service.namespace, isDNS1123Label(service.namespace))
}

function validateReviewVersions(errors: Errors, versions: readonly string[], path: string): void {
  if (versions.length === 0) {
    required(errors, path)
    return
  }
  versions.forEach((version, i) => {
    if (versions.indexOf(version) < i) invalid(errors, `${path}[${i}]`, version, 'duplicate version')
    else invalidEach(errors, `${path}[${i}]`, version, isDNS1035Label(version))
  })
  if (!versions.some((version) => version === 'v1' || version === 'v1beta1'))
    invalid(errors, path, versions, 'must include at least one of v1, v1beta1')
}
