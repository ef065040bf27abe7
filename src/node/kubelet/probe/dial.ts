import type { KubeletContext } from '../kubelet-context.ts'
import type { Serve } from './target.ts'

/** What a probe has found. `onStale`: when asking again might bring something else; absent: at any time. */
export interface ProbeOutcome {
  readonly result: 'success' | 'warning' | 'failure' | 'error'
  readonly output: string
  readonly onStale?: (listener: () => void) => () => void
}

/** Who is to be asked, or why nobody can be. */
export interface Dialed {
  readonly serve?: Serve
  readonly error: string
  readonly timedOut: boolean
}

export function dial({ deps, nodeName, ip }: KubeletContext, host: string, port: number, timeoutMs: number): Dialed {
  const connection = deps.network.connect<Serve>({ host: nodeName, ip }, { ip: host, port }, () => 0)
  const at = `${host}:${port}`
  switch (connection.outcome) {
    case 'connected':
      return { serve: connection.serve, error: '', timedOut: false }
    case 'refused':
      return { error: `dial tcp ${at}: connect: connection refused`, timedOut: false }
    case 'unreachable':
      return { error: `dial tcp ${at}: connect: no route to host`, timedOut: false }
    case 'timeout':
      return { error: `dial tcp ${at}: i/o timeout`, timedOut: timeoutMs > 0 }
  }
}

export function answerAfter({ world }: KubeletContext, ms: number, answer: () => void): void {
  if (ms === 0) answer()
  else world.clock.setTimeout(answer, ms)
}
