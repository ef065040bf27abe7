import { type FieldRequirement, FieldSelectorError, parseFieldSelector } from '../../../api/fields.ts'
import { everything, parseSelector, type Selector, SelectorError } from '../../../api/labels.ts'
import { quote } from '../../../api/names.ts'
import { badRequest } from '../../../api/status.ts'
import type { Answer } from '../../../api/types.ts'
import type { Call, Endpoint } from '../contract.ts'
import { ConversionFailure } from '../outside.ts'
import type { FieldGetter, FieldTerm, Filter } from '../storage/filter.ts'
import { presented } from './answer.ts'

const NO_TERMS: readonly FieldTerm[] = []

/** What a list or watch is about, or why its selectors are refused. */
export function filterOf(call: Call): Answer<Filter> {
  const { endpoint, options, request } = call
  const { labelSelector = '', fieldSelector = '', ownerUid } = options
  let labels: Selector = everything
  let fields: readonly FieldTerm[] = NO_TERMS
  try {
    if (labelSelector !== '') labels = parseSelector(labelSelector)
    if (fieldSelector !== '') fields = terms(endpoint, parseFieldSelector(fieldSelector))
  } catch (error) {
    if (error instanceof SelectorError || error instanceof FieldSelectorError) return badRequest(error.message)
    throw error
  }
  if (request.name !== undefined) fields = [...fields, nameTerm(endpoint, request.name)]
  const namespace = endpoint.definition.namespaced ? (call.namespace ?? namespaceTerm(fields)) : undefined
  const text = `${endpoint.definition.view === undefined ? '' : endpoint.apiVersion}\n${namespace ?? ''}\n${labels.text}\n${fieldSelector}\n${request.name ?? ''}\n${ownerUid ?? ''}`
  return { namespace, labels, fields, ownerUid, text }
}

function terms(endpoint: Endpoint, requirements: readonly FieldRequirement[]): readonly FieldTerm[] {
  return requirements.map((requirement) => ({ ...requirement, get: getterOf(endpoint, requirement.field) }))
}

function nameTerm(endpoint: Endpoint, name: string): FieldTerm {
  return { field: 'metadata.name', operator: '=', value: name, get: getterOf(endpoint, 'metadata.name') }
}

function namespaceTerm(fields: readonly FieldTerm[]): string | undefined {
  return fields.find((term) => term.field === 'metadata.namespace' && term.operator === '=')?.value
}

const nameOf: FieldGetter = ({ metadata }) => metadata.name
const namespaceOf: FieldGetter = ({ metadata }) => metadata.namespace ?? ''

/** Source: pkg/apis/<group>/<version>/conversion.go; runtime.DefaultMetaV1FieldSelectorConversion where a kind has none */
function getterOf(endpoint: Endpoint, field: string): FieldGetter {
  if (field === 'metadata.name') return nameOf
  if (field === 'metadata.namespace') return namespaceOf
  const { fieldSelectors, view } = endpoint.definition
  const getter =
    fieldSelectors !== undefined && Object.hasOwn(fieldSelectors, field) ? fieldSelectors[field] : undefined
  if (getter !== undefined)
    return view === undefined ? getter : view.outside ? whereConvertible(endpoint, getter) : ofView(endpoint, getter)
  if (fieldSelectors !== undefined) throw new FieldSelectorError(`field label not supported: ${field}`)
  throw new FieldSelectorError(
    `${quote(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
  )
}

const ofView =
  (endpoint: Endpoint, getter: FieldGetter): FieldGetter =>
  (stored) =>
    getter(presented(endpoint, stored))

/** Events are told when nobody asks: what cannot be converted then has no such field. */
function whereConvertible(endpoint: Endpoint, getter: FieldGetter): FieldGetter {
  return (stored) => {
    try {
      return getter(presented(endpoint, stored))
    } catch (error) {
      if (error instanceof ConversionFailure) return ''
      throw error
    }
  }
}
