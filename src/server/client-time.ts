import { parseTime, rfc3339, rfc3339Micro } from '../api/time.ts'

/**
 * Clients compare timestamps with clocks of their own (`kubectl describe`, `kubectl events`), and those do not skip
 * when the cluster does. So the door speaks client time: after a skip of an hour everything that was there before
 * looks an hour older, and what clients send comes in an hour later. Only fields whose type is a time are touched.
 */
const fields = [
  'creationTimestamp',
  'deletionTimestamp',
  'expirationTimestamp',
  'firstTimestamp',
  'lastTimestamp',
  'startTime',
  'completionTime',
  'startedAt',
  'finishedAt',
  'eventTime',
  'lastObservedTime',
  'acquireTime',
  'renewTime',
  'time',
  'timeAdded',
  'lastTransitionTime',
  'lastUpdateTime',
  'lastProbeTime',
  'lastHeartbeatTime',
  'lastScheduleTime',
  'lastSuccessfulTime',
  'lastScaleTime',
  'lastPhaseTransitionTime',
]

const TIMES = new RegExp(`("(?:${fields.join('|')})":")(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z)"`, 'g')
const names: ReadonlySet<string> = new Set(fields)

/** Moves every timestamp in a JSON text made by JSON.stringify. */
export function shiftTimes(json: string, byMs: number): string {
  if (byMs === 0) return json
  return json.replace(TIMES, (_, key: string, time: string) => `${key}${shifted(time, byMs)}"`)
}

/** The same in a decoded body; answers the value itself when nothing changes. */
export function shiftTimesIn<T>(value: T, byMs: number): T {
  return byMs === 0 ? value : (walk(value, byMs) as T)
}

function walk(value: unknown, byMs: number): unknown {
  if (Array.isArray(value)) return value.map((item) => walk(item, byMs))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key,
      typeof field === 'string' && names.has(key) ? shifted(field, byMs) : walk(field, byMs),
    ]),
  )
}

/** One RFC 3339 time; any other text stays as it is. */
export function shifted(time: string, byMs: number): string {
  const ms = parseTime(time)
  if (Number.isNaN(ms)) return time
  return time.includes('.') ? rfc3339Micro(ms + byMs) : rfc3339(ms + byMs)
}
