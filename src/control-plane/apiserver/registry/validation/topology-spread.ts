import type { TopologySpreadConstraint } from '../../../../api/types.ts'
import { duplicate, type Errors, forbidden, invalid, notSupported, required } from './field-error.ts'
import { NOT_POSITIVE } from './formats.ts'
import { validateLabelName, validateLabelSelector } from './labels.ts'
import type { PodOptions } from './pod-options.ts'
import { validateMatchLabelKeys } from './scheduling.ts'

const actions = ['DoNotSchedule', 'ScheduleAnyway']
const inclusionPolicies = ['Honor', 'Ignore']

/** Source: pkg/apis/core/validation/validation.go validateTopologySpreadConstraints. */
export function validateTopologySpread(
  errors: Errors,
  field: string,
  constraints: readonly TopologySpreadConstraint[] = [],
  options: PodOptions,
): void {
  for (const [i, constraint] of constraints.entries()) {
    const { maxSkew = 0, topologyKey, whenUnsatisfiable = '' } = constraint
    const path = `${field}[${i}]`
    if (maxSkew <= 0) invalid(errors, `${path}.maxSkew`, maxSkew, NOT_POSITIVE)
    if (!topologyKey) required(errors, `${path}.topologyKey`, 'can not be empty')
    if (!actions.includes(whenUnsatisfiable)) {
      notSupported(errors, `${path}.whenUnsatisfiable`, whenUnsatisfiable, actions)
    }
    const repeated = constraints
      .slice(i + 1)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable)
    if (repeated) {
      duplicate(errors, `${path}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`)
    }
    validateMinDomains(errors, `${path}.minDomains`, constraint)
    validateInclusion(errors, `${path}.nodeAffinityPolicy`, constraint.nodeAffinityPolicy)
    validateInclusion(errors, `${path}.nodeTaintsPolicy`, constraint.nodeTaintsPolicy)
    validateKeys(errors, path, constraint, options)
    if (!options.allowInvalidTopologySpreadConstraintLabelSelector) {
      validateLabelSelector(errors, `${path}.labelSelector`, constraint.labelSelector)
    }
  }
}

function validateMinDomains(
  errors: Errors,
  field: string,
  { minDomains, whenUnsatisfiable }: TopologySpreadConstraint,
): void {
  if (minDomains === undefined) return
  if (minDomains <= 0) invalid(errors, field, minDomains, NOT_POSITIVE)
  if (whenUnsatisfiable !== 'DoNotSchedule') {
    const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable ?? ''}`
    invalid(errors, field, minDomains, detail)
  }
}

function validateInclusion(errors: Errors, field: string, policy: string | undefined): void {
  if (policy !== undefined && !inclusionPolicies.includes(policy))
    notSupported(errors, field, policy, inclusionPolicies)
}

/** Which of two rules for matchLabelKeys holds depends on what the old pod got away with. */
function validateKeys(errors: Errors, path: string, constraint: TopologySpreadConstraint, options: PodOptions): void {
  const merge = options.allowMatchLabelKeysInPodTopologySpreadSelectorMerge
  const current =
    options.allowMatchLabelKeysInPodTopologySpread &&
    (merge ? !options.oldPodViolatesMatchLabelKeysValidation : options.oldPodViolatesLegacyMatchLabelKeysValidation)
  const { matchLabelKeys = [], labelSelector } = constraint
  if (current) {
    validateMatchLabelKeys(errors, path, matchLabelKeys, [], labelSelector)
    return
  }
  if (matchLabelKeys.length === 0) return
  const field = `${path}.matchLabelKeys`
  if (!labelSelector) forbidden(errors, field, 'must not be specified when labelSelector is not set')
  const selected = new Set([
    ...Object.keys(labelSelector?.matchLabels ?? {}),
    ...(labelSelector?.matchExpressions ?? []).map((each) => each.key),
  ])
  for (const [i, key] of matchLabelKeys.entries()) {
    validateLabelName(errors, `${field}[${i}]`, key)
    if (selected.has(key)) invalid(errors, `${field}[${i}]`, key, 'exists in both matchLabelKeys and labelSelector')
  }
}
