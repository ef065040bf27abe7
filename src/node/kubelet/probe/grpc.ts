import type { GrpcHealth } from '../../../network/contract.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import { answerAfter, type Dialed, type ProbeOutcome } from './dial.ts'

/** Asks a server's health service. Source: pkg/probe/grpc/grpc.go Probe */
export function askGrpc(
  context: KubeletContext,
  service: string,
  address: string,
  { serve }: Dialed,
  timeoutMs: number,
  onAnswer: (outcome: ProbeOutcome) => void,
): void {
  const request = {
    protocol: 'GRPC',
    from: context.ip,
    path: '/grpc.health.v1.Health/Check',
    question: service,
  } as const
  const answer = serve?.(request)
  const timeout = `${timeoutMs / 1000}s`
  // Connecting is tried until the time is up, whatever the reason.
  if (answer?.grpc === undefined) {
    const output = `timeout: failed to connect service "${address}" within ${timeout}: context deadline exceeded`
    answerAfter(context, timeoutMs, () => onAnswer({ result: 'failure', output }))
    return
  }
  const { grpc, afterMs = 0, onStale } = answer
  if (afterMs > timeoutMs) {
    const output = `timeout: health rpc did not complete within ${timeout}`
    answerAfter(context, timeoutMs, () => onAnswer({ result: 'failure', output }))
    return
  }
  const outcome = judge(grpc)
  answerAfter(context, afterMs, () => onAnswer(onStale === undefined ? outcome : { ...outcome, onStale }))
}

function judge(health: GrpcHealth): ProbeOutcome {
  if ('serving' in health) {
    if (health.serving === 'SERVING') return { result: 'success', output: 'service healthy' }
    return { result: 'failure', output: `service unhealthy (responded with "${health.serving}")` }
  }
  const { code, message } = health
  const output =
    code === 'Unimplemented'
      ? `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${message}`
      : `error: health rpc probe failed: rpc error: code = ${code} desc = ${message}`
  return { result: 'failure', output }
}
