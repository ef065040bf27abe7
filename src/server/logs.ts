import type { ServerResponse } from 'node:http'
import { badRequest, failure, invalid } from '../api/status.ts'
import { rfc3339Micro } from '../api/time.ts'
import { isStatus, type Pod, type Status } from '../api/types.ts'
import type { LogLine } from './contract.ts'
import type { Door } from './door.ts'
import type { Exchange } from './exchange.ts'
import { type ResourceInfo, truth } from './request-info.ts'

interface Asked {
  readonly container: string | undefined
  readonly follow: boolean
  readonly previous: boolean
  readonly timestamps: boolean
  readonly tailLines: number | undefined
  /** Virtual ms: older lines are left out. */
  readonly since: number | undefined
  readonly limitBytes: number | undefined
  readonly stream: 'stdout' | 'stderr' | undefined
}

/** Source: pkg/registry/core/pod/rest/log.go, strategy.go LogLocation, pkg/apis/core/validation ValidatePodLogOptions */
export async function answerLog(door: Door, exchange: Exchange, info: ResourceInfo): Promise<void> {
  const { namespace = '', name = '' } = info
  const asked = readOptions(
    exchange.query,
    door.options.world.now() - door.options.world.aheadMs(),
    door.options.world.aheadMs(),
  )
  if (isStatus(asked)) return exchange.status(asked)
  const { logs, world } = door.options
  if (logs === undefined)
    return exchange.status(failure(501, 'NotImplemented', 'pod logs are not simulated by this cluster'))
  const writer = new LogWriter(exchange, asked)
  const outcome = await world.inject(() => {
    const attributes = { group: '', resource: 'pods', subresource: 'log', verb: 'get', namespace, name }
    const refused = door.review(exchange, { resourceAttributes: attributes })
    if (refused !== undefined) return refused
    const pod = door.call((api) =>
      api.handle({
        verb: 'get',
        credentials: { type: 'user', user: { name: 'system:apiserver', groups: ['system:masters'] } },
        resource: { group: '', version: 'v1', resource: 'pods' },
        namespace,
        name,
      }),
    )
    if (pod === undefined) return failure(503, 'ServiceUnavailable', 'connection refused')
    if (isStatus(pod.body)) return pod.body
    const container = chooseContainer(pod.body as Pod, asked.container)
    if (isStatus(container)) return container
    const { previous, follow } = asked
    return logs(namespace, name, { container, previous, follow }, writer.line, writer.end)
  })
  if (isStatus(outcome)) return exchange.status(outcome)
  writer.open(outcome.stop)
}

/** Source: pkg/registry/core/pod/strategy.go LogLocation; the default container is an annotation kubectl reads itself */
function chooseContainer(pod: Pod, asked: string | undefined): string | Status {
  const { name } = pod.metadata
  const containers = pod.spec.containers.map((container) => container.name)
  const inits = (pod.spec.initContainers ?? []).map((container) => container.name)
  const ephemeral = (pod.spec.ephemeralContainers ?? []).map((container) => container.name)
  if (asked !== undefined)
    return [...containers, ...inits, ...ephemeral].includes(asked)
      ? asked
      : badRequest(`container ${asked} is not valid for pod ${name}`)
  if (containers.length === 1) return containers[0]!
  const choices = (names: readonly string[], what: string) =>
    names.length > 0 ? ` or one of the ${what}: [${names.join(' ')}]` : ''
  return badRequest(
    `a container name must be specified for pod ${name}, choose one of: [${containers.join(' ')}]${choices(inits, 'init containers')}${choices(ephemeral, 'ephemeral containers')}`,
  )
}

function readOptions(query: URLSearchParams, clientNow: number, aheadMs: number): Asked | Status {
  const errors: { type: string; field: string; message: string }[] = []
  const whole = (name: string, least: number, wording: string): number | undefined => {
    const text = query.get(name)
    if (text === null || text === '') return undefined
    const value = Number(text)
    if (!Number.isInteger(value) || value < least)
      errors.push({ type: 'FieldValueInvalid', field: name, message: `Invalid value: ${text}: ${wording}` })
    return value
  }
  const tailLines = whole('tailLines', 0, 'must be greater than or equal to 0')
  const limitBytes = whole('limitBytes', 1, 'must be greater than 0')
  const sinceSeconds = whole('sinceSeconds', 1, 'must be greater than 0')
  const sinceTime = query.get('sinceTime')
  if (sinceSeconds !== undefined && sinceTime)
    errors.push({
      type: 'FieldValueForbidden',
      field: '',
      message: 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
    })
  if (errors.length > 0) return invalid({ group: '', kind: 'PodLogOptions' }, '', errors)
  const stream = query.get('stream')
  const since =
    sinceSeconds === undefined ? (sinceTime ? Date.parse(sinceTime) : undefined) : clientNow - sinceSeconds * 1000
  return {
    container: query.get('container') || undefined,
    follow: truth(query.get('follow')),
    previous: truth(query.get('previous')),
    timestamps: truth(query.get('timestamps')),
    tailLines,
    limitBytes,
    since: since === undefined ? undefined : since + aheadMs,
    stream: stream === 'Stdout' ? 'stdout' : stream === 'Stderr' ? 'stderr' : undefined,
  }
}

/** Turns the lines of a container into what was asked for. Source: kubelet/kuberuntime/logs/logs.go ReadLogs */
class LogWriter {
  readonly #exchange: Exchange
  readonly #asked: Asked
  /** Lines that were there before the answer began; tailLines counts from their end. */
  #history: LogLine[] | undefined = []
  #response: ServerResponse | undefined
  #left: number
  #ended = false

  constructor(exchange: Exchange, asked: Asked) {
    this.#exchange = exchange
    this.#asked = asked
    this.#left = asked.limitBytes ?? Number.POSITIVE_INFINITY
  }

  readonly line = (line: LogLine): void => {
    if (this.#asked.stream !== undefined && line.stream !== this.#asked.stream) return
    if (this.#asked.since !== undefined && line.at < this.#asked.since) return
    if (this.#history !== undefined) this.#history.push(line)
    else this.#write([line])
  }

  readonly end = (): void => {
    this.#ended = true
    if (this.#history === undefined) this.#response?.end()
  }

  open(stop: () => void): void {
    const { tailLines } = this.#asked
    const history = this.#history!
    this.#history = undefined
    this.#response = this.#exchange.start(200, 'text/plain') as ServerResponse
    this.#response.on('close', stop)
    this.#response.flushHeaders()
    this.#write(tailLines === undefined ? history : tailLines === 0 ? [] : history.slice(-tailLines))
    if (this.#ended) this.#response.end()
  }

  #write(lines: readonly LogLine[]): void {
    if (lines.length === 0 || this.#left <= 0) return
    const text = lines.map((line) =>
      this.#asked.timestamps ? `${rfc3339Micro(line.at)} ${line.text}\n` : `${line.text}\n`,
    )
    let bytes = Buffer.from(text.join(''))
    if (bytes.length > this.#left) bytes = bytes.subarray(0, this.#left)
    this.#left -= bytes.length
    this.#response!.write(bytes)
    if (this.#left <= 0) this.#response!.end()
  }
}
