import { realpathSync } from 'node:fs'
import { runningExam } from './exam-files.ts'
import { Failure } from './failure.ts'
import { SessionFiles, type SessionRecord } from './session-files.ts'

/** The session that commands are about: the shell's own, else the task of the running exam, else the last one begun. */
export function currentFiles(): SessionFiles {
  const named = process.env.KUBEDRILL_SESSION
  if (named) return new SessionFiles(followed(named))
  const running = runningExam()
  const task = running?.exam.current
  return task === undefined ? new SessionFiles() : running!.files.task(task)
}

/** A shell of an exam names a link: what is done to a session is done to the directory behind it. */
function followed(directory: string): string {
  try {
    return realpathSync(directory)
  } catch {
    return directory
  }
}

/** @throws {Failure} in an exam, where there is no help */
export function refuseInExam({ exam }: SessionRecord, command: string): void {
  if (exam !== undefined)
    throw new Failure(
      `there is no \`kubedrill ${command}\` in an exam: it is graded when you \`kubedrill exam submit\``,
    )
}

/** @throws {Failure} while an exam is running */
export function refuseWhileExam(): void {
  const running = runningExam()
  if (running !== undefined)
    throw new Failure(
      `exam ${running.files.id} is running: \`kubedrill exam submit\` ends it, \`kubedrill exam shell\` goes on`,
    )
}
