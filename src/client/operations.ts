import type { ChartWorld } from '../sim/chart.ts'
import { type RateLimits, WorkQueue } from './work-queue.ts'

export interface OperationsOptions {
  readonly world: ChartWorld
  /** Works on a key and calls back, once, when that is over: at once or later. An error has the key come again. */
  readonly work: (key: string, done: (error?: string) => void) => void
  readonly rateLimits: RateLimits
  /** A key that failed this often waits until somebody adds it again. Default: never. */
  readonly maxFailures?: number
}

/** Work on keys that takes time: one operation a key at once, keys side by side. */
export interface Operations {
  add(key: string): void
  forget(key: string): void
  stop(): void
}

/** Workers of client-go's rate limited queues whose work waits for somebody else. Source: client-go/util/workqueue */
export function startOperations(options: OperationsOptions): Operations {
  const { world, work, rateLimits, maxFailures = Number.POSITIVE_INFINITY } = options
  let stopped = false
  let draining = false
  const queue = new WorkQueue(world.clock, drain, rateLimits)

  function drain(): void {
    if (draining) return
    draining = true
    world.clock.defer(() => {
      draining = false
      for (let key = stopped ? undefined : queue.take(); key !== undefined; key = queue.take()) begin(key)
    })
  }
  function begin(key: string): void {
    let isOver = false
    work(key, (error) => {
      if (isOver || stopped) return
      isOver = true
      if (error === undefined) queue.forget(key)
      else if (queue.failures(key) < maxFailures) queue.addRateLimited(key)
      queue.done(key)
    })
  }
  return {
    add: (key) => queue.add(key),
    forget: (key) => queue.forget(key),
    stop() {
      stopped = true
      queue.shutDown()
    },
  }
}
