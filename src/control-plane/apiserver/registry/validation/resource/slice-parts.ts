import { isDNS1123Label, isDNS1123Subdomain } from '../../../../../api/names.ts'
import type { NodeSelector } from '../../../../../api/types.ts'
import { type Errors, invalid, invalidEach, required, tooMany } from '../field-error.ts'
import { internalForm } from '../internal-form.ts'
import { validateNodeSelector } from '../scheduling.ts'

/** What slices and their devices have in common. Source: pkg/apis/resource/validation/validation.go. */

const MAX_COUNTERS = 32

export const UNSET_OR_TRUE = 'must be either unset or set to true'

export function validateCounterName(errors: Errors, field: string, name = ''): void {
  if (name === '') required(errors, field)
  else invalidEach(errors, field, name, isDNS1123Label(name))
}

export function validateCounters(
  errors: Errors,
  field: string,
  counters: Readonly<Record<string, unknown>> = {},
): void {
  const names = Object.keys(counters)
  if (names.length === 0) required(errors, field)
  else if (names.length > MAX_COUNTERS) tooMany(errors, field, names.length, MAX_COUNTERS)
  else for (const name of names) invalidEach(errors, field, name, isDNS1123Label(name))
}

interface Place {
  readonly nodeName?: string
  readonly nodeSelector?: NodeSelector
  readonly allNodes?: boolean
}

/** @returns which of them are set, in upstream's quotes */
export function validatePlaces(
  errors: Errors,
  path: string,
  place: Place,
  emptyName: string,
  oneTerm: boolean,
): string[] {
  const { nodeName, nodeSelector, allNodes } = place
  const set: string[] = []
  if (nodeName) {
    set.push('`nodeName`')
    invalidEach(errors, `${path}.nodeName`, nodeName, isDNS1123Subdomain(nodeName))
  } else if (nodeName !== undefined) invalid(errors, `${path}.nodeName`, nodeName, emptyName)
  if (nodeSelector !== undefined) {
    set.push('`nodeSelector`')
    validateNodeSelector(errors, `${path}.nodeSelector`, nodeSelector, false)
    const terms = nodeSelector.nodeSelectorTerms ?? []
    if (oneTerm && terms.length !== 1) {
      const field = `${path}.nodeSelector.nodeSelectorTerms`
      const value = terms.map((term) => internalForm('NodeSelectorTerm', { ...term }))
      invalid(errors, field, value, 'must have exactly one node selector term')
    }
  }
  if (allNodes) set.push('`allNodes`')
  else if (allNodes !== undefined) invalid(errors, `${path}.allNodes`, allNodes, UNSET_OR_TRUE)
  return set
}
