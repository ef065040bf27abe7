import type { Container, ContainerStatus, Pod } from './types.ts'

/** What `kubectl get pods` says of a Pod. */
export interface PodSummary {
  readonly readyContainers: number
  readonly totalContainers: number
  /** The STATUS column: `Running`, `CrashLoopBackOff`, `Init:0/1`, `Terminating`. */
  readonly status: string
  readonly restarts: number
  /** RFC 3339, of the last restart; undefined when there was none. */
  readonly lastRestart?: string
}

interface Tally {
  ready: number
  restarts: number
  lastRestart: string | undefined
}

/** Source: pkg/printers/internalversion/printers.go printPod */
export function summarizePod(pod: Pod): PodSummary {
  const { status, spec } = pod
  const sidecars = new Set((spec.initContainers ?? []).filter(isRestartable).map((container) => container.name))
  const all: Tally = { ready: 0, restarts: 0, lastRestart: undefined }
  const ofSidecars: Tally = { ready: 0, restarts: 0, lastRestart: undefined }
  const gated = status?.conditions?.some((c) => c.type === 'PodScheduled' && c.reason === 'SchedulingGated')
  const initial = gated ? 'SchedulingGated' : status?.reason || status?.phase || ''
  const initializing = tallyInit(pod, sidecars, all, ofSidecars)
  const initialized = status?.conditions?.some((c) => c.type === 'Initialized' && c.status === 'True')
  const main = initializing === undefined || initialized
  const tally = main ? { ...ofSidecars, ready: all.ready } : all
  const reason = main ? tallyContainers(pod, initializing ?? initial, tally) : initializing
  return {
    readyContainers: tally.ready,
    totalContainers: spec.containers.length + sidecars.size,
    status: deletingStatus(pod) ?? reason,
    restarts: tally.restarts,
    ...(tally.lastRestart === undefined ? {} : { lastRestart: tally.lastRestart }),
  }
}

function isRestartable(container: Container): boolean {
  return container.restartPolicy === 'Always'
}

function countRestarts(tally: Tally, container: ContainerStatus): void {
  tally.restarts += container.restartCount
  const finished = container.lastState?.terminated?.finishedAt
  if (finished !== undefined && finished > (tally.lastRestart ?? '')) tally.lastRestart = finished
}

/** What keeps the Pod initializing (`Init:0/2`), undefined when nothing does. */
function tallyInit(pod: Pod, sidecars: ReadonlySet<string>, all: Tally, ofSidecars: Tally): string | undefined {
  const statuses = pod.status?.initContainerStatuses ?? []
  for (const [index, container] of statuses.entries()) {
    countRestarts(all, container)
    const sidecar = sidecars.has(container.name)
    if (sidecar) countRestarts(ofSidecars, container)
    const { terminated, waiting } = container.state ?? {}
    if (terminated?.exitCode === 0) continue
    if (sidecar && container.started) {
      if (container.ready) all.ready++
      continue
    }
    if (terminated) return `Init:${terminated.reason || exitReason(terminated)}`
    if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`
    return `Init:${index}/${pod.spec.initContainers?.length ?? 0}`
  }
  return undefined
}

function tallyContainers(pod: Pod, initial: string, tally: Tally): string {
  let reason = initial
  let failure = ''
  let running = false
  for (const container of (pod.status?.containerStatuses ?? []).toReversed()) {
    countRestarts(tally, container)
    const { terminated, waiting } = container.state ?? {}
    if (waiting?.reason) reason = waiting.reason
    else if (terminated) {
      reason = terminated.reason || exitReason(terminated)
      if (terminated.exitCode !== 0) failure = reason
    } else if (container.ready && container.state?.running) {
      running = true
      tally.ready++
    }
  }
  if (reason !== 'Completed') return reason
  const ready = pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True')
  if (running && ready) return 'Running'
  if (failure !== '') return failure
  return running ? 'NotReady' : reason
}

function exitReason(terminated: { readonly signal?: number; readonly exitCode: number }): string {
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`
}

function deletingStatus(pod: Pod): string | undefined {
  if (pod.metadata.deletionTimestamp === undefined) return undefined
  if (pod.status?.reason === 'NodeLost') return 'Unknown'
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed' ? undefined : 'Terminating'
}
