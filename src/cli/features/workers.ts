import { ChildProcess } from 'node:child_process'

interface Handles {
  /** Undocumented, and the only way to cucumber's workers: it hands them to nobody. */
  _getActiveHandles?(): readonly unknown[]
}

const workers = () =>
  ((process as unknown as Handles)._getActiveHandles?.() ?? []).filter((handle) => handle instanceof ChildProcess)

/**
 * While a run has workers, a signal is theirs: they put away what they have in a cluster, and the process ends after them. A terminal
 * sends Ctrl-C to all of them; what is sent to this process only is passed on.
 *
 * @returns the exit code to end with, where a signal came
 */
export function passSignalsOn(): { readonly interrupted: () => number | undefined; readonly stop: () => void } {
  let code: number | undefined
  const onSignal = (signal: NodeJS.Signals) => {
    code = signal === 'SIGINT' ? 130 : 143
    for (const worker of workers()) worker.kill(signal)
    if (workers().length === 0) process.exit(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal)
  return {
    interrupted: () => code,
    stop: () => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, onSignal)
    },
  }
}
