import { quote } from '../names.ts'
import { failure } from '../status.ts'
import type { Status } from '../types.ts'
import type { ManagedFieldsEntry } from './entries.ts'
import { pathText } from './path-element.ts'
import type { Conflict } from './updater.ts'

/** Source: managedfields/internal/conflict.go NewConflictError */
export function conflictStatus(conflicts: readonly Conflict[]): Status {
  const causes = conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${managerText(manager)}`,
    field: pathText(path),
  }))
  return failure(409, 'Conflict', conflictMessage(conflicts), { causes })
}

function conflictMessage(conflicts: readonly Conflict[]): string {
  const [first] = conflicts
  if (conflicts.length === 1)
    return `Apply failed with 1 conflict: conflict with ${managerText(first!.manager)}: ${pathText(first!.path)}`
  const managers = [...new Set(conflicts.map(({ manager }) => manager))].sort()
  const lines = managers.flatMap((manager) => [
    `conflicts with ${managerText(manager)}:`,
    ...conflicts.filter((each) => each.manager === manager).map(({ path }) => `- ${pathText(path)}`),
  ])
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`
}

/** Source: conflict.go printManager; identifiers carry no time */
function managerText(id: string): string {
  const { manager = '', subresource, operation, apiVersion = '' } = JSON.parse(id) as ManagedFieldsEntry
  const who = subresource ? `${quote(manager)} with subresource ${quote(subresource)}` : quote(manager)
  return operation === 'Update' ? `${who} using ${apiVersion}` : who
}
