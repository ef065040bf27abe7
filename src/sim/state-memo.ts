import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate'

/** What all objects in one state share: XState's snapshot of it, to which each adds its own context. */
export interface SharedState {
  readonly value: AnyMachineSnapshot['value']
  /** `running`, `up.ready`, `a.x & b.y`: as the trace writes it. */
  readonly text: string
  readonly snapshot: AnyMachineSnapshot
  /** What may be done there, once that is found out: see compiled.ts. */
  place?: unknown
}

type Memo = Map<string, SharedState>

const memos = new WeakMap<AnyStateMachine, Memo>()

export function memoOf(machine: AnyStateMachine): Memo {
  let memo = memos.get(machine)
  if (memo === undefined) {
    memo = new Map()
    memos.set(machine, memo)
  }
  return memo
}

/** The shared state a snapshot is in. */
export function sharedState(memo: Memo, snapshot: AnyMachineSnapshot): SharedState {
  const text = stateText(snapshot.value)
  let shared = memo.get(text)
  if (shared === undefined) {
    const own = {
      status: 'active',
      context: undefined,
      children: {},
      historyValue: {},
      output: undefined,
      error: undefined,
    }
    shared = { value: snapshot.value, text, snapshot: { ...snapshot, ...own } as AnyMachineSnapshot }
    memo.set(text, shared)
  }
  return shared
}

/** A state value in one word: children behind a dot, regions side by side. */
export function stateText(value: AnyMachineSnapshot['value']): string {
  if (typeof value === 'string') return value
  const regions = Object.entries(value).map(([key, child]) => {
    const inner = child === undefined ? '' : stateText(child)
    return inner === '' ? key : `${key}.${inner.includes(' & ') ? `(${inner})` : inner}`
  })
  return regions.join(' & ')
}
