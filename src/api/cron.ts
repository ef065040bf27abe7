import { parseGoDuration } from './duration.ts'
import type { CivilTime } from './time.ts'
import { fromCivil } from './time.ts'
import { loadTimeZone, type TimeZone, utc } from './time-zone.ts'

/** When something is due again and again. */
export interface CronSchedule {
  /** The first time after `ms` that is due; undefined when there is none within five years. */
  next(ms: number): number | undefined
}

/** The text is not a schedule; the message is robfig/cron's. */
export class CronError extends Error {}

/**
 * Parses what spec.schedule of a CronJob may be: five fields, or a descriptor such as `@hourly` or `@every 1h30m`,
 * with `TZ=…` or `CRON_TZ=…` before it.
 *
 * @throws CronError. Source: robfig/cron/v3 parser.go ParseStandard
 */
export function parseCron(text: string): CronSchedule {
  if (text === '') throw new CronError('empty spec string')
  const zoned = /^(?:CRON_)?TZ=/.exec(text)
  if (zoned === null) return parseIn(text, utc)
  const space = text.indexOf(' ')
  // Upstream reads past the end of the text and turns the panic into an error.
  if (space < 0) throw new CronError('invalid schedule format: runtime error: slice bounds out of range [:-1]')
  const name = text.slice(zoned[0].length, space)
  const zone = loadTimeZone(name)
  if (zone === undefined) throw new CronError(`provided bad location ${name}: unknown time zone ${name}`)
  return parseIn(text.slice(space).trim(), zone)
}

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}
const EVERY = '@every '

function parseIn(text: string, zone: TimeZone): CronSchedule {
  if (text.startsWith(EVERY)) return every(text)
  const spec = DESCRIPTORS[text] ?? text
  if (spec.startsWith('@')) throw new CronError(`unrecognized descriptor: ${spec}`)
  const fields = spec.split(/\s+/).filter((field) => field !== '')
  if (fields.length !== 5)
    throw new CronError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`)
  const [minute, hour, day, month, weekday] = fields.map((field, i) => parseField(field, BOUNDS[i]!))
  return new FieldSchedule({ minute: minute!, hour: hour!, day: day!, month: month!, weekday: weekday! }, zone)
}

/** Whole seconds, at least one. Source: constantdelay.go Every */
function every(text: string): CronSchedule {
  const duration = text.slice(EVERY.length)
  const ms = parseGoDuration(duration)
  if (ms === undefined) throw new CronError(`failed to parse duration ${text}: time: invalid duration "${duration}"`)
  const delay = Math.max(1_000, Math.floor(ms / 1000) * 1000)
  return { next: (from) => Math.floor(from / 1000) * 1000 + delay }
}

interface Bounds {
  readonly min: number
  readonly max: number
  readonly names?: readonly string[]
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const BOUNDS: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
]

interface Field {
  readonly values: ReadonlySet<number>
  /** Written as a star: of two day fields it does not widen the other. */
  readonly star: boolean
}

/** Source: parser.go getField, getRange */
function parseField(text: string, bounds: Bounds): Field {
  const values = new Set<number>()
  let star = false
  for (const range of text.split(',').filter((part) => part !== '')) {
    const { start, end, step, isStar } = parseRange(range, bounds)
    star ||= isStar
    for (let value = start; value <= end; value += step) values.add(value)
  }
  return { values, star }
}

function parseRange(text: string, bounds: Bounds) {
  const [range = '', stepText, ...moreSteps] = text.split('/')
  const [low = '', high, ...moreEnds] = range.split('-')
  const isStar = low === '*' || low === '?'
  const start = isStar ? bounds.min : parseValue(low, bounds)
  if (!isStar && moreEnds.length > 0) throw new CronError(`too many hyphens: ${text}`)
  const given = isStar ? bounds.max : high === undefined ? start : parseValue(high, bounds)
  if (moreSteps.length > 0) throw new CronError(`too many slashes: ${text}`)
  const step = stepText === undefined ? 1 : parseNumber(stepText)
  const end = stepText !== undefined && high === undefined ? bounds.max : given
  if (start < bounds.min) throw new CronError(`beginning of range (${start}) below minimum (${bounds.min}): ${text}`)
  if (end > bounds.max) throw new CronError(`end of range (${end}) above maximum (${bounds.max}): ${text}`)
  if (start > end) throw new CronError(`beginning of range (${start}) beyond end of range (${end}): ${text}`)
  if (step === 0) throw new CronError(`step of range should be a positive number: ${text}`)
  return { start, end, step, isStar: isStar && step === 1 }
}

function parseValue(text: string, { min, names = [] }: Bounds): number {
  const at = names.indexOf(text.toLowerCase())
  return at < 0 ? parseNumber(text) : at + min
}

function parseNumber(text: string): number {
  if (!/^[+-]?\d+$/.test(text))
    throw new CronError(
      `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
    )
  const value = Number(text)
  if (value < 0) throw new CronError(`negative number (${value}) not allowed: ${text}`)
  return value
}

interface Fields {
  readonly minute: Field
  readonly hour: Field
  readonly day: Field
  readonly month: Field
  readonly weekday: Field
}

const MINUTE = 60_000
const HOUR = 3_600_000

/**
 * The first instant whose local time fits: what summer time skips is skipped, what it repeats comes twice.
 * Source (what, not how): robfig/cron/v3 spec.go Next
 */
class FieldSchedule implements CronSchedule {
  readonly #fields: Fields
  readonly #zone: TimeZone

  constructor(fields: Fields, zone: TimeZone) {
    this.#fields = fields
    this.#zone = zone
  }

  next(ms: number): number | undefined {
    const { hour, minute } = this.#fields
    let at = Math.floor(ms / MINUTE) * MINUTE + MINUTE
    const lastYear = this.#zone.civil(at).year + 5
    for (;;) {
      const local = this.#zone.civil(at)
      if (local.year > lastYear) return undefined
      if (!this.#fitsDay(local)) at = this.#nextDay(at, local)
      else if (!hour.values.has(local.hour)) at += HOUR - local.minute * MINUTE
      else if (!minute.values.has(local.minute)) at += MINUTE
      else return at
    }
  }

  /** Source: spec.go dayMatches */
  #fitsDay({ month, day, weekday }: CivilTime): boolean {
    if (!this.#fields.month.values.has(month)) return false
    const ofMonth = this.#fields.day.values.has(day)
    const ofWeek = this.#fields.weekday.values.has(weekday)
    return this.#fields.day.star || this.#fields.weekday.star ? ofMonth && ofWeek : ofMonth || ofWeek
  }

  /** The first minute of the next day, or month where this one does not fit; there may be no midnight, or two. */
  #nextDay(at: number, { year, month, day }: CivilTime): number {
    const skipMonth = !this.#fields.month.values.has(month)
    const midnight = skipMonth ? fromCivil(year, month + 1, 1) : fromCivil(year, month, day + 1)
    let next = midnight - this.#zone.offset(midnight - this.#zone.offset(at))
    const isEarlier = (ms: number) => ms + this.#zone.offset(ms) < midnight
    while (isEarlier(next)) next += 30 * MINUTE
    while (next - 30 * MINUTE > at && !isEarlier(next - 30 * MINUTE)) next -= 30 * MINUTE
    return Math.max(next, at + MINUTE)
  }
}
