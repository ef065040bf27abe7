import {
  type Actor,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  type EmittedFrom,
  type EventFromLogic,
  type InputFrom,
  type InspectionEvent,
} from 'xstate'
import type { Clock } from './clock.ts'
import { Flyweight } from './flyweight.ts'
import { inspectorOf, listen, TransitionTracer } from './live.ts'
import type { LiveCharts } from './live-charts.ts'
import { stateText } from './state-memo.ts'
import type { Trace } from './trace.ts'

/** What charts need of the world. */
export interface ChartWorld {
  readonly clock: Clock
  readonly trace: Trace
  /** Told which charts run, for those who ask where one stands. */
  readonly charts?: LiveCharts
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
  /**
   * Lets a real actor live on in the object's place, for tools that look at actors. Nothing changes for anybody else.
   * Undefined for a key that is not there, has ended, or is in the middle of a step.
   */
  live(key: string, inspect?: (event: InspectionEvent) => void): Actor<M> | undefined
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
  const lives = new Flyweight(machine, world, component, onEmit as never)
  return {
    machine,
    start: (key, input) => lives.start(key, input),
    send: (key, event) => lives.send(key, event as never),
    stop: (key) => lives.stop(key),
    has: (key) => lives.has(key),
    state: (key) => lives.state(key) as ChartState<M> | undefined,
    keys: () => lives.keys(),
    live: (key, inspect) => lives.live(key, inspect) as Actor<M> | undefined,
  }
}

/** One live actor on our clock; an error in it fails the clock. For components that are few. */
export function startChart<M extends AnyStateMachine>(
  machine: M,
  world: ChartWorld,
  component: string,
  input: InputFrom<M>,
  onEmit: (event: EmittedFrom<M>) => void,
): Actor<M> {
  const tracer = new TransitionTracer(machine, world.trace, component)
  const actor: Actor<M> = createActor(machine, { clock: world.clock, input, inspect: inspectorOf(tracer) } as never)
  tracer.begun(undefined, stateText((actor.getSnapshot() as AnyMachineSnapshot).value))
  listen(actor as never, world.clock, onEmit as never)
  enlist(actor as never, machine, world.charts, component)
  return actor.start()
}

function enlist(
  actor: Actor<AnyStateMachine>,
  machine: AnyStateMachine,
  charts: LiveCharts | undefined,
  component: string,
): void {
  if (charts === undefined) return
  const positions = () => [[undefined, stateText(actor.getSnapshot().value)] as const]
  const source = { component, machine, positions }
  const ended = () => charts.delete(source)
  charts.add(source)
  actor.subscribe({ complete: ended, error: ended })
}
