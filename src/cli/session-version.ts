import type { JournalError } from '../sim/journal.ts'
import { buildVersion } from './package-root.ts'
import type { SessionRecord } from './session-files.ts'

/**
 * What is said of a session that cannot be brought back. Another version or build of kubedrill goes on with it wherever doing again
 * what its journal says fires the very same timers; where it does not, nothing is guessed.
 */
export function journalProblem(
  { message }: JournalError,
  { kubedrill, exam }: Pick<SessionRecord, 'kubedrill' | 'exam'>,
  version = buildVersion(),
): string {
  const reset = `\`kubedrill reset\` begins ${exam === undefined ? 'the exercise' : 'this task'} anew, what was done in it is lost`
  if (kubedrill === version) return `${message}: ${reset}`
  const before = kubedrill === undefined ? 'an older kubedrill' : `kubedrill ${kubedrill}`
  return `this cluster was begun with ${before}, and kubedrill ${version} cannot bring it back (${message}). With ${before} all of it is there again; ${reset}`
}
