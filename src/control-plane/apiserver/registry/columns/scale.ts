import type { Scale } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from './column.ts'

const { format: _, ...plainName } = nameColumn

/** Source: pkg/printers/internalversion/printers.go scaleColumnDefinitions, printScale */
export const scaleColumns = [
  plainName,
  column<Scale>(
    'Desired',
    'replicas is the desired number of instances for the scaled object.',
    ({ spec }) => spec?.replicas ?? 0,
    { type: 'integer' },
  ),
  column<Scale>(
    'Available',
    'replicas is the actual number of observed instances of the scaled object.',
    ({ status }) => status?.replicas ?? 0,
    { type: 'integer' },
  ),
  ageColumn,
]
