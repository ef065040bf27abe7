import { execFileSync } from 'node:child_process'
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

/** Until the shell is left. What runs in the shell has its terminal to itself: the news waits for the prompt. */
function beside(files: ExamFiles, pid: number): () => void {
  const timer = setInterval(() => {
    files.relabel()
    const { phase, because } = currentStatus(files)
    if (phase === 'running' || !isAtPrompt(pid)) return
    clearInterval(timer)
    if (phase === 'over' && because === 'time is up') say(`\n\n\x07${markdown(TIME_IS_UP)}\n`)
  }, LOOK_MS)
  return () => clearInterval(timer)
}

const TIME_IS_UP =
  '**Time is up.** The exam was handed in as it stood; the clusters have ended. `kubedrill exam review` grades it and shows how it went.'

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
