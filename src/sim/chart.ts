import type { Actor, AnyStateMachine, EmittedFrom, EventFromLogic, InputFrom, InspectionEvent } from 'xstate'
import type { Clock } from './clock.ts'
import { Flyweight } from './flyweight.ts'
import type { LiveCharts } from './live-charts.ts'
import { Single } from './single.ts'
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
  return new Flyweight(machine, world, component, onEmit as never) as unknown as Charts<M>
}

/** The chart of a component that has but one. */
export interface Chart<M extends AnyStateMachine> {
  send(event: EventFromLogic<M>): void
  stop(): void
  getSnapshot(): ChartState<M>
  /** Whether it is in a state, or in one within it. */
  matches(state: string): boolean
}

/** Starts a chart on our clock; an error in it fails the clock. */
export function startChart<M extends AnyStateMachine>(
  machine: M,
  world: ChartWorld,
  component: string,
  input: InputFrom<M>,
  onEmit: (event: EmittedFrom<M>) => void,
): Chart<M> {
  const chart = new Single(machine, world, component, onEmit as never)
  chart.start(input)
  return chart as unknown as Chart<M>
}
