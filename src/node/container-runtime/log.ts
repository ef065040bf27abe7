import type { ContainerLog, LogLine } from './contract.ts'

/** containerLogMaxSize 10Mi x containerLogMaxFiles 5. Source: pkg/kubelet/apis/config/v1beta1/defaults.go */
const MAX_CHARACTERS = 5 * 10 * 1024 * 1024

/** What a container has written, kept as long as the kubelet's rotation keeps it. */
export class LogBuffer implements ContainerLog {
  lines: LogLine[] = []
  bytes = 0
  #followers: Set<(line: LogLine) => void> | undefined

  append(at: number, stream: 'stdout' | 'stderr', text: string): void {
    const line = { at, stream, text }
    this.lines.push(line)
    this.bytes += text.length
    if (this.bytes > MAX_CHARACTERS) this.#rotate()
    for (const follower of this.#followers ?? []) follower(line)
  }

  follow(onLine: (line: LogLine) => void): () => void {
    this.#followers ??= new Set()
    this.#followers.add(onLine)
    return () => this.#followers?.delete(onLine)
  }

  /** The oldest of the five files goes. */
  #rotate(): void {
    let dropped = 0
    let count = 0
    while (dropped < MAX_CHARACTERS / 5 && count < this.lines.length - 1) dropped += this.lines[count++]!.text.length
    this.lines = this.lines.slice(count)
    this.bytes -= dropped
  }
}
