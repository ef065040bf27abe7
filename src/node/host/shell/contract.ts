/** A login shell on a machine; it keeps its directory and variables between lines. */
export interface LoginShell {
  /**
   * Runs one command line. Between its steps virtual time may pass (`sleep 5`, `systemctl stop` of something slow): who
   * calls lets the clock run meanwhile.
   */
  run(line: string, onOutput?: (text: string) => void): Promise<ShellResult>
  /** Ctrl-C: what runs ends with exit code 130; nothing of it goes on. */
  interrupt(): void
  /** What Tab offers for a line up to its cursor; changes nothing. */
  complete(line: string): Promise<Completion>
  /** Whether a command goes on with the next line: an open quote, loop or here-document. */
  isUnfinished(text: string): Promise<boolean>
  readonly cwd: string
}

export interface Completion {
  /** The piece of the line that each of them would replace. */
  readonly word: string
  readonly candidates: readonly string[]
}

export interface ShellResult {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
  /** What the door does now: open the user's own editor on a file of the host, or end the session. */
  readonly effect?: ShellEffect
}

export type ShellEffect = { readonly edit: string } | { readonly logout: true }
