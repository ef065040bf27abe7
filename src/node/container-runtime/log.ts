import type { ContainerLog, LogLine } from './contract.ts'

/** How often somebody is told that a log has grown. */
const STEP = 1024 ** 2
/** As much as is kept of a log that nobody rotates. */
const MAX_CHARACTERS = 50 * STEP
/** What gzip leaves of a log. */
const COMPRESSED = 0.1

/** What containers have written at one instant: those of one image say the same when they start. */
let instant = Number.NaN
const lines = { stdout: new Map<string, LogLine>(), stderr: new Map<string, LogLine>() }

function sharedLine(at: number, stream: 'stdout' | 'stderr', text: string): LogLine {
  if (at !== instant) {
    instant = at
    lines.stdout.clear()
    lines.stderr.clear()
  }
  let line = lines[stream].get(text)
  if (line === undefined) {
    line = { at, stream, text }
    lines[stream].set(text, line)
  }
  return line
}

/** What a container has written: the file that is being written, and how big the rotated ones are. */
export class LogBuffer implements ContainerLog {
  lines: LogLine[] = []
  fileBytes = 0
  /** Of the rotated files, newest first; all but the newest are compressed. */
  #rotated: readonly number[] = []
  #told = 0
  #untold = 0
  #followers: Set<(line: LogLine) => void> | undefined
  readonly #grew: ((bytes: number) => void) | undefined

  /** @param grew told of every further MiB, and of what rotation gives back */
  constructor(grew?: (bytes: number) => void) {
    this.#grew = grew
  }

  get bytes(): number {
    return this.fileBytes + this.#rotated.reduce((sum, bytes) => sum + bytes, 0)
  }

  append(at: number, stream: 'stdout' | 'stderr', text: string): void {
    const line = sharedLine(at, stream, text)
    this.lines.push(line)
    this.fileBytes += text.length + 1
    if (this.fileBytes > MAX_CHARACTERS) this.#cut()
    for (const follower of this.#followers ?? []) follower(line)
    this.#untold += text.length + 1
    if (this.#untold >= STEP) this.#tell()
  }

  follow(onLine: (line: LogLine) => void): () => void {
    this.#followers ??= new Set()
    this.#followers.add(onLine)
    return () => this.#followers?.delete(onLine)
  }

  /** Source: pkg/kubelet/logs/container_log_manager.go rotateLog */
  rotate(maxFiles: number): void {
    const [newest, ...older] = this.#rotated
    const compressed = newest === undefined ? [] : [Math.round(newest * COMPRESSED)]
    this.#rotated = [this.fileBytes, ...compressed, ...older].slice(0, Math.max(1, maxFiles - 1))
    this.lines = []
    this.fileBytes = 0
    this.#tell()
  }

  /** Its files are deleted. */
  removed(): void {
    if (this.#told !== 0) this.#grew?.(-this.#told)
    this.#told = 0
  }

  #tell(): void {
    const bytes = this.bytes
    const more = bytes - this.#told
    this.#told = bytes
    this.#untold = 0
    this.#grew?.(more)
  }

  #cut(): void {
    let dropped = 0
    let count = 0
    while (dropped < MAX_CHARACTERS / 5 && count < this.lines.length - 1)
      dropped += this.lines[count++]!.text.length + 1
    this.lines = this.lines.slice(count)
    this.fileBytes -= dropped
  }
}
