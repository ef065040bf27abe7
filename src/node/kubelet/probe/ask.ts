import type { Probe } from '../../../api/types.ts'
import type { NetworkAnswer } from '../../contract.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import type { ContainerSlot, PodRecord } from '../pod-worker/pod-record.ts'
import { answerAfter, type Dialed, dial, type ProbeOutcome } from './dial.ts'
import { askGrpc } from './grpc.ts'
import { portOf } from './target.ts'

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
  const port = portOf(httpGet?.port ?? tcpSocket?.port ?? grpc?.port, slot.spec)
  if (typeof port === 'string') {
    onAnswer({ result: 'error', output: port })
    return
  }
  const host = httpGet?.host || tcpSocket?.host || record.sandbox?.ip || ''
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000
  const dialed = dial(context, host, port, timeoutMs)
  if (httpGet !== undefined) askHttp(context, probe, host, port, dialed, onAnswer)
  else if (grpc !== undefined) askGrpc(context, grpc.service ?? '', `${host}:${port}`, dialed, timeoutMs, onAnswer)
  else if (dialed.serve !== undefined) onAnswer({ result: 'success', output: '', onStale: NEVER })
  else {
    const { error: output, timedOut } = dialed
    answerAfter(context, timedOut ? timeoutMs : 0, () => onAnswer({ result: 'failure', output }))
  }
}

/** Ports and links are watched elsewhere: an open port stays open until one of them changes. */
const NEVER = () => () => undefined

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
  const headers: Record<string, string> = { 'User-Agent': 'kube-probe/1.36', Accept: '*/*' }
  for (const { name, value } of httpGet?.httpHeaders ?? []) headers[name] = value
  const request = { protocol: 'HTTP', from: context.ip, method: 'GET', headers } as const
  const answer = followed(context, host, path, (at) => dialed.serve!({ ...request, path: at }))
  const { status = 200, afterMs = 0, onStale } = answer
  if (afterMs > timeoutMs) {
    answerAfter(context, timeoutMs, () => onAnswer({ result: 'failure', output: timedOut }))
    return
  }
  const outcome = judge(status, answer.body ?? '')
  answerAfter(context, afterMs, () => onAnswer(onStale === undefined ? outcome : { ...outcome, onStale }))
}

function judge(status: number, body: string): ProbeOutcome {
  if (status < 200 || status >= 400) {
    return { result: 'failure', output: `HTTP probe failed with statuscode: ${status}` }
  }
  if (status < 300) return { result: 'success', output: '' }
  return { result: 'warning', output: `Probe terminated redirects, Response body: ${body}` }
}

const MAX_REDIRECTS = 10

/** Redirects within the host are followed; one that leads away is the answer. Source: http.go RedirectChecker */
function followed(
  { ip }: KubeletContext,
  host: string,
  path: string,
  get: (path: string) => NetworkAnswer,
): NetworkAnswer {
  let answer = get(path)
  let afterMs = answer.afterMs ?? 0
  for (let i = 0; i < MAX_REDIRECTS && isRedirect(answer); i++) {
    const location = locationOf(answer)
    const away = /^https?:\/\/([^/:?#]+)(?::\d+)?/.exec(location)
    if (location === '' || (away !== null && away[1] !== host && away[1] !== ip)) break
    const next = away === null ? location : location.slice(away[0].length) || '/'
    answer = get(next.startsWith('/') ? next : `/${next}`)
    afterMs += answer.afterMs ?? 0
  }
  return { ...answer, afterMs }
}

function isRedirect({ status = 200 }: NetworkAnswer): boolean {
  return status >= 301 && status <= 308 && status !== 304
}

function locationOf({ headers = {} }: NetworkAnswer): string {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === 'location')?.[1] ?? ''
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
