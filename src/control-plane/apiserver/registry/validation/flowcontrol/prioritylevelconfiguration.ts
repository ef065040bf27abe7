import type {
  ExemptPriorityLevelConfiguration,
  LimitedPriorityLevelConfiguration,
  LimitResponse,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  QueuingConfiguration,
} from '../../../../../api/types.ts'
import { priorityLevels } from '../../../bootstrap/flow-control.ts'
import { semanticallyEqual } from '../../semantic-equality.ts'
import { type Errors, forbidden, invalid, notSupported, required } from '../field-error.ts'
import { inclusiveRange } from '../formats.ts'
import { internalForm } from '../internal-form.ts'
import { validateConditions } from './flowschema.ts'

/** Source: pkg/apis/flowcontrol/validation/validation.go. */

const MAX_QUEUES = 10_000_000
/** Source: apiserver/pkg/util/shufflesharding MaxHashBits. */
const MAX_HASH_BITS = 60
const PRESERVE_ZERO = 'flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares'

export function validatePriorityLevel(level: PriorityLevelConfiguration): Errors {
  const errors: Errors = []
  const { metadata, status } = level
  const spec: PriorityLevelConfigurationSpec = level.spec ?? { type: '' }
  if (metadata.annotations?.[PRESERVE_ZERO] !== undefined) {
    forbidden(errors, 'metadata.annotations', `annotation '${PRESERVE_ZERO}' is forbidden`)
  }
  validateSpec(errors, metadata.name, spec)
  validateMandatory(errors, metadata.name, spec)
  validateConditions(errors, status?.conditions)
  return errors
}

export function validatePriorityLevelStatus({ status }: PriorityLevelConfiguration): Errors {
  const errors: Errors = []
  validateConditions(errors, status?.conditions)
  return errors
}

/** Two levels are as they are; of `exempt` the shares may be changed. Source: ValidateIfMandatoryPriorityLevelConfigurationObject. */
function validateMandatory(errors: Errors, name: string, spec: PriorityLevelConfigurationSpec): void {
  if (name !== 'exempt' && name !== 'catch-all') return
  const fixed = priorityLevels().find(({ metadata }) => metadata.name === name)!.spec!
  const given = name === 'exempt' ? { ...spec, exempt: fixed.exempt } : spec
  if (semanticallyEqual(given, fixed)) return
  const but = name === 'exempt' ? " except the 'spec.exempt' field" : ''
  const whole = internalForm('PriorityLevelConfigurationSpec', { ...spec })
  invalid(errors, 'spec', whole, `spec of '${name}'${but} must equal the fixed value`)
}

function validateSpec(errors: Errors, name: string, spec: PriorityLevelConfigurationSpec): void {
  const { type = '', limited, exempt } = spec
  if ((name === 'exempt') !== (type === 'Exempt')) {
    invalid(errors, 'spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'")
  }
  if (type === 'Exempt') {
    if (limited !== undefined) forbidden(errors, 'spec.limited', 'must be nil if the type is not Limited')
    if (exempt !== undefined) validateExempt(errors, exempt)
  } else if (type === 'Limited') {
    if (exempt !== undefined) forbidden(errors, 'spec.exempt', 'must be nil if the type is Limited')
    if (limited === undefined) required(errors, 'spec.limited', 'must not be empty when type is Limited')
    else validateLimited(errors, limited)
  } else notSupported(errors, 'spec.type', type, ['Exempt', 'Limited'])
}

function validateShares(errors: Errors, field: string, shares: number | undefined): void {
  if (shares !== undefined && shares < 0) {
    invalid(errors, `${field}.nominalConcurrencyShares`, shares, 'must be a non-negative integer')
  }
}

function validateLendable(errors: Errors, field: string, percent: number | undefined): void {
  if (percent !== undefined && (percent < 0 || percent > 100)) {
    invalid(errors, `${field}.lendablePercent`, percent, inclusiveRange(0, 100))
  }
}

function validateExempt(errors: Errors, exempt: ExemptPriorityLevelConfiguration): void {
  validateShares(errors, 'spec.exempt', exempt.nominalConcurrencyShares)
  validateLendable(errors, 'spec.exempt', exempt.lendablePercent)
}

function validateLimited(errors: Errors, limited: LimitedPriorityLevelConfiguration): void {
  validateShares(errors, 'spec.limited', limited.nominalConcurrencyShares)
  validateResponse(errors, limited.limitResponse ?? { type: '' })
  validateLendable(errors, 'spec.limited', limited.lendablePercent)
  const borrowed = limited.borrowingLimitPercent
  if (borrowed !== undefined && borrowed < 0) {
    const detail = 'if specified, must be a non-negative integer'
    invalid(errors, 'spec.limited.borrowingLimitPercent', borrowed, detail)
  }
}

function validateResponse(errors: Errors, { type = '', queuing }: LimitResponse): void {
  const field = 'spec.limited.limitResponse'
  if (type === 'Reject') {
    const detail = 'must be nil if limited.limitResponse.type is not Limited'
    if (queuing !== undefined) forbidden(errors, `${field}.queuing`, detail)
  } else if (type === 'Queue') {
    const detail = 'must not be empty if limited.limitResponse.type is Limited'
    if (queuing === undefined) required(errors, `${field}.queuing`, detail)
    else validateQueuing(errors, `${field}.queuing`, queuing)
  } else notSupported(errors, `${field}.type`, type, ['Queue', 'Reject'])
}

function validateQueuing(errors: Errors, field: string, queuing: QueuingConfiguration): void {
  const { queues = 0, handSize = 0, queueLengthLimit = 0 } = queuing
  if (queueLengthLimit <= 0) invalid(errors, `${field}.queueLengthLimit`, queueLengthLimit, 'must be positive')
  if (queues <= 0) invalid(errors, `${field}.queues`, queues, 'must be positive')
  else if (queues > MAX_QUEUES) invalid(errors, `${field}.queues`, queues, `must not be greater than ${MAX_QUEUES}`)
  const wrong = (detail: string) => invalid(errors, `${field}.handSize`, handSize, detail)
  if (handSize <= 0) wrong('must be positive')
  else if (handSize > queues) wrong(`should not be greater than queues (${queues})`)
  else if (Math.ceil(Math.log2(queues) * handSize) > MAX_HASH_BITS) {
    const entropy = `required entropy bits of deckSize ${queues} and handSize ${handSize}`
    wrong(`${entropy} should not be greater than ${MAX_HASH_BITS}`)
  }
}
