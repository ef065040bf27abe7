import type { Actor, AnyEventObject, AnyMachineSnapshot } from 'xstate'
import type { Timer } from './clock.ts'
import type { TransitionTracer } from './live.ts'
import type { SharedState } from './state-memo.ts'

/** One object's life: what an actor would hold, without the actor. */
export interface Life {
  readonly host: LifeHost
  /** Undefined for a component's only chart. */
  readonly key: string | undefined
  state: SharedState
  context: unknown
  status: 'active' | 'done' | 'error' | 'stopped'
  /** Delayed events by the id they are cancelled with. */
  timers: Map<string, { readonly timer: Timer; readonly event: AnyEventObject }> | undefined
  /** Events sent while one is being taken; undefined when none is. */
  queue: (AnyEventObject | typeof STOP)[] | undefined
  history: AnyMachineSnapshot['historyValue'] | undefined
  /** Once somebody looks at it, a real actor lives on in its place. */
  actor: Actor<never> | undefined
}

/** Who a life belongs to: where its effects go. */
export interface LifeHost {
  readonly tracer: TransitionTracer
  emitted(life: Life, event: AnyEventObject): void
  deliver(life: Life, event: AnyEventObject): void
  schedule(life: Life, event: AnyEventObject, delayMs: number, id: string | undefined): void
  cancel(life: Life, id: string): void
}

export const STOP = Symbol('stop')

export function newLife(host: LifeHost, key: string | undefined): Life {
  return {
    host,
    key,
    // Known once it has begun.
    state: undefined as unknown as SharedState,
    context: undefined,
    status: 'active',
    timers: undefined,
    queue: [],
    history: undefined,
    actor: undefined,
  }
}
