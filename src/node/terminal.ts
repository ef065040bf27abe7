import { bytesOf, textOf } from './bytes.ts'
import type { Pipe } from './pipe.ts'

export interface TerminalOptions {
  /** Where finished lines go. */
  readonly stdin: Pipe
  /** What the user sees: echo. */
  write(text: string): void
  /** ^C. */
  interrupt(): void
}

/** Columns and rows. */
export interface TerminalSize {
  readonly width: number
  readonly height: number
}

/**
 * The pseudo terminal of a process: shows what is typed, lets it be edited and hands over whole lines; output gets its
 * carriage returns. Besides what the kernel's line discipline does it knows the arrow keys, as the shells in images do.
 * Source: Linux drivers/tty/n_tty.c; termios(3)
 */
export class Terminal {
  readonly #options: TerminalOptions
  #line = ''
  #cursor = 0
  #escape = ''
  #partial = ''
  readonly #history: string[] = []
  #at = 0
  size: TerminalSize = { width: 80, height: 24 }
  /** Takes ^C in place of the process; true: it has been dealt with. */
  onInterrupt: (() => boolean) | undefined

  constructor(options: TerminalOptions) {
    this.#options = options
  }

  type(bytes: string): void {
    const all = this.#partial + bytes
    const cut = /(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})$/.exec(all)?.index ?? all.length
    this.#partial = all.slice(cut)
    for (const key of textOf(all.slice(0, cut))) this.#key(key)
  }

  /** The other side has gone. */
  hangUp(): void {
    this.#options.stdin.end()
  }

  #key(key: string): void {
    if (this.#escape !== '') this.#inEscape(key)
    else if (key === '\x1b') this.#escape = key
    else if (key === '\r' || key === '\n') this.#enter()
    else if (key === '\x03') this.#interrupt()
    else if (key === '\x04') this.#endOfFile()
    else if (key === '\x7f' || key === '\b') this.#erase(1)
    else if (key === '\x15') this.#erase(this.#cursor)
    else if (key === '\x17') this.#erase(/\S*\s*$/.exec(this.#line.slice(0, this.#cursor))![0].length)
    else if (key === '\x01') this.#move(-this.#cursor)
    else if (key === '\x05') this.#move(this.#line.length - this.#cursor)
    else if (key >= ' ' || key === '\t') this.#insert(key)
  }

  #inEscape(key: string): void {
    this.#escape += key
    if (this.#escape.length === 2 && (key === '[' || key === 'O')) return
    const code = this.#escape.slice(2)
    if (!/^[\d;]*$/.test(code)) this.#escape = ''
    if (code === 'A') this.#recall(-1)
    else if (code === 'B') this.#recall(1)
    else if (code === 'C' && this.#cursor < this.#line.length) this.#move(1)
    else if (code === 'D' && this.#cursor > 0) this.#move(-1)
  }

  #enter(): void {
    const line = this.#line
    if (line.trim() !== '' && this.#history.at(-1) !== line) this.#history.push(line)
    this.#at = this.#history.length
    this.#line = ''
    this.#cursor = 0
    this.#options.write('\n')
    this.#options.stdin.write(bytesOf(`${line}\n`))
  }

  #interrupt(): void {
    this.#options.write('^C\n')
    this.#line = ''
    this.#cursor = 0
    if (this.onInterrupt?.() !== true) this.#options.interrupt()
  }

  /** Ends the input on an empty line; elsewhere hands over what is there. */
  #endOfFile(): void {
    if (this.#line === '') this.#options.stdin.end()
    else this.#options.stdin.write(bytesOf(this.#line))
    this.#line = ''
    this.#cursor = 0
  }

  #insert(key: string): void {
    const rest = this.#line.slice(this.#cursor)
    this.#line = this.#line.slice(0, this.#cursor) + key + rest
    this.#cursor += key.length
    this.#options.write(key + rest + '\b'.repeat(rest.length))
  }

  #erase(count: number): void {
    const gone = Math.min(count, this.#cursor)
    if (gone === 0) return
    const rest = this.#line.slice(this.#cursor)
    this.#cursor -= gone
    this.#line = this.#line.slice(0, this.#cursor) + rest
    this.#options.write('\b'.repeat(gone) + rest + ' '.repeat(gone) + '\b'.repeat(gone + rest.length))
  }

  #move(by: number): void {
    const passed = this.#line.slice(this.#cursor, this.#cursor + Math.max(0, by))
    this.#cursor += by
    this.#options.write(by < 0 ? '\b'.repeat(-by) : passed)
  }

  #recall(by: number): void {
    const next = this.#at + by
    if (next < 0 || next > this.#history.length) return
    this.#at = next
    this.#move(this.#line.length - this.#cursor)
    this.#erase(this.#cursor)
    for (const key of this.#history[next] ?? '') this.#insert(key)
  }
}
