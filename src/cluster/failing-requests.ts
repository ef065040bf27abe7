import type { ApiRequest, ApiResponse, ApiServer } from '../api/request.ts'
import { failure } from '../api/status.ts'
import type { Status } from '../api/types.ts'
import { Random } from '../sim/random.ts'

const READS = new Set(['get', 'list', 'watch'])

/** How API servers, and proxies before them, word it. Source: apimachinery/pkg/api/errors NewGenericServerResponse */
const SAID: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  429: ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
  500: ['InternalError', 'an error on the server ("unknown") has prevented the request from succeeding'],
  502: ['', 'an error on the server ("bad gateway") has prevented the request from succeeding'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: [
    'Timeout',
    'the server was unable to return a response in the time allotted, but may still be processing the request',
  ],
}

/** The statuses that requests may fail with. */
export const FAILING_STATUSES = Object.keys(SAID).map(Number)

/**
 * Requests that fail on their way, some of a hundred, by chance. Looks into caches do not: they are none. Watches that stand go on.
 * What becomes of reads from outside is drawn apart: they leave no mark on the world.
 */
export class FailingRequests {
  readonly #writes: Random
  readonly #reads: Random
  readonly #wrapped = new WeakMap<ApiServer, ApiServer>()
  #percent = 0
  #answer: ApiResponse | undefined

  constructor(seed: number) {
    this.#writes = new Random(seed, 'failing requests')
    this.#reads = new Random(seed, 'failing reads')
  }

  set(percent: number, status: number): void {
    this.#percent = percent
    this.#answer = percent === 0 ? undefined : answerOf(status)
  }

  /** What those who ask the server are to be given instead of it: the server itself while nothing fails. */
  before(server: ApiServer): ApiServer {
    if (this.#answer === undefined) return server
    let wrapped = this.#wrapped.get(server)
    if (wrapped === undefined) {
      wrapped = new Proxy(server, {
        get: (target, property) => {
          if (property === 'handle') return (request: ApiRequest) => this.#drawn(request) ?? target.handle(request)
          const value: unknown = Reflect.get(target, property, target)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
      this.#wrapped.set(server, wrapped)
    }
    return wrapped
  }

  #drawn(request: ApiRequest): ApiResponse | undefined {
    if (request.look || this.#answer === undefined) return undefined
    const chance = READS.has(request.verb) ? this.#reads : this.#writes
    return chance.int(100) < this.#percent ? this.#answer : undefined
  }
}

function answerOf(code: number): ApiResponse {
  const [reason = '', message = `status ${code}`] = SAID[code] ?? []
  const body: Status = failure(code, reason, message, code === 429 ? { retryAfterSeconds: 1 } : {})
  return { code, body, ...(code === 429 && { retryAfterSeconds: 1 }) }
}
