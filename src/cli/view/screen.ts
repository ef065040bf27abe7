import { emitKeypressEvents } from 'node:readline'
import type { Size } from './frame.ts'
import type { Key } from './keys.ts'

const ENTER = '\x1b[?1049h\x1b[?25l\x1b[2J'
const LEAVE = '\x1b[?25h\x1b[?1049l'

/** The terminal as a screen of lines. However the process ends, the terminal is as it was before. */
export class Screen {
  readonly #onKey: (key: Key) => void
  readonly #onResize: () => void
  #shown: readonly string[] = []
  #on = false

  constructor(onKey: (key: Key) => void, onResize: () => void) {
    this.#onKey = onKey
    this.#onResize = onResize
  }

  get size(): Size {
    return { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 }
  }

  open(): void {
    if (this.#on) return
    this.#on = true
    this.#shown = []
    emitKeypressEvents(process.stdin)
    process.stdin.setRawMode(true)
    process.stdin.on('keypress', this.#key)
    process.stdin.resume()
    process.stdout.on('resize', this.#resize)
    process.on('exit', this.#end)
    for (const signal of SIGNALS) process.on(signal, this.#kill)
    process.stdout.write(ENTER)
  }

  /** Gives the terminal back: for good, or to a shell for a while. */
  close(): void {
    if (!this.#on) return
    process.stdin.off('keypress', this.#key)
    process.stdout.off('resize', this.#resize)
    process.off('exit', this.#end)
    for (const signal of SIGNALS) process.off(signal, this.#kill)
    process.stdin.pause()
    this.#end()
  }

  /** Writes the lines that have changed. */
  draw(lines: readonly string[]): void {
    if (!this.#on) return
    const changed = lines.flatMap((line, i) =>
      line === this.#shown[i] ? [] : [`\x1b[${i + 1};1H${line}\x1b[0m\x1b[K`],
    )
    // One write between the marks of synchronized output: no half of a frame is seen.
    if (changed.length > 0) process.stdout.write(`\x1b[?2026h${changed.join('')}\x1b[?2026l`)
    this.#shown = lines
  }

  readonly #key = (_text: string, key: Key) => this.#onKey(key)

  readonly #resize = () => {
    this.#shown = []
    process.stdout.write('\x1b[2J')
    this.#onResize()
  }

  readonly #end = () => {
    if (!this.#on) return
    this.#on = false
    try {
      process.stdin.setRawMode(false)
    } catch {
      // The terminal has gone away: there is nothing to restore.
    }
    process.stdout.write(LEAVE)
  }

  readonly #kill = (signal: NodeJS.Signals) => process.exit(128 + (signal === 'SIGHUP' ? 1 : 15))
}

const SIGNALS = ['SIGTERM', 'SIGHUP'] as const
