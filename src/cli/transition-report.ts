import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AnyStateMachine } from 'xstate'
import { statecharts } from '../cluster/statecharts.ts'
import { usedExtensions } from '../gherkin/extensions.ts'
import { TRANSITIONS_DIRECTORY, type TransitionTimes } from '../gherkin/transitions-seen.ts'
import { type Arrow, arrowsOf } from '../sim/transitions.ts'

export interface TransitionReport {
  readonly text: string
  /** How many transitions no scenario has fired. */
  readonly unfired: number
}

/** Has the scenarios of a run that begins now count transitions; the answer makes the report once the run is over. */
export function recordTransitions(): () => TransitionReport {
  const directory = mkdtempSync(join(tmpdir(), 'kubedrill-transitions-'))
  process.env[TRANSITIONS_DIRECTORY] = directory
  return () => {
    const parts = readdirSync(directory).map(
      (file) => JSON.parse(readFileSync(join(directory, file), 'utf8')) as TransitionTimes,
    )
    rmSync(directory, { recursive: true, force: true })
    delete process.env[TRANSITIONS_DIRECTORY]
    return transitionReport(parts)
  }
}

/** The charts of the extensions under test, else those of the cluster itself. */
function reportedMachines(): readonly AnyStateMachine[] {
  const own = usedExtensions().flatMap((each) => each.statecharts ?? [])
  return (own.length > 0 ? own : statecharts).map(({ machine }) => machine)
}

/** What share of the statecharts' transitions were fired, and each that was not. */
export function transitionReport(
  parts: readonly TransitionTimes[],
  machines: readonly AnyStateMachine[] = reportedMachines(),
): TransitionReport {
  const fired = (machine: AnyStateMachine, index: number) =>
    parts.some((times) => (times[machine.id]?.[index] ?? 0) > 0)
  const all = machines.flatMap((machine) =>
    arrowsOf(machine).map((arrow, index) => ({ machine, arrow, fired: fired(machine, index) })),
  )
  const missing = all.filter((entry) => !entry.fired)
  const summary = `${all.length - missing.length} of ${all.length} transitions of ${machines.length} statechart${machines.length === 1 ? '' : 's'} were fired`
  const names = missing.map(({ machine, arrow }) => `\n  ${machine.id}: ${arrowText(arrow)}`)
  const text = missing.length === 0 ? `${summary}.` : `${summary}; by no scenario:${names.join('')}`
  return { text, unfired: missing.length }
}

/** `running.leader.alone  after checkQuorum [guard] -> running.follower` */
function arrowText({ from, on, guard, to }: Arrow): string {
  const label = guard === undefined ? on : `${on} [${guard}]`
  return `${from === '' ? '(any state)' : from}  ${label}${to.length === 0 ? '' : ` -> ${to.join(', ')}`}`
}
