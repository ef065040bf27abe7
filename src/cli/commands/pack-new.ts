import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { STARTER_PACK, starterExercise } from '../../exercises/starter.ts'
import { Failure } from '../failure.ts'
import { paint, say } from '../terminal.ts'

/** `kubedrill pack new`: a pack with an exercise that lints and proves as it is, or another such exercise in a pack. */
export function packNew(directory: string, exercise: string): void {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(exercise) || exercise.length > 60)
    throw new Failure(`"${exercise}" is no id of an exercise: small letters, digits and dashes, like wrong-port`)
  const isPack = existsSync(join(directory, 'pack.yaml'))
  const entries = existsSync(directory) ? entriesOf(directory) : []
  if (!isPack && entries.some((name) => !name.startsWith('.')))
    throw new Failure(`${directory}: is neither empty nor a pack: a pack has a pack.yaml`)
  if (entries.some((name) => name.replace(/^\d+-/, '') === exercise))
    throw new Failure(`${directory}: there is an exercise "${exercise}" already`)
  const number = 1 + Math.max(0, ...entries.map((name) => Number(/^(\d+)-/.exec(name)?.[1] ?? 0)))
  const home = join(directory, `${String(number).padStart(2, '0')}-${exercise}`)
  const files = Object.entries(starterExercise(exercise)).map(([name, text]) => [join(home, name), text] as const)
  for (const [file, text] of isPack ? files : [[join(directory, 'pack.yaml'), STARTER_PACK] as const, ...files]) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    say(file)
  }
  say()
  say(
    `It works as it is: ${paint('cyan', `kubedrill pack test ${directory}`)}, ${paint('cyan', `kubedrill start ${exercise} --packs ${directory}`)}.`,
  )
}

function entriesOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    throw new Failure(`${directory}: not a directory that can be read`)
  }
}
