import { type CivilTime, civilTime, fromCivil } from './time.ts'

/** Local time in a zone of the IANA database. */
export interface TimeZone {
  readonly name: string
  /** What the clock on the wall says. */
  civil(ms: number): CivilTime
  /** ms to add to UTC then. */
  offset(ms: number): number
}

export const utc: TimeZone = { name: 'UTC', civil: civilTime, offset: () => 0 }

const zones = new Map<string, TimeZone | undefined>()

/** Undefined for a name that is no zone. `''` is UTC. Source: Go time.LoadLocation */
export function loadTimeZone(name: string): TimeZone | undefined {
  if (name === '' || name === 'UTC') return utc
  if (!zones.has(name)) zones.set(name, createZone(name))
  return zones.get(name)
}

function createZone(name: string): TimeZone | undefined {
  const format = formatIn(name)
  if (format === undefined) return undefined
  const offset = (ms: number) => {
    const parts: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(ms)) parts[type] = Number(value)
    const { year, month, day, hour, minute, second } = parts
    return fromCivil(year!, month!, day!, hour! % 24, minute!, second!) - Math.floor(ms / 1000) * 1000
  }
  return { name, offset, civil: (ms) => civilTime(ms + offset(ms)) }
}

/** Names are exact, as files of the database are. */
function formatIn(timeZone: string): Intl.DateTimeFormat | undefined {
  if (!/^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*$/.test(timeZone) || /^[+-]/.test(timeZone)) return undefined
  // Intl takes names in any case; in the database each part begins with a capital.
  if (/(^|\/)[a-z]/.test(timeZone)) return undefined
  const numeric = 'numeric'
  const parts = {
    year: numeric,
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
  } as const
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, ...parts, hourCycle: 'h23' })
  } catch {
    return undefined
  }
}
