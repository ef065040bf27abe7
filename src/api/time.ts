/**
 * RFC 3339 text <-> milliseconds since the Unix epoch, by arithmetic: the core never asks the machine for a date.
 * Source: apimachinery/pkg/apis/meta/v1/time.go and micro_time.go.
 */

const DAY = 86_400_000

let lastSecond = Number.NaN
let lastText = ''

/** The texts of seconds near each other, each made once: objects of many come to hold the same one. */
const RECENT = 64
const recentSeconds: number[] = new Array<number>(RECENT).fill(Number.NaN)
const recentTexts: string[] = new Array<string>(RECENT).fill('')

/** A metav1.Time: `2026-01-01T00:00:00Z`, always UTC, cut to whole seconds. */
export function rfc3339(ms: number): string {
  const second = Math.floor(ms / 1000)
  // Most stamps of a run are made in the same virtual second.
  if (second !== lastSecond) {
    const place = ((second % RECENT) + RECENT) % RECENT
    if (recentSeconds[place] !== second) {
      recentTexts[place] = `${dateAndTime(second)}Z`
      recentSeconds[place] = second
    }
    lastText = recentTexts[place]!
    lastSecond = second
  }
  return lastText
}

/** A metav1.MicroTime: `2026-01-01T00:00:00.000000Z`. */
export function rfc3339Micro(ms: number): string {
  const second = Math.floor(ms / 1000)
  const micros = Math.min(999_999, Math.round((ms - second * 1000) * 1000))
  return `${rfc3339(ms).slice(0, -1)}.${String(micros).padStart(6, '0')}Z`
}

/** RFC 3339 with nanoseconds, as containerd stamps lines of logs. */
export function rfc3339Nano(ms: number): string {
  return rfc3339Micro(ms).replace('Z', '000Z')
}

const PATTERN = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:[Zz]|([+-])(\d\d):?(\d\d))$/

/** Milliseconds since the epoch (a MicroTime keeps its fraction); NaN for a text that is not an RFC 3339 time, or undefined. */
export function parseTime(text: string | undefined): number {
  if (text === undefined) return Number.NaN
  if (text === lastText) return lastSecond * 1000
  const match = PATTERN.exec(text)
  if (match === null) return Number.NaN
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHours, offsetMinutes] = match
  const monthNumber = Number(month)
  const dayNumber = Number(day)
  if (monthNumber < 1 || monthNumber > 12 || dayNumber < 1 || dayNumber > daysIn(Number(year), monthNumber))
    return Number.NaN
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return Number.NaN
  let ms = daysFromCivil(Number(year), monthNumber, dayNumber) * DAY
  ms += Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1000
  if (fraction !== undefined) ms += Number(fraction.slice(0, 6).padEnd(6, '0')) / 1000
  if (sign === undefined) return ms
  const offset = Number(offsetHours) * 3_600_000 + Number(offsetMinutes) * 60_000
  return sign === '+' ? ms - offset : ms + offset
}

/** The parts of an instant in UTC; `weekday` 0 is Sunday. For cron schedules, log lines and the like. */
export interface CivilTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly weekday: number
}

export function civilTime(ms: number): CivilTime {
  const days = Math.floor(ms / DAY)
  const rest = Math.floor((ms - days * DAY) / 1000)
  return {
    ...civilFromDays(days),
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    weekday: (((days + 4) % 7) + 7) % 7,
  }
}

/** The instant of a date in UTC. `month` 1 is January. */
export function fromCivil(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number {
  return daysFromCivil(year, month, day) * DAY + hour * 3_600_000 + minute * 60_000 + second * 1000
}

function dateAndTime(second: number): string {
  const { year, month, day, hour, minute, second: seconds } = civilTime(second * 1000)
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(seconds)}`
}

function two(n: number): string {
  return n < 10 ? `0${n}` : String(n)
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar; years begin in March so that the leap day comes last. */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

function civilFromDays(days: number): { year: number; month: number; day: number } {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1,
  }
}
