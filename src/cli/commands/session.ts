import { isOver } from '../../exercises/exam/index.ts'
import { Control } from '../control.ts'
import { currentFiles } from '../current-session.ts'
import { ExamFiles } from '../exam-files.ts'
import { resume } from '../exam-session.ts'
import { Failure } from '../failure.ts'
import { loadExerciseOf } from '../session-exercise.ts'
import type { SessionFiles, SessionRecord } from '../session-files.ts'
import { startServer } from '../session-server.ts'

/** The session that was begun last, its server running again if it had died. @throws {Failure} when there is none */
export async function currentSession(): Promise<{ files: SessionFiles; record: SessionRecord; control: Control }> {
  const { files, record } = currentRecord()
  const control = new Control(files)
  if (record.exam !== undefined) await resume(new ExamFiles(record.exam))
  else if (!(await control.alive())) await startServer(files)
  return { files, record, control }
}

/** The session's record alone, for commands that need no running cluster. */
export function currentExercise() {
  const { files, record } = currentRecord()
  return { files, record, exercise: loadExerciseOf(record) }
}

function currentRecord(): { files: SessionFiles; record: SessionRecord } {
  const files = currentFiles()
  const record = files.readRecord()
  if (record === undefined && files.exists())
    throw new Failure(
      `${files.record} cannot be read: \`kubedrill start EXERCISE\` begins anew, \`kubedrill stop\` clears up`,
    )
  if (record === undefined) throw new Failure('no exercise is running: `kubedrill start` begins one')
  const exam = record.exam === undefined ? undefined : new ExamFiles(record.exam).read()
  if (exam !== undefined && isOver(exam))
    throw new Failure(`exam ${exam.paper.id} is over: \`kubedrill exam review\` says how it went`)
  return { files, record }
}
