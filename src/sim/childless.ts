import type { AnyStateMachine } from 'xstate'
import { statesOf } from './transitions.ts'

/** Machines that invoke nobody; each is looked through once. */
const childless = new WeakSet<AnyStateMachine>()

/** @throws for a machine that invokes actors */
export function refuseInvoking(machine: AnyStateMachine): void {
  if (childless.has(machine)) return
  if (statesOf(machine).some(({ invoke }) => invoke.length > 0))
    throw new Error(`machine ${machine.id} invokes actors: what many objects share cannot have children`)
  childless.add(machine)
}
