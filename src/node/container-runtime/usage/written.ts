import { parse } from 'yaml'
import { parseGoDuration } from '../../../api/duration.ts'
import { parseQuantity, quantityError } from '../../../api/quantity.ts'
import type { Amounts, RequestCost } from './amounts.ts'
import { type Curve, level, type Point, ramp, steps, wave } from './curve.ts'

/** Puts what a pod's containers take in the place of what their images declare; `…usage.<container>` for one of them. */
export const USAGE_ANNOTATION = 'kubedrill.io/usage'

const AMOUNTS = ['cpu', 'memory', 'disk', 'inodes', 'pids'] as const

/**
 * Reads what people write about use: a quantity, or a curve over the time since the process started.
 *
 * `250m` · `{from: 50Mi, to: 1Gi, over: 10m, after: 1m}` · `{points: [[0s, 100m], [5m, 2]], repeat: 10m}` ·
 * `{steps: [[0s, 100m], [5m, 2]], repeat: 10m}` · `{mean: 500m, amplitude: 300m, period: 1h}` ·
 * `{base: 50m, perRequest: 20m}`: CPU of each request in core-seconds, memory that it leaves behind.
 *
 * @returns a text says what is wrong
 */
export function readUsage(written: unknown): Amounts | string {
  if (!isRecord(written)) return 'usage: must be a map of cpu, memory, disk, inodes and pids'
  const unknown = Object.keys(written).find((key) => !AMOUNTS.some((name) => name === key))
  if (unknown !== undefined) return `usage.${unknown}: there is no such amount: ${AMOUNTS.join(', ')}`
  const amounts: { -readonly [K in keyof Amounts]: Amounts[K] } = {}
  const perRequest: { -readonly [K in keyof RequestCost]: RequestCost[K] } = {}
  try {
    for (const name of AMOUNTS) {
      const amount = written[name]
      if (amount === undefined) continue
      const curve = curveOf(amount, `usage.${name}`)
      if (curve !== undefined) amounts[name] = curve
      if (!isRecord(amount) || amount.perRequest === undefined) continue
      if (name !== 'cpu' && name !== 'memory') throw new Wrong(`usage.${name}.perRequest: only cpu and memory have it`)
      perRequest[name] = quantity(amount.perRequest, `usage.${name}.perRequest`)
    }
  } catch (error) {
    if (error instanceof Wrong) return error.message
    throw error
  }
  return Object.keys(perRequest).length === 0 ? amounts : { ...amounts, perRequest }
}

/** Reads one amount or curve, as {@link readUsage} reads each. @returns a text says what is wrong */
export function readCurve(written: unknown, at: string): Curve | string {
  try {
    return curveOf(written, at) ?? level(0)
  } catch (error) {
    if (error instanceof Wrong) return error.message
    throw error
  }
}

/** What a pod's annotations say of one container; undefined: nothing, or nothing that can be read. */
export function annotatedUsage(
  annotations: Readonly<Record<string, string>> | undefined,
  container: string,
): Amounts | undefined {
  const text = annotations?.[`${USAGE_ANNOTATION}.${container}`] ?? annotations?.[USAGE_ANNOTATION]
  if (text === undefined) return undefined
  let known = annotated.get(text)
  if (known === undefined) {
    known = readText(text)
    if (annotated.size > 1000) annotated.clear()
    annotated.set(text, known)
  }
  return typeof known === 'string' ? undefined : known
}

const annotated = new Map<string, Amounts | string>()

function readText(text: string): Amounts | string {
  try {
    return readUsage(parse(text))
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

class Wrong extends Error {}

function curveOf(written: unknown, at: string): Curve | undefined {
  if (!isRecord(written)) return level(quantity(written, at))
  const { perRequest: _, ...shape } = written
  const of = (key: string) => quantity(shape[key], `${at}.${key}`)
  const time = (key: string) => duration(shape[key], `${at}.${key}`)
  const repeat = () => (shape.repeat === undefined ? undefined : time('repeat'))
  switch (Object.keys(shape).sort().join()) {
    case '':
      return undefined
    case 'base':
      return level(of('base'))
    case 'from,over,to':
      return ramp(of('from'), of('to'), time('over'))
    case 'after,from,over,to':
      return ramp(of('from'), of('to'), time('over'), time('after'))
    case 'points':
    case 'points,repeat': {
      const everyMs = repeat()
      const points = pointsOf(shape.points, `${at}.points`)
      return everyMs === undefined ? { points } : { points, everyMs }
    }
    case 'repeat,steps':
    case 'steps':
      return steps(pointsOf(shape.steps, `${at}.steps`), repeat())
    case 'amplitude,mean,period':
      return wave(of('mean'), of('amplitude'), time('period'))
    default:
      throw new Wrong(
        `${at}: must be a quantity, or have base, from/to/over/after, points/repeat, steps/repeat or mean/amplitude/period`,
      )
  }
}

function pointsOf(written: unknown, at: string): readonly Point[] {
  if (!Array.isArray(written) || written.length === 0) throw new Wrong(`${at}: must be a list of [time, amount]`)
  const points = written.map((pair: unknown, i): Point => {
    if (!Array.isArray(pair) || pair.length !== 2) throw new Wrong(`${at}.${i}: must be [time, amount]`)
    return [duration(pair[0], `${at}.${i}`), quantity(pair[1], `${at}.${i}`)]
  })
  if (points.some(([time], i) => i > 0 && time < points[i - 1]![0])) throw new Wrong(`${at}: must be in order of time`)
  return points
}

function quantity(written: unknown, at: string): number {
  if ((typeof written !== 'string' && typeof written !== 'number') || quantityError(written) !== undefined)
    throw new Wrong(`${at}: must be a quantity such as 250m or 64Mi`)
  return Number(parseQuantity(written).nano) / 1e9
}

function duration(written: unknown, at: string): number {
  const ms = written === 0 ? 0 : typeof written === 'string' ? parseGoDuration(written) : undefined
  if (ms === undefined) throw new Wrong(`${at}: must be a duration such as 90s or 1h30m`)
  return ms
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
