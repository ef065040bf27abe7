import { failure, notFound } from '../../../api/status.ts'
import { parseTime, rfc3339Nano } from '../../../api/time.ts'
import type { Answer } from '../../../api/types.ts'
import type { Clock } from '../../../sim/clock.ts'
import type { ContainerRuntime, LogLine, RuntimeContainer } from '../../container-runtime/contract.ts'
import type { LogOptions, LogSink } from '../contract.ts'
import type { PodRecord } from '../pod-worker/pod-record.ts'

/**
 * Which container's log is meant.
 * Source: pkg/kubelet/kubelet_pods.go validateContainerLogStatus: refusals are 400 BadRequest
 */
export function findLogContainer(
  record: PodRecord | undefined,
  podName: string,
  containerName: string,
  previous: boolean,
): Answer<RuntimeContainer> {
  if (record === undefined) return notFound({ group: '', resource: 'pods' }, podName)
  const slot = record.slot(containerName)
  const bad = (why: string) => failure(400, 'BadRequest', why)
  const named = `container "${containerName}" in pod "${podName}"`
  if (slot === undefined) return bad(`container ${containerName} is not valid for pod ${podName}`)
  const { current, waiting } = slot
  if (previous) {
    const ended = slot.previous?.state === 'exited' ? slot.previous : undefined
    const waits = current?.state === 'exited' && waiting !== undefined
    const found = waits ? current : ended
    return found ?? bad(`previous terminated ${named} not found`)
  }
  if (current !== undefined && current.state !== 'created') return current
  if (waiting?.reason === 'ErrImagePull') return bad(`${named} is waiting to start: image can't be pulled`)
  if (waiting?.reason === 'ImagePullBackOff')
    return bad(`${named} is waiting to start: trying and failing to pull image`)
  const byDefault = record.slots[0]?.kind === 'main' ? 'ContainerCreating' : 'PodInitializing'
  return bad(`${named} is waiting to start: ${waiting?.reason ?? byDefault}`)
}

/** Writes a container's log into a sink. Source: pkg/kubelet/kuberuntime/logs/logs.go ReadLogs. @returns how to stop following */
export function streamLog(
  runtime: ContainerRuntime,
  container: RuntimeContainer,
  options: LogOptions,
  sink: LogSink,
  clock: Clock,
): () => void {
  const log = runtime.log(container.id)
  const writer = new LimitedWriter(options, sink)
  writer.write(select(log?.lines ?? [], options, clock.now()))
  if (options.follow !== true || container.state !== 'running' || log === undefined || writer.full) {
    sink.end()
    return () => undefined
  }
  let over = false
  const stop = () => {
    over = true
    stopFollowing()
    stopHearing()
  }
  const finish = () => {
    if (over) return
    stop()
    sink.end()
  }
  const stopFollowing = log.follow((line) => {
    if (over || !isOfStream(line, options)) return
    writer.write([line])
    if (writer.full) finish()
  })
  const stopHearing = runtime.onEvent((event) => {
    if (event.type === 'exited' && event.container.id === container.id) clock.defer(finish)
  })
  return stop
}

function select(lines: readonly LogLine[], options: LogOptions, now: number): readonly LogLine[] {
  const { sinceSeconds, sinceTime, tailLines } = options
  const since =
    sinceSeconds !== undefined ? now - sinceSeconds * 1000 : sinceTime === undefined ? undefined : parseTime(sinceTime)
  let chosen =
    options.stream === undefined || options.stream === 'All' ? lines : lines.filter((line) => isOfStream(line, options))
  if (tailLines !== undefined) chosen = tailLines === 0 ? [] : chosen.slice(-tailLines)
  return since === undefined ? chosen : chosen.filter(({ at }) => at >= since)
}

function isOfStream({ stream }: LogLine, options: LogOptions): boolean {
  return options.stream === undefined || options.stream === 'All' || options.stream.toLowerCase() === stream
}

class LimitedWriter {
  readonly #options: LogOptions
  readonly #sink: LogSink
  #left: number

  constructor(options: LogOptions, sink: LogSink) {
    this.#options = options
    this.#sink = sink
    this.#left = options.limitBytes ?? Number.POSITIVE_INFINITY
  }

  get full(): boolean {
    return this.#left <= 0
  }

  write(lines: readonly LogLine[]): void {
    if (lines.length === 0 || this.full) return
    const text = lines
      .map(({ at, text: line }) => (this.#options.timestamps === true ? `${rfc3339Nano(at)} ${line}\n` : `${line}\n`))
      .join('')
    const cut = text.length > this.#left ? text.slice(0, this.#left) : text
    this.#left -= cut.length
    this.#sink.write(cut)
  }
}
