import {
  type Actor,
  type AnyStateMachine,
  createActor,
  type EmittedFrom,
  type EventFromLogic,
  type InputFrom,
} from 'xstate'
import type { Clock } from './clock.ts'
import type { Trace } from './trace.ts'

/** What charts need of the world. */
export interface ChartWorld {
  readonly clock: Clock
  readonly trace: Trace
}

/**
 * Many objects that each live the life one machine describes (pods, containers, probes, node health).
 * A machine's effects are its `emit`ted events: data, handed to `onEmit`; a machine performs nothing itself.
 */
export interface Charts<M extends AnyStateMachine> {
  readonly machine: M
  start(key: string, input: InputFrom<M>): void
  /** A key that is not (or no longer) there is ignored. */
  send(key: string, event: EventFromLogic<M>): void
  stop(key: string): void
  has(key: string): boolean
  state(key: string): ChartState<M> | undefined
  keys(): IterableIterator<string>
}

export interface ChartState<M extends AnyStateMachine> {
  readonly value: ReturnType<Actor<M>['getSnapshot']>['value']
  readonly context: ReturnType<Actor<M>['getSnapshot']>['context']
  readonly status: 'active' | 'done' | 'error' | 'stopped'
}

/** @param component who runs these charts, as the trace and `kubedrill machines` name it: `kubelet/worker-1` */
export function createCharts<M extends AnyStateMachine>(
  machine: M,
  world: ChartWorld,
  component: string,
  onEmit: (key: string, event: EmittedFrom<M>) => void,
): Charts<M> {
  const actors = new Map<string, Actor<M>>()
  return {
    machine,
    start(key, input) {
      actors.set(
        key,
        startChart(machine, world, `${component}/${key}`, input, (event) => onEmit(key, event)),
      )
    },
    send: (key, event) => actors.get(key)?.send(event),
    stop(key) {
      actors.get(key)?.stop()
      actors.delete(key)
    },
    has: (key) => actors.has(key),
    state: (key) => actors.get(key)?.getSnapshot() as ChartState<M> | undefined,
    keys: () => actors.keys(),
  }
}

/** One live actor on our clock; an error in it fails the clock. For components that are few. */
export function startChart<M extends AnyStateMachine>(
  machine: M,
  world: ChartWorld,
  _component: string,
  input: InputFrom<M>,
  onEmit: (event: EmittedFrom<M>) => void,
): Actor<M> {
  const actor: Actor<M> = createActor(machine, { clock: world.clock, input } as never)
  actor.on('*', onEmit as never)
  actor.subscribe({ error: (error: unknown) => world.clock.fail(error) })
  return actor.start()
}
