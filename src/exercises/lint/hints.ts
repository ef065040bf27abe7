import { join } from 'node:path'
import { Findings, type Place } from '../pack-error.ts'
import { readText } from '../pack-file.ts'
import { type Read, withoutComments } from './read.ts'

/** Of all points: what somebody has paid who is told the solution. */
const FAIR_PRICE = 0.5
/** Commands that only look: every hint may name them. */
const LOOKS =
  /^(kubectl|k) (-n \S+ )?(get|describe|logs|events|top|explain|wait|rollout (status|history)|auth can-i|config)\b/

/** Hints that say nothing, say it again, or give the solution away. */
export function weakHints(read: Read, findings: Findings): void {
  const { hints, criteria } = read.exercise
  const sum = criteria.reduce((total, { points }) => total + points, 0)
  const places = placesOf(read)
  const commands = commandsIn(read)
  let paid = 0
  for (const [index, { cost, text }] of hints.entries()) {
    const warn = (message: string) => findings.warning(places[index]!, `hint ${index + 1} ${message}`)
    paid += cost
    const before = hints.slice(0, index)
    if (cost < (before.at(-1)?.cost ?? 0)) warn('costs less than the one before it')
    if (text === '')
      findings.error(places[index]!, `hint ${index + 1} says nothing: write below its heading what to look at`)
    else if (!pointsAnywhere(text, read)) warn('reveals nothing: name a command, an object or a field to look at')
    const same = before.findIndex((other) => plain(other.text) === plain(text))
    if (text !== '' && same >= 0) warn(`says the same as hint ${same + 1}`)
    const given = commands.find(({ command }) => plain(text).includes(command))
    if (given !== undefined && paid < sum * FAIR_PRICE)
      warn(
        `gives away what ${given.name} does ("${given.command}") for ${paid} of ${sum} points: say it in words, or let the hints up to it cost ${Math.ceil(sum * FAIR_PRICE)}`,
      )
  }
  foretold(read, places, findings)
  toldByTask(read, commands, findings)
  if (paid > sum)
    findings.warning(places.at(-1)!, `the hints cost ${paid} points, more than the ${sum} there are to earn`)
}

/** Most of what a dearer hint says, in a cheaper one already. */
function foretold({ exercise: { hints } }: Read, places: readonly Place[], findings: Findings): void {
  for (const [index, { text }] of hints.entries()) {
    const pairs = pairsIn(text)
    const later = hints.findIndex(
      (other, at) => at > index && plain(other.text) !== plain(text) && shared(pairsIn(other.text), pairs) >= MOST,
    )
    if (later > 0)
      findings.warning(
        places[index]!,
        `hint ${index + 1} says most of what hint ${later + 1} costs ${hints[later]!.cost} points for`,
      )
  }
}

const MOST = 0.6

/** Words that follow each other. */
function pairsIn(text: string): ReadonlySet<string> {
  const words =
    plain(text)
      .toLowerCase()
      .match(/[\w/.-]*\w/g) ?? []
  return new Set(words.slice(1).map((word, index) => `${words[index]} ${word}`))
}

function shared(all: ReadonlySet<string>, among: ReadonlySet<string>): number {
  return all.size < 3 ? 0 : [...all].filter((pair) => among.has(pair)).length / all.size
}

/** Then there is nothing left to find. */
function toldByTask(
  { exercise: { directory, task } }: Read,
  commands: ReturnType<typeof commandsIn>,
  findings: Findings,
): void {
  const given = commands.find(({ command }) => plain(task).includes(command))
  if (given !== undefined)
    findings.warning({ file: join(directory, 'task.md') }, `gives away what ${given.name} does ("${given.command}")`)
}

function placesOf({ exercise }: Read): readonly Place[] {
  const file = join(exercise.directory, 'hints.md')
  const lines = (readText(file, new Findings()) ?? '').split('\n')
  return lines.flatMap((line, index) => (line.startsWith('## ') ? [{ file, line: index + 1, column: 1 }] : []))
}

/** What changes something, as one line without the program's name: hints write it in many ways. */
function commandsIn({ solutions }: Read): readonly { readonly name: string; readonly command: string }[] {
  return solutions.flatMap(({ name, text }) =>
    withoutComments(text.replaceAll('\\\n', ' '))
      .split('\n')
      .filter((line) => !LOOKS.test(line) && !line.startsWith('#!'))
      .map((line) => ({ name, command: plain(line).replace(/^(kubectl|k) /, '') }))
      .filter(({ command }) => command.length > 12 && command.includes(' ')),
  )
}

/** Without what quoting and breaking lines differently changes. */
const plain = (text: string) => text.replace(/\\\n/g, ' ').replace(/["'`]/g, '').replace(/\s+/g, ' ').trim()

/** Whether it names anything at all: something in code, or a word that the exercise has a thing by. */
function pointsAnywhere(text: string, { setup, checks }: Read): boolean {
  if (/`[^`]+`|\n {4}\S/.test(`\n${text}`)) return true
  const things = new Set(
    [...setup, ...checks].flatMap(({ steps }) =>
      steps.flatMap(({ text: step, docString = '' }) => `${step} ${docString}`.match(/[A-Za-z][\w-]{3,}/g) ?? []),
    ),
  )
  const words = text.match(/[A-Za-z][\w-]{3,}/g) ?? []
  return words.some((word) => /[A-Z]/.test(word.slice(1)) || (things.has(word) && !EVERYDAY.has(word)))
}

/** Words of steps that say nothing in a hint. */
const EVERYDAY = new Set(
  'this that these with within from what since have here still after before every minutes more name'.split(' '),
)
