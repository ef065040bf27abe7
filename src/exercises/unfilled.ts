import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Exercise } from './pack.ts'
import { Findings, type Place } from './pack-error.ts'
import { filesIn, readText } from './pack-file.ts'

/** What a skeleton has where its author has to write: `FILL IN: what a learner sees`. */
export const FILL_IN = 'FILL IN'

export interface Gap {
  readonly place: Place
  /** What belongs there. */
  readonly what: string
}

const TEXTS = ['exercise.yaml', 'task.md', 'setup.feature', 'checks.feature', 'hints.md', 'debrief.md']
const GAP = new RegExp(`${FILL_IN}: *(.*?)["'\`*]*$`)

/** Where an exercise is still a skeleton. What cannot be read is told of elsewhere. */
export function unfilled({ directory }: Pick<Exercise, 'directory'>): readonly Gap[] {
  const findings = new Findings()
  const scripts = ['solutions', 'wrong']
    .map((folder) => join(directory, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => filesIn(folder, '.sh', findings).map((name) => join(folder, name)))
  return [...TEXTS.map((name) => join(directory, name)), ...scripts]
    .filter((file) => existsSync(file))
    .flatMap((file) => gapsIn(file, readText(file, findings) ?? ''))
}

function gapsIn(file: string, text: string): readonly Gap[] {
  return text.split('\n').flatMap((line, index) => {
    const found = GAP.exec(line)
    return found === null ? [] : [{ place: { file, line: index + 1, column: found.index + 1 }, what: found[1]! }]
  })
}
