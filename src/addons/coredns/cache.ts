import type { NetworkAnswer } from '../../network/contract.ts'
import type { Clock } from '../../sim/clock.ts'
import { isBelow, type Server } from './server.ts'

/** The cache plugin: answers stay for their TTL, as long as the Corefile does not disable their zone. */
export class AnswerCache {
  readonly #clock: Clock
  readonly #answers = new Map<string, { readonly answer: NetworkAnswer; readonly until: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  through(server: Server, name: string, resolve: () => NetworkAnswer): NetworkAnswer {
    if (server.cacheSeconds === 0 || server.uncached.some((zone) => isBelow(name, zone))) return resolve()
    const key = `${server.port} ${name}`
    const kept = this.#answers.get(key)
    if (kept !== undefined && kept.until > this.#clock.now()) return kept.answer
    const answer = resolve()
    if (this.#answers.size >= CAPACITY) this.#answers.clear()
    const seconds = Math.min(server.cacheSeconds, server.kubernetes?.ttlSeconds ?? server.cacheSeconds)
    if (answer.rcode !== 'SERVFAIL') this.#answers.set(key, { answer, until: this.#clock.now() + seconds * 1000 })
    return answer
  }

  clear(): void {
    this.#answers.clear()
  }
}

/** Source: coredns plugin/cache defaultCap 9984 */
const CAPACITY = 9984
