import { humanDuration } from '../../../api/duration.ts'
import { parseTime } from '../../../api/time.ts'
import type { CustomResourceColumnDefinition, KubernetesObject } from '../../../api/types.ts'
import { ageColumn, nameColumn } from '../registry/columns/column.ts'
import { sharedTexts } from '../registry/columns/texts.ts'
import type { Column } from '../registry/contract.ts'
import { parseJsonPath, textOf, valuesAt } from './json-path.ts'

/** Source: apiextensions-apiserver/pkg/registry/customresource/tableconvertor/tableconvertor.go */
export function columnsOf(
  columns: readonly CustomResourceColumnDefinition[] | undefined,
): readonly Column<KubernetesObject>[] {
  if (columns === undefined || columns.length === 0)
    return [nameColumn, { ...ageColumn, type: 'date', description: sharedTexts.creationTimestamp }]
  return [nameColumn, ...columns.map(columnOf)]
}

function columnOf(column: CustomResourceColumnDefinition): Column<KubernetesObject> {
  const { name, type, format = '', description, priority = 0, jsonPath } = column
  const path = parseJsonPath(jsonPath) ?? []
  const first = (object: KubernetesObject) => valuesAt(object, path)[0]
  const shown = {
    name,
    type: type as Column<KubernetesObject>['type'],
    ...(format !== '' && { format: format as 'name' }),
    description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    priority,
  }
  // A cell that takes the time is computed for every answer.
  if (type === 'date') return { ...shown, cell: (object, now) => age(first(object), now) }
  return { ...shown, cell: (object) => cellOf(type, first(object)) }
}

type Cell = string | number | boolean

/** Nothing is shown as null, which clients print as they like: kubectl prints nothing. */
const NONE = null as unknown as Cell

function age(value: unknown, now: number): Cell {
  if (typeof value !== 'string') return NONE
  const at = parseTime(value)
  return Number.isNaN(at) ? '<invalid>' : humanDuration(now - at)
}

/** Source: tableconvertor.go cellForJSONValue */
function cellOf(type: string, value: unknown): Cell {
  if (value === undefined || value === null) return NONE
  if (type === 'string') return textOf(value)
  if (type === 'integer' && typeof value === 'number') return Math.trunc(value)
  if (type === 'number' && typeof value === 'number') return value
  return type === 'boolean' && typeof value === 'boolean' ? value : NONE
}
