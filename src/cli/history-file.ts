import { join } from 'node:path'
import { asHistoryEntry, type HistoryEntry } from '../exercises/history.ts'
import { appendLine, readLines } from './jsonl-file.ts'
import { makeDirectory } from './make-directory.ts'
import { stateDirectory } from './session-files.ts'
import { tell } from './terminal.ts'

const file = () => join(stateDirectory(), 'history.jsonl')

export function record(entry: HistoryEntry): void {
  makeDirectory(stateDirectory(), 0o700)
  appendLine(file(), entry)
}

/** Everything that was graded, as it was written down. Damaged lines are told of on stderr. */
export function history(): readonly HistoryEntry[] {
  const { lines, damaged } = readLines(file(), asHistoryEntry)
  if (damaged.length > 0)
    tell(`${file()}: line${damaged.length > 1 ? 's' : ''} ${damaged.join(', ')} cannot be read: passed over`)
  return lines
}

/** Today where the learner lives: `2026-11-21`. */
export function today(now = new Date()): string {
  const pair = (value: number) => String(value).padStart(2, '0')
  return `${now.getFullYear()}-${pair(now.getMonth() + 1)}-${pair(now.getDate())}`
}
