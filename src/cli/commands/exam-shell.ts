import { execFileSync } from 'node:child_process'
import { type Exam, isOver } from '../../exercises/exam/index.ts'
import type { ExamFiles } from '../exam-files.ts'
import { markdown } from '../markdown-lines.ts'
import { say } from '../terminal.ts'
import { currentStatus, minutesText } from './exam-status.ts'
import { openLearnerShell } from './learner-shell.ts'

/** How often (wall ms) the exam's clock is looked at. */
const LOOK_MS = 1000

/** The learner's shell in an exam: where one is and the time left stand before its prompt; it says when time is up. */
export function openExamShell(files: ExamFiles): Promise<void> {
  files.relabel()
  return openLearnerShell(files.follow(), {
    label: files.label,
    exercise: `exam ${files.id}`,
    welcome:
      'Your shell is ready. `exit` leaves it, the clock goes on; `kubedrill exam shell` comes back from any terminal.',
    farewell: () => farewell(files),
    beside: (pid) => beside(files, pid),
  })
}

function farewell(files: ExamFiles): string {
  const { phase, leftMs } = currentStatus(files)
  if (phase === 'running')
    return `The exam goes on, ${minutesText(leftMs)} left: \`kubedrill exam shell\` brings you back, \`kubedrill exam submit\` hands in.`
  return `The exam is over: \`kubedrill exam review\` ${phase === 'over' ? 'grades it and shows' : 'shows'} how it went.`
}

/** Until the shell is left. What runs in the shell has its terminal to itself: news wait for the prompt. */
function beside(files: ExamFiles, pid: number): () => void {
  let known = files.read()
  const timer = setInterval(() => {
    files.relabel()
    const exam = files.read()
    if (exam === undefined || known === undefined || isOver(known)) return
    if (exam.current === known.current && !isOver(exam)) return
    if (!isAtPrompt(pid)) return
    const news = newsFor(String(process.pid), known, exam)
    known = exam
    if (news !== undefined) say(`\n\n\x07${markdown(news)}\n`)
  }, LOOK_MS)
  return () => clearInterval(timer)
}

/** What a terminal has to be told that did not do it itself. */
export function newsFor(terminal: string, before: Exam, now: Exam): string | undefined {
  const { current, by, submittedMs, tasks } = now
  if (!isOver(now))
    return by === terminal || current === before.current
      ? undefined
      : `**Another terminal went to task ${current} of ${tasks.length}.** \`kubectl\` and \`ssh\` work on its cluster from now on, here too; \`kubedrill exam goto ${before.current}\` goes back.`
  if (submittedMs === undefined)
    return '**Time is up.** The exam was handed in as it stood; the clusters have ended. `kubedrill exam review` grades it and shows how it went.'
  return by === terminal
    ? undefined
    : '**The exam was handed in from another terminal.** The clusters have ended; `kubedrill exam review` shows how it went.'
}

/** Whether a shell has its terminal to itself. Source: ps(1), tpgid: the process group in the foreground */
function isAtPrompt(pid: number): boolean {
  try {
    const answer = execFileSync('ps', ['-o', 'pgid=,tpgid=', '-p', String(pid)], { encoding: 'utf8' })
    const [own, foreground] = answer.trim().split(/\s+/)
    return own === foreground
  } catch {
    return true
  }
}
