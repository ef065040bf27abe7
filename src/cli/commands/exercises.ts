import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type BrokenPack, type Exercise, loadPacks, type Pack, PackError } from '../../exercises/pack.ts'
import { shown } from '../../exercises/pack-file.ts'
import { nearest } from '../../gherkin/nearest.ts'
import { Failure } from '../failure.ts'
import { PACKAGE_ROOT } from '../package-root.ts'
import { tell } from '../terminal.ts'

/** Where the packs are that come with kubedrill. */
export function builtInPacks(): string {
  return join(PACKAGE_ROOT, 'exercises')
}

/** Packs below `--packs` that cannot be used: said once. */
const broken = new Map<string, BrokenPack>()

/**
 * The built-in packs and those below `--packs DIRECTORY`. One that cannot be used is told of, and does not keep the others
 * from being used.
 *
 * @throws {Failure} for a directory that cannot be read, and one that is itself a pack that cannot be used
 */
export function packs(directory?: string): readonly Pack[] {
  try {
    const own = existsSync(builtInPacks()) ? loadPacks(builtInPacks()) : []
    return directory === undefined ? own : [...own, ...loadPacks(resolve(directory), tellOfBroken)]
  } catch (error) {
    if (error instanceof PackError) throw new Failure(shown(error.message))
    throw error
  }
}

function tellOfBroken(pack: BrokenPack): void {
  if (!broken.has(pack.directory)) tell(`passed over a pack: ${shown(pack.message)}`)
  broken.set(pack.directory, pack)
}

/** Finds an exercise by its id (of two packs that have it the one below `--packs`), or by the number `kubedrill list` shows. @throws {Failure} with what there is */
export function findExercise(all: readonly Pack[], wanted: string): { pack: Pack; exercise: Exercise } {
  const every = all.flatMap((pack) => pack.exercises.map((exercise) => ({ pack, exercise })))
  const found = every.findLast(({ exercise }, index) => exercise.id === wanted || String(index + 1) === wanted)
  if (found) return found
  const spoilt = [...broken.values()].find(({ ids }) => ids.includes(wanted))
  if (spoilt !== undefined) throw new Failure(shown(spoilt.message))
  if (/^\d+$/.test(wanted))
    throw new Failure(`there is no exercise ${wanted}: ${every.length} are there, \`kubedrill list\``)
  const near = nearest(
    wanted,
    every.map(({ exercise }) => exercise.id),
  )
  const like = near === undefined ? '' : `: did you mean ${near}?`
  throw new Failure(`there is no exercise "${wanted}"${like}${like === '' ? ':' : ''} \`kubedrill list\` shows all`)
}
