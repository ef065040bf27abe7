import { isLabelKey } from '../../../api/names.ts'
import { forbidden, invalid, notSupported, required } from '../config/field-path.ts'
import type { Point } from './broken-line.ts'
import type { ResourceSpec } from './resource-allocation.ts'
import type { ScoringStrategy } from './scoring-strategy.ts'

/** Source: apis/config NodeResourcesFitArgs */
export interface NodeResourcesFitArgs {
  /** Extended resources that other programs look after. */
  readonly ignoredResources?: readonly string[]
  /** What stands before the `/` of such resources. */
  readonly ignoredResourceGroups?: readonly string[]
  readonly scoringStrategy?: ScoringStrategy
}

/** What is wrong with the arguments. Source: apis/config/validation/validation_pluginargs.go ValidateNodeResourcesFitArgs */
export function fitArgsErrors(args: NodeResourcesFitArgs): readonly string[] {
  const { ignoredResources = [], ignoredResourceGroups = [], scoringStrategy } = args
  const names = (path: string, name: string) => isLabelKey(name).map((why) => invalid(path, name, why))
  return [
    ...ignoredResources.flatMap((name, i) => names(`ignoredResources[${i}]`, name)),
    ...ignoredResourceGroups.flatMap((group, i) => {
      const path = `ignoredResourceGroups[${i}]`
      const slash = group.includes('/') ? [invalid(path, group, "resource group name can't contain '/'")] : []
      return [...slash, ...names(path, group)]
    }),
    ...(scoringStrategy === undefined ? [] : strategyErrors(scoringStrategy)),
  ]
}

const TYPES = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio']

function strategyErrors({ type, resources = [], requestedToCapacityRatio: ratio }: ScoringStrategy): readonly string[] {
  const path = 'scoringStrategy'
  const errors = TYPES.includes(type) ? [] : [notSupported(`${path}.type`, type, TYPES)]
  errors.push(...resources.flatMap((resource, i) => weightErrors(`${path}.resources[${i}]`, resource)))
  const ratioPath = `${path}.requestedToCapacityRatio`
  if (type !== 'RequestedToCapacityRatio') {
    if (ratio != null) errors.push(forbidden(ratioPath, 'must be nil when type is not RequestedToCapacityRatio'))
  } else if (ratio == null) errors.push(required(ratioPath, 'must be specified when type is RequestedToCapacityRatio'))
  else errors.push(...shapeErrors(`${ratioPath}.shape`, ratio.shape ?? []))
  return errors
}

/** Source: validateResources */
function weightErrors(path: string, { name, weight }: ResourceSpec): readonly string[] {
  if (weight > 0 && weight <= 100) return []
  return [invalid(`${path}.weight`, weight, `resource weight of ${name} not in valid range (0, 100]`)]
}

/** Source: validateFunctionShape */
export function shapeErrors(path: string, shape: readonly Point[]): readonly string[] {
  if (shape.length === 0) return [required(path, 'at least one point must be specified')]
  const errors: string[] = []
  const unsorted = shape.findIndex(({ utilization }, i) => i > 0 && shape[i - 1]!.utilization >= utilization)
  if (unsorted >= 0) {
    const { utilization } = shape[unsorted]!
    errors.push(invalid(`${path}[${unsorted}].utilization`, utilization, 'values must be sorted in increasing order'))
  }
  for (const [i, { utilization, score }] of shape.entries()) {
    if (utilization < 0 || utilization > 100)
      errors.push(invalid(`${path}[${i}].utilization`, utilization, 'not in valid range [0, 100]'))
    if (score < 0 || score > 10) errors.push(invalid(`${path}[${i}].score`, score, 'not in valid range [0, 10]'))
  }
  return errors
}
