import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { type Pack, readPack } from '../../exercises/pack.ts'
import { Findings } from '../../exercises/pack-error.ts'
import { skeletonExercise, titleOf } from '../../exercises/skeleton.ts'
import { starterExercise, starterPack } from '../../exercises/starter.ts'
import { FILL_IN } from '../../exercises/unfilled.ts'
import { Failure } from '../failure.ts'
import { makeDirectory } from '../make-directory.ts'
import { paint, say } from '../terminal.ts'

/** `kubedrill pack new`: a pack with an exercise that lints and proves as it is; or, with a name, one to be written. */
export function packNew(directory: string, named: string | undefined): void {
  const exercise = named ?? EXAMPLE
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(exercise) || exercise.length > 60)
    throw new Failure(`"${exercise}" is no id of an exercise: small letters, digits and dashes, like wrong-port`)
  const isPack = existsSync(join(directory, 'pack.yaml'))
  const entries = existsSync(directory) ? entriesOf(directory) : []
  if (!isPack && entries.some((name) => !name.startsWith('.')))
    throw new Failure(`${directory}: is neither empty nor a pack: a pack has a pack.yaml`)
  if (entries.some((name) => name.replace(/^\d+-/, '') === exercise))
    throw new Failure(
      `${directory}: there is an exercise "${exercise}" already${named === undefined ? `; name yours: kubedrill pack new ${directory} wrong-port` : ''}`,
    )
  const number = 1 + Math.max(0, ...entries.map((name) => Number(/^(\d+)-/.exec(name)?.[1] ?? 0)))
  const home = join(directory, `${String(number).padStart(2, '0')}-${exercise}`)
  const files = named === undefined ? starterExercise(exercise) : skeletonExercise(exercise, examOf(directory, isPack))
  const pack = isPack ? {} : { [join(directory, 'pack.yaml')]: starterPack(titleOf(basename(resolve(directory)))) }
  const own = Object.fromEntries(Object.entries(files).map(([name, text]) => [join(home, name), text]))
  for (const [file, text] of Object.entries({ ...pack, ...own })) {
    makeDirectory(dirname(file))
    writeFileSync(file, text)
    say(file)
  }
  say()
  const test = paint('cyan', `kubedrill pack test ${directory}`)
  const start = paint('cyan', `kubedrill start ${exercise} --packs ${directory}`)
  const lint = paint('cyan', `kubedrill pack lint ${directory}`)
  if (named === undefined) say(`It works as it is: ${test}, ${start}.`)
  else
    say(
      `Write where it says ${FILL_IN}: ${lint} names what is left, ${start} shows it.\nTo look at one that works: ${paint('cyan', 'kubedrill pack new example')}.`,
    )
}

/** The exercise of a pack whose author gave none a name. */
const EXAMPLE = 'service-selector'

/** Whatever is wrong with the exercises that are there. @throws {Failure} for a pack.yaml that cannot be read */
function examOf(directory: string, isPack: boolean): Pack['exam'] {
  if (!isPack) return 'CKA'
  const findings = new Findings()
  const pack = readPack(directory, basename(resolve(directory)), findings)
  if (pack === undefined) throw new Failure(findings.refusal())
  return pack.exam
}

function entriesOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    throw new Failure(`${directory}: not a directory that can be read`)
  }
}
