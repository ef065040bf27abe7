import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, writeJson } from './json-file.ts'
import { makeDirectory } from './make-directory.ts'
import { underLock } from './process-lock.ts'
import { stateDirectory } from './session-files.ts'
import { tell } from './terminal.ts'

/** How far the learner is. */
export interface Progress {
  readonly hintsTaken: number
  readonly solutionSeen: boolean
  readonly best?: { readonly score: number; readonly max: number }
}

const NO_PROGRESS: Progress = { hintsTaken: 0, solutionSeen: false }

/** Best scores and hints, per exercise; they outlive sessions. */
export class ProgressFile {
  readonly #file = join(stateDirectory(), 'progress.json')

  all(): Readonly<Record<string, Progress>> {
    return this.#read() ?? {}
  }

  of(exercise: string): Progress {
    return this.all()[exercise] ?? NO_PROGRESS
  }

  /** Changes what is known of an exercise; other processes that do so at the same time wait. */
  update(exercise: string, change: (progress: Progress) => Progress): void {
    makeDirectory(stateDirectory(), 0o700)
    underLock(`${this.#file}.lock`, () => {
      if (this.#read() === undefined && existsSync(this.#file)) this.#putAside()
      writeJson(this.#file, { ...this.all(), [exercise]: change(this.of(exercise)) })
    })
  }

  /** What is not a progress is left out; undefined when nothing can be read. */
  #read(): Readonly<Record<string, Progress>> | undefined {
    const found = readJson<unknown>(this.#file)
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return undefined
    return Object.fromEntries(Object.entries(found).filter(([, value]) => isProgress(value)))
  }

  #putAside(): void {
    renameSync(this.#file, `${this.#file}.damaged`)
    tell(`${this.#file} cannot be read: it is now ${this.#file}.damaged, best scores and hints begin anew`)
  }
}

function isProgress(value: unknown): value is Progress {
  const { hintsTaken, solutionSeen, best } = (value ?? {}) as Partial<Progress>
  const isScore = best === undefined || (Number.isFinite(best?.score) && Number.isFinite(best?.max))
  return Number.isInteger(hintsTaken) && typeof solutionSeen === 'boolean' && isScore
}
