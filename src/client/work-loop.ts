import { emit, setup } from 'xstate'
import type { Status } from '../api/types.ts'
import { type ChartWorld, startChart } from '../sim/chart.ts'
import { type RateLimits, WorkQueue } from './work-queue.ts'

/**
 * How every level-based controller lives: it rests until a key is queued, then works through the queue, one key a step
 * of the clock, so that others get their turn in between.
 * Source: processNextWorkItem in each of pkg/controller/*
 */
export const controllerMachine = setup({
  types: {
    events: {} as { type: 'keyQueued' } | { type: 'queueEmptied' },
    emitted: {} as { type: 'processNextWorkItem' },
  },
  actions: { processNextWorkItem: emit({ type: 'processNextWorkItem' }) },
}).createMachine({
  id: 'controller',
  initial: 'resting',
  states: {
    resting: { on: { keyQueued: 'working' } },
    working: { entry: 'processNextWorkItem', on: { queueEmptied: 'resting' } },
  },
})

/**
 * Brings the cluster closer to what the object behind `key` asks for. Answers nothing when done, or the Status that
 * stood in the way: then the key comes back, later each time.
 */
export type Reconcile = (key: string) => Status | undefined

export interface Loop {
  readonly queue: Pick<WorkQueue, 'add' | 'addAfter' | 'addRateLimited' | 'failures'>
  /** The pass under way takes so many more requests: its key comes no sooner again, and others hear of what it wrote. */
  hold(requests: number): void
  stop(): void
}

/** How many steps of the clock a request takes: meanwhile others hear of what was written, and answer to it. */
const STEPS_PER_REQUEST = 2

export interface LoopOptions {
  /** How the trace and `kubedrill machines` name it: `controller-manager/deployment-controller`. */
  readonly component: string
  readonly world: ChartWorld
  readonly reconcile: Reconcile
  readonly rateLimits?: RateLimits
  /** A key that failed this often is dropped. Default: never. */
  readonly maxRetries?: number
  /** How many keys a step of the clock takes: more than one where each means little work. Default 1. */
  readonly keysPerStep?: number
  /** How often the server is asked before a key is decided on: for controllers that do not read from informers. Default 0. */
  readonly reads?: number
}

/** The one loop all level-based controllers share. */
export function startLoop(options: LoopOptions): Loop {
  const { component, world, reconcile, rateLimits, maxRetries = Number.POSITIVE_INFINITY, keysPerStep = 1 } = options
  const { reads = 0 } = options
  const { clock } = world
  let working = false
  let stopped = false
  let held = 0
  const queue = new WorkQueue(clock, () => !working && actor.send({ type: 'keyQueued' }), rateLimits)

  function later(steps: number, callback: () => void): void {
    if (steps === 0) callback()
    else clock.defer(() => !stopped && later(steps - 1, callback))
  }
  function work(key: string): void {
    const outcome = reconcile(key)
    if (outcome === undefined || queue.failures(key) >= maxRetries) queue.forget(key)
    else queue.addRateLimited(key)
    const steps = held
    held = 0
    later(steps, () => queue.done(key))
  }
  function step(): void {
    if (stopped) return
    for (let left = keysPerStep; left > 0 && !stopped; left--) {
      const key = queue.take()
      if (key === undefined) break
      later(reads * STEPS_PER_REQUEST, () => work(key))
    }
    if (stopped) return
    if (queue.length > 0) clock.defer(step)
    else {
      working = false
      actor.send({ type: 'queueEmptied' })
    }
  }
  const actor = startChart(controllerMachine, world, component, undefined, () => {
    working = true
    clock.defer(step)
  })
  return {
    queue,
    hold(requests) {
      held = requests * STEPS_PER_REQUEST
    },
    stop() {
      stopped = true
      queue.shutDown()
      actor.stop()
    },
  }
}
