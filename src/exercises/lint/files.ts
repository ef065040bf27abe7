import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { nearest } from '../../gherkin/nearest.ts'
import type { Exercise } from '../pack.ts'
import { Findings } from '../pack-error.ts'
import { filesIn, readText, shown } from '../pack-file.ts'

/** What an exercise consists of. */
const PARTS = [
  'exercise.yaml',
  'task.md',
  'setup.feature',
  'checks.feature',
  'hints.md',
  'debrief.md',
  'solutions',
  'wrong',
]
const UNPRINTABLE = /\p{Cc}/u
/** What is there for those who write packs. */
const BESIDE = /^(readme|license|licence|notice|changelog|authors|contributing)(\.|$)/i

/** Files of a pack that nobody reads: mostly a name written wrong. */
export function unread(directory: string, findings: Findings): void {
  for (const name of namesIn(directory))
    if (PARTS.includes(name.toLowerCase()) && name !== 'wrong' && name !== 'solutions')
      findings.warning(
        { file: join(directory, name) },
        "nobody reads it here: it belongs into an exercise's directory, beside its exercise.yaml",
      )
}

/** The same of an exercise, and what a terminal would obey. */
export function unreadOf({ directory }: Exercise, findings: Findings): void {
  const all = namesIn(directory)
  for (const name of all) {
    if (PARTS.includes(name) || BESIDE.test(name)) continue
    const meant = nearest(
      name,
      PARTS.filter((part) => !all.includes(part)),
    )
    const instead = meant === undefined ? `an exercise consists of ${PARTS.join(', ')}` : `did you mean ${meant}?`
    findings.warning({ file: join(directory, name) }, `nobody reads it: ${instead}`)
  }
  const scripts = ['solutions', 'wrong'].filter((name) => all.includes(name))
  const files = [
    ...PARTS.slice(0, 6).filter((name) => all.includes(name)),
    ...scripts.flatMap((name) => filesIn(join(directory, name), '.sh', new Findings()).map((file) => join(name, file))),
  ]
  if (UNPRINTABLE.test(basename(directory)))
    findings.error({ file: directory }, 'its name has control characters: give it another')
  for (const name of files) {
    if (UNPRINTABLE.test(name))
      findings.error({ file: join(directory, name) }, 'its name has control characters: give it another')
    control(join(directory, name), findings)
  }
}

/** Escape sequences are taken out where a text is shown; what is meant by them is lost, and few mean well. */
function control(file: string, findings: Findings): void {
  const text = readText(file, new Findings()) ?? ''
  if (shown(text) === text.replaceAll('\r\n', '\n')) return
  const line = text.split('\n').findIndex((each) => shown(each) !== each.replace(/\r$/, '')) + 1
  findings.warning(
    { file, line },
    'has control characters, which are taken out of what is shown: write what is meant in plain text',
  )
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).filter((name) => !name.startsWith('.') && basename(name) === name)
  } catch {
    return []
  }
}
