import { shortDuration } from '../gherkin/durations.ts'
import type { FailureRecord } from '../gherkin/failure-record.ts'
import { Stopped, type Until } from '../gherkin/hand-over.ts'
import type { World } from '../gherkin/world.ts'

/** Where a replay is to go: an instant after boot, the end of a step (from 1), or so many steps on. */
export type Journey = { readonly at: string } | { readonly step: number } | { readonly steps: number }

/** Where a replay stands. */
export interface Place {
  readonly feature: string
  readonly scenario: string
  /** Virtual ms since the cluster had booted. */
  readonly at: number
  /** The step that is under way or ended last, from 1. */
  readonly step: number
  /** The texts of the steps until there. */
  readonly steps: readonly string[]
  /** Why the last step failed, where it did. */
  readonly failure?: string
  /** What is not as it was asked for. */
  readonly note?: string
}

/**
 * @param message why the scenario failed this time
 * @param until where it was to stop
 */
export function placeOf(record: FailureRecord, world: World, message: string | undefined, until: Until): Place {
  const { clock, bootedAt } = world.cluster
  const steps = world.story.steps.map(({ text }) => text)
  const at = clock.now() - bootedAt
  const isAsked = until.afterMs === undefined || at >= until.afterMs
  const isStopped = message?.includes(new Stopped().message) === true
  const fails = isStopped ? undefined : (world.failure?.message ?? (isLast(record, steps) ? message : undefined))
  const note = noteOn(record, world, message, until, isAsked)
  return {
    feature: `${record.feature.uri}:${record.feature.line}`,
    scenario: record.pickle.name,
    at,
    step: steps.length,
    steps,
    ...(fails === undefined ? {} : { failure: withoutStack(fails) }),
    ...(note === undefined ? {} : { note }),
  }
}

const isLast = ({ step }: FailureRecord, steps: readonly string[]) => steps.length - 1 === step.index

function noteOn(
  { instant, step }: FailureRecord,
  { cluster: { clock }, story }: World,
  message: string | undefined,
  { step: wanted, afterMs }: Until,
  isAsked: boolean,
): string | undefined {
  const isWhole = wanted === undefined && afterMs === undefined
  if (isWhole && message === undefined)
    return 'the scenario passes now: its feature, its files or kubedrill have changed since the report'
  if (
    isWhole &&
    (story.steps.length - 1 !== step.index || clock.now() !== instant?.at || clock.fired !== instant.fired)
  )
    return 'the scenario fails elsewhere now: its feature, its files or kubedrill have changed since the report'
  if (!isAsked || (wanted !== undefined && story.steps.length - 1 < wanted)) return 'the scenario ends here'
  return undefined
}

const withoutStack = (text: string) => text.replace(/^Error: /, '').replace(/\n\s+at .*$/s, '')

/** What a person reads. */
export function placeText({ feature, scenario, at, step, steps, failure, note }: Place): string {
  const lines = steps.map((text, index) => `${index + 1 === step ? '>' : ' '} ${index + 1}. ${text}`)
  return [
    `${feature}  ${scenario}, +${shortDuration(at)}`,
    ...lines,
    ...(failure === undefined ? [] : [`    ${failure.replaceAll('\n', '\n    ')}`]),
    ...(note === undefined ? [] : [`(${note})`]),
  ].join('\n')
}
