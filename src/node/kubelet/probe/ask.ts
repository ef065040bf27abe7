import type { Probe } from '../../../api/types.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import type { ContainerSlot, PodRecord } from '../pod-worker/pod-record.ts'
import { resolvePort, type Serve } from './target.ts'

/** What a probe has found. `onStale`: when asking again might bring something else; absent: at any time. */
export interface ProbeOutcome {
  readonly result: 'success' | 'failure' | 'error'
  readonly output: string
  readonly onStale?: (listener: () => void) => () => void
}

/** Asks once; the answer may come later on the clock, at the latest at the timeout. Source: pkg/kubelet/prober/prober.go runProbe */
export function ask(
  context: KubeletContext,
  record: PodRecord,
  slot: ContainerSlot,
  probe: Probe,
  onAnswer: (outcome: ProbeOutcome) => void,
): void {
  if (probe.exec !== undefined) {
    askCommand(context, slot, probe, onAnswer)
    return
  }
  const { httpGet, tcpSocket, grpc } = probe
  const port = resolvePort(httpGet?.port ?? tcpSocket?.port ?? grpc?.port, slot.spec)
  if (port === undefined) {
    const output = `couldn't find port: ${httpGet?.port ?? tcpSocket?.port}`
    onAnswer({ result: 'error', output })
    return
  }
  const host = httpGet?.host ?? tcpSocket?.host ?? record.sandbox?.ip ?? ''
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000
  const dialed = dial(context, host, port, timeoutMs)
  if (httpGet !== undefined) {
    askHttp(context, probe, host, port, dialed, onAnswer)
    return
  }
  if (dialed.serve !== undefined) {
    onAnswer({ result: 'success', output: '', onStale: NEVER })
    return
  }
  const output =
    grpc === undefined
      ? dialed.error
      : dialed.timedOut
        ? `timeout: failed to connect service "${host}:${port}" within ${timeoutMs / 1000}s: context deadline exceeded`
        : `error: failed to connect service at "${host}:${port}": connection error: desc = "transport: Error while dialing: ${dialed.error}"`
  answerAfter(context, dialed.timedOut ? timeoutMs : 0, () => onAnswer({ result: 'failure', output }))
}

/** Ports and links are watched elsewhere: an open port stays open until one of them changes. */
const NEVER = () => () => undefined

interface Dialed {
  readonly serve?: Serve
  readonly error: string
  readonly timedOut: boolean
}

function dial({ deps, nodeName, ip }: KubeletContext, host: string, port: number, timeoutMs: number): Dialed {
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

/** Source: pkg/probe/http/http.go DoHTTPProbe */
function askHttp(
  context: KubeletContext,
  { httpGet, timeoutSeconds = 1 }: Probe,
  host: string,
  port: number,
  dialed: Dialed,
  onAnswer: (outcome: ProbeOutcome) => void,
): void {
  const scheme = (httpGet?.scheme ?? 'HTTP').toLowerCase()
  const path = httpGet?.path ?? '/'
  const url = `${scheme}://${host}:${port}${path.startsWith('/') ? path : `/${path}`}`
  const timedOut = `Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`
  const timeoutMs = timeoutSeconds * 1000
  if (dialed.serve === undefined) {
    const output = dialed.timedOut ? timedOut : `Get "${url}": ${dialed.error}`
    answerAfter(context, dialed.timedOut ? timeoutMs : 0, () => onAnswer({ result: 'failure', output }))
    return
  }
  const headers: Record<string, string> = { 'User-Agent': 'kube-probe/1.36' }
  for (const { name, value } of httpGet?.httpHeaders ?? []) headers[name] = value
  const answer = dialed.serve({ protocol: 'HTTP', from: context.ip, method: 'GET', path, headers })
  const { status = 200, afterMs = 0, onStale } = answer
  if (afterMs > timeoutMs) {
    answerAfter(context, timeoutMs, () => onAnswer({ result: 'failure', output: timedOut }))
    return
  }
  const result = status >= 200 && status < 400 ? 'success' : 'failure'
  const output = result === 'success' ? '' : `HTTP probe failed with statuscode: ${status}`
  answerAfter(context, afterMs, () => onAnswer({ result, output, ...(onStale === undefined ? {} : { onStale }) }))
}

/** Source: pkg/probe/exec/exec.go */
function askCommand(
  context: KubeletContext,
  { current }: ContainerSlot,
  { exec, timeoutSeconds = 1 }: Probe,
  onAnswer: (outcome: ProbeOutcome) => void,
): void {
  if (current === undefined) {
    onAnswer({ result: 'error', output: 'container is not running' })
    return
  }
  const { clock } = context.world
  const command = exec?.command ?? []
  let over = false
  const finish = (outcome: ProbeOutcome) => {
    if (over) return
    over = true
    clock.clearTimeout(timer)
    onAnswer(outcome)
  }
  const timer = clock.setTimeout(() => {
    const output = `command timed out: "${command.join(' ')}" timed out after ${timeoutSeconds}s`
    finish({ result: 'failure', output })
    abandon()
  }, timeoutSeconds * 1000)
  const abandon = context.runtime.exec(current.id, command, ({ exitCode, output, error }) => {
    if (error !== undefined) finish({ result: 'error', output: `rpc error: code = Unknown desc = ${error}` })
    else finish({ result: exitCode === 0 ? 'success' : 'failure', output: output.trimEnd() })
  })
}

function answerAfter({ world }: KubeletContext, ms: number, answer: () => void): void {
  if (ms === 0) answer()
  else world.clock.setTimeout(answer, ms)
}
