import { isLabelKey } from '../../../api/names.ts'
import type { NodeSelectorRequirement, NodeSelectorTerm, TopologySpreadConstraint } from '../../../api/types.ts'
import type {
  BalancedAllocationArgs,
  DefaultPreemptionArgs,
  InterPodAffinityArgs,
  NodeAffinityArgs,
  PodTopologySpreadArgs,
  VolumeBindingArgs,
} from './configuration.ts'
import { duplicate, forbidden, invalid, notSupported, required } from './field-path.ts'

/**
 * What is wrong with the arguments of a plugin. Those of NodeResourcesFit are looked at by the plugin itself, as in the
 * real program. Source: pkg/scheduler/apis/config/validation/validation_pluginargs.go
 */
export function validatePluginArgs(path: string, name: string, args: unknown): readonly string[] {
  return VALIDATIONS[name]?.(path, args as never) ?? []
}

const VALIDATIONS: Readonly<Record<string, (path: string, args: never) => readonly string[]>> = {
  DefaultPreemption: validateDefaultPreemption,
  InterPodAffinity: validateInterPodAffinity,
  NodeAffinity: validateNodeAffinity,
  NodeResourcesBalancedAllocation: validateBalancedAllocation,
  PodTopologySpread: validatePodTopologySpread,
  VolumeBinding: validateVolumeBinding,
}

function validateDefaultPreemption(path: string, args: DefaultPreemptionArgs): readonly string[] {
  const { minCandidateNodesPercentage: percentage, minCandidateNodesAbsolute: absolute } = args
  const errors: string[] = []
  const percentagePath = `${path}.minCandidateNodesPercentage`
  const absolutePath = `${path}.minCandidateNodesAbsolute`
  if (percentage < 0 || percentage > 100)
    errors.push(invalid(percentagePath, percentage, 'not in valid range [0, 100]'))
  if (absolute < 0) errors.push(invalid(absolutePath, absolute, 'not in valid range [0, inf)'))
  if (percentage === 0 && absolute === 0) {
    errors.push(invalid(percentagePath, 0, 'cannot be zero at the same time as minCandidateNodesAbsolute'))
    errors.push(invalid(absolutePath, 0, 'cannot be zero at the same time as minCandidateNodesPercentage'))
  }
  return errors
}

function validateInterPodAffinity(path: string, { hardPodAffinityWeight: weight }: InterPodAffinityArgs) {
  return weight < 0 || weight > 100
    ? [invalid(`${path}.hardPodAffinityWeight`, weight, 'not in valid range [0, 100]')]
    : []
}

function validateBalancedAllocation(path: string, { resources }: BalancedAllocationArgs): readonly string[] {
  const seen = new Set<string>()
  return resources.flatMap(({ name, weight }, i) => {
    const errors = seen.has(name) ? [duplicate(`${path}.resources[${i}].name`, name)] : []
    seen.add(name)
    if (weight !== 1) errors.push(invalid(`${path}.resources[${i}].weight`, weight, 'must be 1'))
    return errors
  })
}

function validateVolumeBinding(path: string, { bindTimeoutSeconds, shape }: VolumeBindingArgs): readonly string[] {
  const errors: string[] = []
  if (bindTimeoutSeconds < 0)
    errors.push(
      invalid(
        `${path}.bindTimeoutSeconds`,
        bindTimeoutSeconds,
        'invalid BindTimeoutSeconds, should not be a negative value',
      ),
    )
  if (shape !== undefined)
    errors.push(
      invalid(
        `${path}.shape`,
        shape.map(({ utilization, score }) => ({ Utilization: utilization, Score: score })),
        'unexpected field `shape`, remove it or turn on the feature gate StorageCapacityScoring',
      ),
    )
  return errors
}

function validatePodTopologySpread(path: string, args: PodTopologySpreadArgs): readonly string[] {
  const { defaultConstraints = [], defaultingType } = args
  const errors: string[] = []
  if (defaultingType !== 'System' && defaultingType !== 'List')
    errors.push(notSupported(`${path}.defaultingType`, defaultingType, ['System', 'List']))
  else if (defaultingType === 'System' && defaultConstraints.length > 0)
    errors.push(invalid(`${path}.defaultingType`, defaultingType, 'when .defaultConstraints are not empty'))
  defaultConstraints.forEach((constraint, i) => {
    errors.push(...validateConstraint(`${path}.defaultConstraints[${i}]`, constraint, defaultConstraints.slice(0, i)))
  })
  return errors
}

function validateConstraint(
  path: string,
  constraint: TopologySpreadConstraint,
  before: readonly TopologySpreadConstraint[],
): readonly string[] {
  const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '' } = constraint
  const errors: string[] = []
  if (maxSkew <= 0) errors.push(invalid(`${path}.maxSkew`, maxSkew, 'not in valid range (0, inf)'))
  if (topologyKey === '') errors.push(required(`${path}.topologyKey`, 'can not be empty'))
  else for (const why of isLabelKey(topologyKey)) errors.push(invalid(`${path}.topologyKey`, topologyKey, why))
  const actions = ['DoNotSchedule', 'ScheduleAnyway']
  if (whenUnsatisfiable === '') errors.push(required(`${path}.whenUnsatisfiable`, 'can not be empty'))
  else if (!actions.includes(whenUnsatisfiable))
    errors.push(notSupported(`${path}.whenUnsatisfiable`, whenUnsatisfiable, actions))
  if (constraint.labelSelector != null)
    errors.push(
      forbidden(`${path}.labelSelector`, 'constraint must not define a selector, as they deduced for each pod'),
    )
  if (before.some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable))
    errors.push(duplicate(path, `{${topologyKey}, ${whenUnsatisfiable}}`))
  return errors
}

/** Source: component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go */
function validateNodeAffinity(path: string, { addedAffinity }: NodeAffinityArgs): readonly string[] {
  const wanted = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const liked = addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  const at = `${path}.addedAffinity`
  return [
    ...wanted.flatMap((term, i) =>
      validateTerm(`${at}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${i}]`, term),
    ),
    ...liked.flatMap(({ preference }, i) =>
      validateTerm(`${at}.preferredDuringSchedulingIgnoredDuringExecution[${i}]`, preference),
    ),
  ]
}

function validateTerm(path: string, term: NodeSelectorTerm): readonly string[] {
  const expressions = (term.matchExpressions ?? []).flatMap((one, i) =>
    validateExpression(`${path}.matchExpressions[${i}]`, one),
  )
  const fields = (term.matchFields ?? []).flatMap((one, i) => validateField(`${path}.matchFields[${i}]`, one))
  return [...expressions, ...fields]
}

function validateExpression(path: string, { operator, values = [] }: NodeSelectorRequirement): readonly string[] {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length === 0
        ? [invalid(`${path}.values`, [], "for 'in', 'notin' operators, values set can't be empty")]
        : []
    case 'Exists':
    case 'DoesNotExist':
      return values.length > 0
        ? [invalid(`${path}.values`, values, 'values set must be empty for exists and does not exist')]
        : []
    case 'Gt':
    case 'Lt':
      return values.length === 1
        ? []
        : [invalid(`${path}.values`, values, "for 'Gt', 'Lt' operators, exactly one value is required")]
    default:
      return [notSupported(`${path}.operator`, operator, ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'])]
  }
}

function validateField(path: string, { operator, values = [] }: NodeSelectorRequirement): readonly string[] {
  if (operator !== 'In' && operator !== 'NotIn') return [notSupported(`${path}.operator`, operator, ['In', 'NotIn'])]
  return values.length === 1 ? [] : [required(`${path}.values`, 'must have one element')]
}
