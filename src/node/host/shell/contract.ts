/** A login shell on a machine; it keeps its directory and variables between lines. */
export interface LoginShell {
  /**
   * Runs one command line. Between its steps virtual time may pass (`sleep 5`, `systemctl stop` of something slow): who
   * calls lets the clock run meanwhile.
   */
  run(line: string, onOutput?: (text: string) => void): Promise<ShellResult>
  readonly cwd: string
}

export interface ShellResult {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
  /** What the door does now: open the user's own editor on a file of the host, or end the session. */
  readonly effect?: ShellEffect
}

export type ShellEffect = { readonly edit: string } | { readonly logout: true }
