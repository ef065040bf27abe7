import { parseGoDuration } from '../api/duration.ts'
import { SpecError } from './step.ts'

const UNITS: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
}

/**
 * Durations that Kubernetes has a name for, with their v1.36 defaults in ms: a feature says the name, so it stays true
 * when a default changes.
 */
export const NAMED_DURATIONS: Readonly<Record<string, number>> = {
  'the node monitor grace period': 50_000,
  'the node startup grace period': 60_000,
  'the node monitor period': 5000,
  'the node lease duration': 40_000,
  'the default toleration period': 300_000,
  'the pod eviction timeout': 300_000,
  'the termination grace period': 30_000,
  'the etcd election timeout': 1000,
  'the leader election lease duration': 15_000,
  'the progress deadline': 600_000,
  'the crash loop back-off limit': 300_000,
  'the image pull back-off limit': 300_000,
  'the event time to live': 3_600_000,
  'the node monitoring period': 5000,
  'the lease duration': 40_000,
  'the lease renew interval': 10_000,
  'the default toleration': 300_000,
  'the default eviction timeout': 300_000,
  'the eviction timeout': 300_000,
  'the default termination grace period': 30_000,
  'the election timeout': 1000,
  'the leader lease duration': 15_000,
  'the leader election renew deadline': 10_000,
  'the leader election retry period': 2000,
  'the default progress deadline': 600_000,
  'the maximum crash loop back-off': 300_000,
  'the crash loop back-off period': 10_000,
}

const number = String.raw`\d+(?:\.\d+)?`
const unit = '(?:millisecond|second|minute|hour|day)s?'
const amount = `(?:${number}|an?|one) ${unit}(?:(?: and|,) (?:${number}|an?|one) ${unit})*`

/** As flags and manifests have it: 90s, 1m30s. */
const SHORT = String.raw`(?:\d+(?:\.\d+)?(?:ms|h|m|s))+`

/** A name that might be a duration's: taken, so that the step is refused with the names there are, not called undefined. */
const UNNAMED = 'the [a-z][a-z -]* (?:period|timeout|time-out|duration|deadline|limit|interval|time to live|TTL)'

/** The text of a duration, without capturing groups: `90 seconds`, `a minute`, `1 minute and 30 seconds`, a named default. */
export const DURATION = `${amount}|${SHORT}|${Object.keys(NAMED_DURATIONS).join('|')}|${UNNAMED}`

/** @returns milliseconds */
export function parseDuration(text: string): number {
  const named = NAMED_DURATIONS[text]
  if (named !== undefined) return named
  if (new RegExp(`^${SHORT}$`).test(text)) return parseGoDuration(text) ?? 0
  let total = 0
  for (const part of text.split(/ and |, /)) {
    const found = /^(\S+) ([a-z]+?)s?$/.exec(part)
    const factor = UNITS[found?.[2] ?? '']
    if (!found || factor === undefined)
      throw new SpecError(
        `"${text}" is not a duration: write "90 seconds" or one of ${Object.keys(NAMED_DURATIONS).join(', ')}`,
      )
    total += (/^\d/.test(found[1]!) ? Number(found[1]) : 1) * factor
  }
  return total
}

/** `4m10s`, as the timeline prints it. */
export function shortDuration(ms: number): string {
  const seconds = Math.round(ms / 100) / 10
  if (seconds < 60) return `${seconds}s`
  const whole = Math.round(ms / 1000)
  const minutes = Math.floor(whole / 60)
  const rest = whole % 60
  if (minutes < 60) return rest ? `${minutes}m${rest}s` : `${minutes}m`
  return minutes % 60 ? `${Math.floor(minutes / 60)}h${minutes % 60}m` : `${minutes / 60}h`
}
