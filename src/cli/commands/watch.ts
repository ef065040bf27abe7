import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { CriterionResult, Grade } from '../../exercises/grade.ts'
import { refuseInExam } from '../current-session.ts'
import { Failure } from '../failure.ts'
import { paint, say } from '../terminal.ts'
import { criterionLines, gradeSession, isSolved, keepGrade, stopped } from './check.ts'
import { currentExercise, currentSession } from './session.ts'

type Session = Awaited<ReturnType<typeof currentSession>>

/** How often (wall ms) the cluster is looked at: its journal, and where its Pods and machines stand. */
const LOOK_MS = 500
/** Grading rests for this many times as long as it took. */
const REST = 2
/** Whose states say that something has changed that a check may see. */
const MACHINES = /^(pod|container|kubelet|etcd-member|host|node|systemd)/

/**
 * `kubedrill watch`: grades on forks whenever something was done to the cluster or its Pods and machines have come to
 * another state, and shows what has changed. On a terminal the list is drawn anew, else each change is a line;
 * `--json`: each grade is a line.
 */
export async function watch({ json, untilSolved }: { json?: boolean; untilSolved?: boolean }): Promise<void> {
  refuseInExam(currentExercise().record, 'watch')
  const session = await currentSession()
  const inputs = inputCounter(session.files.journal)
  let shown: Grade | undefined
  let seen = ''
  for (;;) {
    // The states first: without a session nobody answers, and there is no journal.
    const states = await statesOf(session)
    const now = `${inputs()} ${states}`
    if (now === seen) {
      await pause(LOOK_MS)
      continue
    }
    seen = now
    const began = performance.now()
    const graded = await gradeSession(session)
    if (graded.score !== shown?.score) keepGrade(session.record, graded)
    if (json) say(JSON.stringify({ at: new Date().toISOString(), ...graded }))
    else if (process.stdout.isTTY) redraw(graded)
    else tellChanges(graded, shown)
    shown = graded
    if (untilSolved && isSolved(graded)) return
    await pause(Math.max(LOOK_MS, REST * (performance.now() - began)))
  }
}

/** Counts what was done to the cluster, by the journal; reads only what is new. */
function inputCounter(journal: string): () => number {
  let offset = 0
  let rest = ''
  let count = 0
  return () => {
    const text = rest + readFrom(journal, offset)
    offset += Buffer.byteLength(text) - Buffer.byteLength(rest)
    const lines = text.split('\n')
    rest = lines.pop()!
    count += lines.filter((line) => line.includes('"input":')).length
    return count
  }
}

function readFrom(file: string, offset: number): string {
  const handle = openSync(file, 'r')
  try {
    const size = Math.max(0, fstatSync(handle).size - offset)
    const bytes = Buffer.alloc(size)
    // A character that is cut off comes whole with the next line: journals are appended line by line.
    return bytes.subarray(0, readSync(handle, bytes, 0, size, offset)).toString()
  } finally {
    closeSync(handle)
  }
}

async function statesOf({ control, files }: Session): Promise<string> {
  const charts = await control.charts().catch(() => {
    throw stopped(files) ?? new Failure('the session has ended', 1)
  })
  const states = charts.filter(({ machine }) => MACHINES.test(machine)).map((chart) => JSON.stringify(chart))
  return createHash('sha256').update(states.join('\n')).digest('hex')
}

function redraw(graded: Grade): void {
  process.stdout.write('\x1b[H\x1b[2J')
  say(`${paint('bold', graded.exercise)}  ${new Date().toTimeString().slice(0, 8)}  (Ctrl-C leaves)\n`)
  for (const result of graded.criteria) say(criterionLines(result))
  say(`\n${scoreLine(graded)}`)
}

function tellChanges(graded: Grade, before: Grade | undefined): void {
  const known = (id: string) => before?.criteria.find((each) => each.id === id)
  const changed = graded.criteria.filter((result) => !isSame(result, known(result.id)))
  for (const result of changed) say(criterionLines(result))
  if (changed.length > 0) say(scoreLine(graded))
}

const isSame = (result: CriterionResult, before: CriterionResult | undefined) => before?.outcome === result.outcome

function scoreLine(graded: Grade): string {
  const { score, max } = graded
  return `${paint('bold', `Score: ${score} of ${max}`)}${isSolved(graded) ? paint('green', '  Solved.') : ''}`
}
