import { parse } from 'yaml'
import { milliQuantityOf } from '../../api/quantity.ts'
import { parseTime } from '../../api/time.ts'
import type { KubernetesObject, Pod } from '../../api/types.ts'
import { type Curve, valueAt } from '../../node/container-runtime/usage/curve.ts'
import { readCurve } from '../../node/container-runtime/usage/written.ts'

/**
 * What an object measures, by the metric's name: amounts or curves over the time since it began, written as those of
 * `kubedrill.io/usage` are. `{http_requests_per_second: 12, backlog: {from: 0, to: 90, over: 10m}}`
 */
export const METRICS_ANNOTATION = 'kubedrill.io/metrics'

const known = new Map<string, ReadonlyMap<string, Curve>>()

function curvesOf(text: string): ReadonlyMap<string, Curve> {
  const before = known.get(text)
  if (before !== undefined) return before
  let written: unknown
  try {
    written = parse(text)
  } catch {
    written = undefined
  }
  const found = new Map<string, Curve>()
  for (const [name, amount] of Object.entries(typeof written === 'object' && written !== null ? written : {})) {
    const curve = readCurve(amount, name)
    if (typeof curve !== 'string') found.set(name, curve)
  }
  if (known.size > 1000) known.clear()
  known.set(text, found)
  return found
}

/** @returns a quantity; undefined where the object does not measure that */
export function metricOf(object: KubernetesObject, metric: string, now: number): string | undefined {
  const text = object.metadata.annotations?.[METRICS_ANNOTATION]
  const curve = text === undefined ? undefined : curvesOf(text).get(metric)
  return curve && quantityAt(curve, object, now)
}

/** A value that is written by itself, as in a ConfigMap. */
export function writtenMetric(text: string | undefined, object: KubernetesObject, now: number): string | undefined {
  const curve = text === undefined ? undefined : curvesOf(`value: ${text}`).get('value')
  return curve && quantityAt(curve, object, now)
}

function quantityAt(curve: Curve, object: KubernetesObject, now: number): string {
  const since = (object as Pod).status?.startTime ?? object.metadata.creationTimestamp
  const value = valueAt(curve, Math.max(0, now - parseTime(since)))
  return milliQuantityOf(Math.round(value * 1000))
}
