import { Control } from '../control.ts'
import { Failure } from '../failure.ts'
import { loadExerciseOf } from '../session-exercise.ts'
import { SessionFiles, type SessionRecord } from '../session-files.ts'
import { startServer } from '../session-server.ts'

/** The session that was begun last, its server running again if it had died. @throws {Failure} when there is none */
export async function currentSession(): Promise<{ files: SessionFiles; record: SessionRecord; control: Control }> {
  const files = new SessionFiles(process.env.KUBEDRILL_SESSION)
  const record = files.readRecord()
  if (record === undefined) throw new Failure('no exercise is running: `kubedrill start` begins one')
  const control = new Control(files)
  if (!(await control.alive())) await startServer(files)
  return { files, record, control }
}

/** The session's record alone, for commands that need no running cluster. */
export function currentExercise() {
  const files = new SessionFiles(process.env.KUBEDRILL_SESSION)
  const record = files.readRecord()
  if (record === undefined) throw new Failure('no exercise is running: `kubedrill start` begins one')
  return { files, record, exercise: loadExerciseOf(record) }
}
