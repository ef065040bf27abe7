import type { ContainerStatus, Pod } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn, since } from '../columns/column.ts'
import { columnTexts } from '../columns/texts.ts'
import type { Column } from '../contract.ts'

/** What `kubectl get pods` says of a pod, but for its age. */
interface PodSummary {
  readonly ready: string
  readonly status: string
  readonly restarts: number
  readonly lastRestart: string | undefined
}

const summaries = new WeakMap<Pod, PodSummary>()

function summaryOf(pod: Pod): PodSummary {
  const known = summaries.get(pod)
  if (known) return known
  const summary = summarize(pod)
  summaries.set(pod, summary)
  return summary
}

interface Tally {
  restarts: number
  lastRestart: string | undefined
}

function count(tally: Tally, status: ContainerStatus): void {
  tally.restarts += status.restartCount ?? 0
  const finishedAt = status.lastState?.terminated?.finishedAt
  if (finishedAt && (tally.lastRestart === undefined || tally.lastRestart < finishedAt)) tally.lastRestart = finishedAt
}

const conditionIsTrue = (pod: Pod, type: string): boolean =>
  pod.status?.conditions?.find((condition) => condition.type === type)?.status === 'True'

/** Source: pkg/printers/internalversion/printers.go printPod, in three parts as there: phase, init containers, containers. */
function summarize(pod: Pod): PodSummary {
  const restartable = new Set(
    pod.spec.initContainers?.filter((each) => each.restartPolicy === 'Always').map((each) => each.name),
  )
  const total = (pod.spec.containers?.length ?? 0) + restartable.size
  const init = readInitContainers(pod, restartable)
  let { ready, tally } = init
  let reason = init.reason ?? phaseReason(pod)
  if (init.reason === undefined || conditionIsTrue(pod, 'Initialized')) {
    tally = init.sidecars
    const main = readContainers(pod, reason, tally)
    ready += main.ready
    reason = main.reason
  }
  const terminal = pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded'
  if (pod.metadata.deletionTimestamp && pod.status?.reason === 'NodeLost') reason = 'Unknown'
  else if (pod.metadata.deletionTimestamp && !terminal) reason = 'Terminating'
  return { ready: `${ready}/${total}`, status: reason, restarts: tally.restarts, lastRestart: tally.lastRestart }
}

function phaseReason({ status }: Pod): string {
  const gated = status?.conditions?.some((each) => each.type === 'PodScheduled' && each.reason === 'SchedulingGated')
  return gated ? 'SchedulingGated' : status?.reason || status?.phase || ''
}

function readInitContainers(pod: Pod, restartable: ReadonlySet<string>) {
  const tally: Tally = { restarts: 0, lastRestart: undefined }
  const sidecars: Tally = { restarts: 0, lastRestart: undefined }
  let ready = 0
  let reason: string | undefined
  for (const [index, status] of (pod.status?.initContainerStatuses ?? []).entries()) {
    count(tally, status)
    if (restartable.has(status.name)) count(sidecars, status)
    if (status.state?.terminated?.exitCode === 0) continue
    if (restartable.has(status.name) && status.started) {
      if (status.ready) ready++
      continue
    }
    reason = initReason(status, index, pod.spec.initContainers?.length ?? 0)
    break
  }
  return { ready, reason, tally, sidecars }
}

function initReason({ state }: ContainerStatus, index: number, total: number): string {
  if (state?.terminated) return `Init:${terminatedReason(state.terminated)}`
  const waiting = state?.waiting?.reason
  return waiting && waiting !== 'PodInitializing' ? `Init:${waiting}` : `Init:${index}/${total}`
}

type Terminated = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>

const terminatedReason = ({ reason, signal, exitCode }: Terminated): string =>
  reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`)

function readContainers(pod: Pod, before: string, tally: Tally) {
  let reason = before
  let ready = 0
  let errorReason = ''
  for (const status of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    count(tally, status)
    const { waiting, terminated, running } = status.state ?? {}
    if (waiting?.reason) reason = waiting.reason
    else if (terminated) {
      reason = terminatedReason(terminated)
      if (terminated.exitCode !== 0) errorReason = reason
    } else if (status.ready && running) ready++
  }
  if (reason === 'Completed') {
    if (ready > 0 && conditionIsTrue(pod, 'Ready')) reason = 'Running'
    else reason = errorReason || (ready > 0 ? 'NotReady' : reason)
  }
  return { reason, ready }
}

function restartsText(pod: Pod, now: number): string {
  const { restarts, lastRestart } = summaryOf(pod)
  return restarts !== 0 && lastRestart ? `${restarts} (${since(lastRestart, now)} ago)` : String(restarts)
}

function readinessGatesText(pod: Pod): string {
  const gates = pod.spec.readinessGates ?? []
  if (gates.length === 0) return '<none>'
  return `${gates.filter((gate) => conditionIsTrue(pod, gate.conditionType)).length}/${gates.length}`
}

const texts = columnTexts.Pod

export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  column('Ready', texts.ready, (pod) => summaryOf(pod).ready),
  column('Status', texts.status, (pod) => summaryOf(pod).status),
  column('Restarts', texts.restarts, restartsText),
  ageColumn,
  column('IP', texts.ip, (pod) => pod.status?.podIPs?.[0]?.ip || '<none>', { wide: true }),
  column('Node', texts.node, (pod) => pod.spec.nodeName || '<none>', { wide: true }),
  column('Nominated Node', texts.nominatedNode, (pod) => pod.status?.nominatedNodeName || '<none>', { wide: true }),
  column('Readiness Gates', texts.readinessGates, readinessGatesText, { wide: true }),
]
