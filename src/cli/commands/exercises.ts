import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Exercise, loadPacks, type Pack, PackError } from '../../exercises/pack.ts'
import { nearest } from '../../gherkin/nearest.ts'
import { Failure } from '../failure.ts'
import { PACKAGE_ROOT } from '../package-root.ts'

/** Where the packs are that come with kubedrill. */
export function builtInPacks(): string {
  return join(PACKAGE_ROOT, 'exercises')
}

/** The built-in packs and those below `--packs DIRECTORY`. @throws {Failure} naming the file that cannot be read */
export function packs(directory?: string): readonly Pack[] {
  try {
    const own = existsSync(builtInPacks()) ? loadPacks(builtInPacks()) : []
    return directory === undefined ? own : [...own, ...loadPacks(resolve(directory))]
  } catch (error) {
    if (error instanceof PackError) throw new Failure(error.message)
    throw error
  }
}

/** Finds an exercise by its id, or by the number `kubedrill list` shows. @throws {Failure} with what there is */
export function findExercise(all: readonly Pack[], wanted: string): { pack: Pack; exercise: Exercise } {
  const every = all.flatMap((pack) => pack.exercises.map((exercise) => ({ pack, exercise })))
  const found = every.find(({ exercise }, index) => exercise.id === wanted || String(index + 1) === wanted)
  if (found) return found
  if (/^\d+$/.test(wanted))
    throw new Failure(`there is no exercise ${wanted}: ${every.length} are there, \`kubedrill list\``)
  const near = nearest(
    wanted,
    every.map(({ exercise }) => exercise.id),
  )
  const like = near === undefined ? '' : `: did you mean ${near}?`
  throw new Failure(`there is no exercise "${wanted}"${like}${like === '' ? ':' : ''} \`kubedrill list\` shows all`)
}
