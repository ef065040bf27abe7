import type { ServerResponse } from 'node:http'
import { type ResourceInfo, truth } from '../api/request-info.ts'
import { failure, invalid } from '../api/status.ts'
import { parseTime, rfc3339 } from '../api/time.ts'
import { type Answer, isStatus, type Status } from '../api/types.ts'
import type { LogOptions } from './contract.ts'
import type { Door } from './door.ts'
import type { Exchange } from './exchange.ts'
import { chooseContainer, readPod } from './streaming/pod.ts'

/** Source: pkg/registry/core/pod/rest/log.go, strategy.go LogLocation */
export async function answerLog(door: Door, exchange: Exchange, info: ResourceInfo): Promise<void> {
  const { namespace = '', name = '' } = info
  const { logs, world } = door.options
  const options = logOptions(exchange.query, world.aheadMs())
  if (isStatus(options)) return exchange.status(options)
  if (logs === undefined) return exchange.status(failure(501, 'NotImplemented', 'this cluster keeps no logs'))
  const stream = new LogStream(exchange)
  const outcome = await world.inject((): Answer<() => void> => {
    const container = allowedContainer(door, exchange, namespace, name)
    return typeof container === 'string' ? logs(namespace, name, container, options, stream) : container
  })
  if (isStatus(outcome)) exchange.status(outcome)
  else stream.open(outcome)
}

/** @returns the container to read, or why the caller does not get to read one */
function allowedContainer(door: Door, exchange: Exchange, namespace: string, name: string): string | Status {
  const attributes = { group: '', resource: 'pods', subresource: 'log', verb: 'get', namespace, name }
  const refused = door.review(exchange, { resourceAttributes: attributes })
  if (refused !== undefined) return refused
  const pod = readPod(door, namespace, name)
  return isStatus(pod) ? pod : chooseContainer(pod, exchange.query.get('container') || undefined)
}

/** Source: pkg/apis/core/validation/validation.go ValidatePodLogOptions */
function logOptions(query: URLSearchParams, aheadMs: number): LogOptions | Status {
  const errors: { type: string; field: string; message: string }[] = []
  const whole = (field: string, least: number, rule: string) => {
    const text = query.get(field)
    if (text === null || text === '') return {}
    const value = Number(text)
    const wrong = !Number.isInteger(value) || value < least
    if (wrong) errors.push({ type: 'FieldValueInvalid', field, message: `Invalid value: ${text}: ${rule}` })
    return { [field]: value }
  }
  const since = query.get('sinceTime')
  const stream = query.get('stream')
  const options: LogOptions = {
    previous: truth(query.get('previous')),
    follow: truth(query.get('follow')),
    timestamps: truth(query.get('timestamps')),
    ...whole('tailLines', 0, 'must be greater than or equal to 0'),
    ...whole('sinceSeconds', 1, 'must be greater than 0'),
    ...whole('limitBytes', 1, 'must be greater than 0'),
    ...(since && { sinceTime: rfc3339(parseTime(since) + aheadMs) }),
    ...(stream === 'Stdout' || stream === 'Stderr' ? { stream } : {}),
  }
  if (options.sinceSeconds !== undefined && options.sinceTime !== undefined) {
    const message = 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified'
    errors.push({ type: 'FieldValueForbidden', field: '', message })
  }
  return errors.length > 0 ? invalid({ group: '', kind: 'PodLogOptions' }, '', errors) : options
}

/** What may wait for a client that does not read its log. */
const MAX_WAITING = 16 * 1024 * 1024

class LogStream {
  readonly #exchange: Exchange
  #early = ''
  #response: ServerResponse | undefined
  #ended = false

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  write(text: string): void {
    if (this.#response === undefined) this.#early += text
    else if (this.#response.writableLength > MAX_WAITING) this.#response.destroy()
    else this.#response.write(text)
  }

  end(): void {
    this.#ended = true
    this.#response?.end()
  }

  open(stop: () => void): void {
    this.#response = this.#exchange.start(200, 'text/plain') as ServerResponse
    this.#response.on('close', stop)
    this.#response.flushHeaders()
    if (this.#early !== '') this.#response.write(this.#early)
    if (this.#ended) this.#response.end()
  }
}
