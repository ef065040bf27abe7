import type { IntOrString } from '../../api/types.ts'

/** Source: apimachinery/pkg/util/intstr GetScaledValueFromIntOrPercent; a bad text counts as 0, validation keeps it out. */
export function scaledValue(value: IntOrString | undefined, total: number, roundUp: boolean): number {
  if (value === undefined) return 0
  if (typeof value === 'number') return value
  const percent = /^(\d+)%$/.exec(value)?.[1]
  if (percent === undefined) return 0
  const exact = (Number(percent) * total) / 100
  return roundUp ? Math.ceil(exact) : Math.floor(exact)
}
