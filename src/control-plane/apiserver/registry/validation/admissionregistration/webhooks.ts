import { isDNS1123Subdomain } from '../../../../../api/names.ts'
import type { MutatingWebhook, ValidatingWebhook } from '../../../../../api/types.ts'
import { semanticallyEqual } from '../../semantic-equality.ts'
import { isDNS1035Label } from '../apiregistration/apiservice.ts'
import { duplicate, type Errors, invalid, invalidEach, required } from '../field-error.ts'
import { validateLabelSelector } from '../labels.ts'
import { validateMatchConditions } from './expressions.ts'
import { FAILURE_POLICIES, MATCH_POLICIES, REINVOCATION_POLICIES, supported, validateRule } from './rules.ts'
import { validateClientConfig } from './webhook-client.ts'

/** Source: pkg/apis/admissionregistration/validation/validation.go. */

type Webhook = ValidatingWebhook & Pick<MutatingWebhook, 'reinvocationPolicy'>

interface Configuration {
  readonly webhooks?: readonly Webhook[]
}

/** What an update need not get right where the object had it wrong before. */
interface Required {
  readonly matchConditions: boolean
  readonly noSideEffects: boolean
  readonly knownVersion: boolean
  readonly uniqueNames: boolean
  readonly invalidSelectors: boolean
}

const ALL: Required = {
  matchConditions: true,
  noSideEffects: true,
  knownVersion: true,
  uniqueNames: true,
  invalidSelectors: false,
}

const VERSIONS = ['v1', 'v1beta1']
const NO_SIDE_EFFECTS = ['None', 'NoneOnDryRun']
const SIDE_EFFECTS = ['None', 'NoneOnDryRun', 'Some', 'Unknown']

export const validateWebhooks = (configuration: Configuration): Errors => validateAll(configuration, ALL)

export function validateWebhooksUpdate(configuration: Configuration, old: Configuration): Errors {
  const before = old.webhooks ?? []
  const names = before.map(({ name }) => name)
  const conditionsOf = ({ webhooks = [] }: Configuration) =>
    webhooks.map(({ matchConditions }) => matchConditions ?? [])
  return validateAll(configuration, {
    matchConditions: !semanticallyEqual(conditionsOf(configuration), conditionsOf(old)),
    noSideEffects: before.every(({ sideEffects }) => NO_SIDE_EFFECTS.includes(sideEffects)),
    knownVersion: before.every(({ admissionReviewVersions: versions = [] }) => {
      return versions.length === 0 || versions.some((version) => VERSIONS.includes(version))
    }),
    uniqueNames: new Set(names).size === names.length,
    invalidSelectors: before.some(hasInvalidSelector),
  })
}

function hasInvalidSelector({ namespaceSelector, objectSelector }: Webhook): boolean {
  const errors: Errors = []
  validateLabelSelector(errors, '', namespaceSelector)
  validateLabelSelector(errors, '', objectSelector)
  return errors.length > 0
}

function validateAll({ webhooks = [] }: Configuration, needed: Required): Errors {
  const errors: Errors = []
  const names = new Set<string>()
  for (const [i, webhook] of webhooks.entries()) {
    const path = `webhooks[${i}]`
    validateWebhook(errors, path, webhook, needed)
    validateVersions(errors, `${path}.admissionReviewVersions`, webhook.admissionReviewVersions, needed.knownVersion)
    if (!needed.uniqueNames || !webhook.name) continue
    if (names.has(webhook.name)) duplicate(errors, `${path}.name`, webhook.name)
    names.add(webhook.name)
  }
  return errors
}

/** Source: apimachinery/pkg/util/validation IsFullyQualifiedName. */
function validateName(errors: Errors, field: string, name = ''): void {
  const wrong = isDNS1123Subdomain(name)
  if (name === '') required(errors, field)
  else if (wrong.length > 0) invalid(errors, field, name, wrong.join(','))
  else if (name.split('.').length < 3) {
    invalid(errors, field, name, 'should be a domain with at least three segments separated by dots')
  }
}

function validateWebhook(errors: Errors, path: string, webhook: Webhook, needed: Required): void {
  validateName(errors, `${path}.name`, webhook.name)
  for (const [i, rule] of (webhook.rules ?? []).entries()) validateRule(errors, `${path}.rules[${i}]`, rule)
  supported(errors, `${path}.failurePolicy`, webhook.failurePolicy, FAILURE_POLICIES)
  supported(errors, `${path}.matchPolicy`, webhook.matchPolicy, MATCH_POLICIES)
  const allowed = needed.noSideEffects ? NO_SIDE_EFFECTS : SIDE_EFFECTS
  if (webhook.sideEffects === undefined) {
    required(errors, `${path}.sideEffects`, `must specify one of ${allowed.join(', ')}`)
  } else supported(errors, `${path}.sideEffects`, webhook.sideEffects, allowed)
  const { timeoutSeconds: timeout } = webhook
  if (timeout !== undefined && (timeout > 30 || timeout < 1)) {
    invalid(errors, `${path}.timeoutSeconds`, timeout, 'the timeout value must be between 1 and 30 seconds')
  }
  const { namespaceSelector, objectSelector } = webhook
  validateLabelSelector(errors, `${path}.namespaceSelector`, namespaceSelector, needed.invalidSelectors)
  validateLabelSelector(errors, `${path}.objectSelector`, objectSelector, needed.invalidSelectors)
  supported(errors, `${path}.reinvocationPolicy`, webhook.reinvocationPolicy, REINVOCATION_POLICIES)
  validateClientConfig(errors, `${path}.clientConfig`, webhook.clientConfig ?? {})
  if (needed.matchConditions) {
    validateMatchConditions(errors, `${path}.matchConditions`, webhook.matchConditions, false)
  }
}

function validateVersions(errors: Errors, field: string, versions: readonly string[] = [], known: boolean): void {
  if (versions.length === 0) {
    required(errors, field, `must specify one of ${VERSIONS.join(', ')}`)
    return
  }
  for (const [i, version] of versions.entries()) {
    if (versions.indexOf(version) < i) invalid(errors, `${field}[${i}]`, version, 'duplicate version')
    else invalidEach(errors, `${field}[${i}]`, version, isDNS1035Label(version))
  }
  if (known && !versions.some((version) => VERSIONS.includes(version))) {
    invalid(errors, field, versions, `must include at least one of ${VERSIONS.join(', ')}`)
  }
}
