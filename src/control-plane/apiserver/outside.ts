import type { OutsideCall, OutsideOutcome } from '../../api/request.ts'

/**
 * Thrown where a request cannot go on without an answer from the world outside. Nothing has been written by then; the
 * request is handed in again with the outcomes. See docs/decisions/0010-outside-calls.md.
 */
export class NeedsOutside extends Error {
  readonly calls: readonly OutsideCall[]

  constructor(calls: readonly OutsideCall[]) {
    super(`needs ${calls.map(({ url }) => url).join(', ')}`)
    this.calls = calls
  }
}

/** What came of a call, if it has been made; undefined: this request cannot make any. @throws NeedsOutside */
export function outcomeOf(
  outcomes: readonly OutsideOutcome[] | undefined,
  call: OutsideCall,
): OutsideOutcome | undefined {
  if (outcomes === undefined) return undefined
  const found = outcomes.find(({ key }) => key === call.key)
  if (found === undefined) throw new NeedsOutside([call])
  return found
}
