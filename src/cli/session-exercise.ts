import { type Exercise, loadPack, PackError } from '../exercises/pack.ts'
import { Failure } from './failure.ts'
import type { SessionRecord } from './session-files.ts'

/** The exercise a session was begun with, read again from its pack. @throws {Failure} when it is no longer there */
export function loadExerciseOf({ exercise }: SessionRecord): Exercise {
  try {
    const found = loadPack(exercise.directory, exercise.pack).exercises.find(({ id }) => id === exercise.id)
    if (found) return found
  } catch (error) {
    if (error instanceof PackError) throw new Failure(error.message)
    throw error
  }
  throw new Failure(`the exercise "${exercise.id}" is no longer in ${exercise.directory}`)
}
