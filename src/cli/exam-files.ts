import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { uptime } from 'node:os'
import { basename, join } from 'node:path'
import {
  asExamLine,
  type Exam,
  type ExamEvent,
  endMs,
  examAt,
  examOf,
  isOver,
  type Paper,
  type Reading,
} from '../exercises/exam/index.ts'
import { replaceFile } from './json-file.ts'
import { appendLine, readLines } from './jsonl-file.ts'
import { makeDirectory } from './make-directory.ts'
import { underLock } from './process-lock.ts'
import { SessionFiles, stateDirectory } from './session-files.ts'

/** An exam's directory: `exam.jsonl`, a session for each task that was opened, and a link to the one that is worked on. */
export class ExamFiles {
  readonly directory: string

  constructor(directory: string) {
    this.directory = directory
  }

  get id(): string {
    return basename(this.directory)
  }
  get label(): string {
    return join(this.directory, 'label')
  }
  get log(): string {
    return join(this.directory, 'exam.jsonl')
  }
  /** A link to the session of the task that is worked on: its kubeconfig follows the learner from task to task. */
  get current(): string {
    return join(this.directory, 'current')
  }

  /** The session of a task, numbered from 1. */
  task(number: number): SessionFiles {
    return new SessionFiles(join(this.directory, 'tasks', String(number).padStart(2, '0')))
  }

  /** The session that `current` leads to, by that name: whoever holds it goes along. */
  follow(): SessionFiles {
    return new SessionFiles(this.current)
  }

  /** Writes an event down: from now on it has happened. */
  append(event: ExamEvent): void {
    appendLine(this.log, { ...readClocks(), ...event })
    this.relabel()
  }

  /** Writes down what stands before the prompt of the exam's shells: where one is, and how long one has. */
  relabel(): void {
    const exam = this.read()
    const text = exam && `${labelOf(exam)}\n`
    try {
      if (text !== undefined && (!existsSync(this.label) || readFileSync(this.label, 'utf8') !== text))
        replaceFile(this.label, text)
    } catch {
      // A full disk: a prompt is not worth a failure.
    }
  }

  /** The exam as of now. */
  read(): Exam | undefined {
    const exam = examOf(readLines(this.log, asExamLine).lines)
    return exam && examAt(exam, readClocks())
  }

  /** Numbers of lines of its file that cannot be read. */
  damaged(): readonly number[] {
    return readLines(this.log, asExamLine).damaged
  }

  linkCurrent(number: number): void {
    const link = `${this.current}.${process.pid}`
    rmSync(link, { force: true })
    symlinkSync(join('tasks', basename(this.task(number).directory)), link)
    renameSync(link, this.current)
  }
}

/** `task 4/17, 83 min` */
export function labelOf(exam: Exam): string {
  const { current, tasks, submittedMs, clock } = exam
  if (isOver(exam)) return submittedMs === undefined ? 'time is up' : 'exam submitted'
  return `task ${current ?? '-'}/${tasks.length}, ${Math.ceil((endMs(exam) - clock.elapsedMs) / 60_000)} min`
}

const examsDirectory = () => join(stateDirectory(), 'exams')

/** Every exam that was begun, oldest first. */
export function allExams(): readonly { readonly files: ExamFiles; readonly exam: Exam }[] {
  return examDirectories().flatMap((name) => {
    const files = new ExamFiles(join(examsDirectory(), name))
    const exam = files.read()
    return exam === undefined ? [] : [{ files, exam }]
  })
}

/** The exam that was begun last. */
export function latestExam(): { readonly files: ExamFiles; readonly exam: Exam } | undefined {
  for (const name of [...examDirectories()].reverse()) {
    const files = new ExamFiles(join(examsDirectory(), name))
    const exam = files.read()
    if (exam !== undefined) return { files, exam }
  }
  return undefined
}

/** The exam that goes on now. */
export function runningExam(): { readonly files: ExamFiles; readonly exam: Exam } | undefined {
  const latest = latestExam()
  return latest === undefined || isOver(latest.exam) ? undefined : latest
}

function examDirectories(): readonly string[] {
  try {
    return readdirSync(examsDirectory())
      .filter((name) => /^\d{4,}$/.test(name))
      .sort()
  } catch {
    return []
  }
}

/**
 * Begins an exam, all at once: a process that dies on the way leaves none.
 *
 * @returns undefined when one is running: another process may have begun it at the same moment
 */
export function createExam(paper: Omit<Paper, 'id'>): ExamFiles | undefined {
  makeDirectory(examsDirectory(), 0o700)
  return underLock(join(examsDirectory(), 'start.lock'), () => {
    if (runningExam() !== undefined) return undefined
    const id = String(Number(examDirectories().at(-1) ?? 0) + 1).padStart(4, '0')
    const made = mkdtempSync(join(examsDirectory(), '.new-'))
    const files = new ExamFiles(join(examsDirectory(), id))
    try {
      appendLine(join(made, 'exam.jsonl'), { ...readClocks(), event: 'started', id, ...paper })
      renameSync(made, files.directory)
      return files
    } finally {
      rmSync(made, { recursive: true, force: true })
    }
  })
}

let boot: string | undefined | null = null

/** What this machine's clocks say now. */
export function readClocks(): Reading {
  if (boot === null) boot = bootId()
  const reading = { at: Date.now(), up: Math.round(uptime() * 1000) }
  return boot === undefined ? reading : { ...reading, boot }
}

/** Source: random(4), /proc/sys/kernel/random/boot_id */
function bootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return undefined
  }
}
