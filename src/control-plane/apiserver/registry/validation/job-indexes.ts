import { quote } from '../../../../api/names.ts'

type Interval = readonly [first: number, last: number]

/** `1,3-5` as intervals below `completions`; what is wrong with it otherwise. Source: pkg/apis/batch/validation/validation.go parseIndexInterval. */
function parseInterval(text: string, completions: number): Interval | string {
  const limits = text.split('-')
  if (limits.length > 2) {
    return `the fragment ${quote(text)} violates the requirement that an index interval can have at most two parts separated by '-'`
  }
  for (const limit of limits) {
    if (!/^[+]?\d+$/.test(limit)) return `cannot convert string to integer for index: ${quote(limit)}`
    if (Number(limit) >= completions) return `too large index: ${quote(limit)}`
  }
  const [first, last = first] = limits.map(Number) as [number, number?]
  if (limits.length === 2 && first >= last) return `non-increasing order, previous: ${first}, current: ${last}`
  return [first, last]
}

/** How many indexes are named, or what is wrong. Source: validateIndexesFormat. */
export function indexesIn(text: string, completions: number): number | string {
  if (text === '') return 0
  let total = 0
  let previous: number | undefined
  for (const part of text.split(',')) {
    const interval = parseInterval(part, completions)
    if (typeof interval === 'string') return interval
    const [first, last] = interval
    if (previous !== undefined && previous >= first) {
      return `non-increasing order, previous: ${previous}, current: ${first}`
    }
    total += last - first + 1
    previous = last
  }
  return total
}

/** Source: validateFailedIndexesNotOverlapCompleted; parts that cannot be read are passed over. */
export function overlap(completed: string, failed: string, completions: number): string | undefined {
  const intervals = (text: string) =>
    text
      .split(',')
      .map((part) => parseInterval(part, completions))
      .filter((interval) => typeof interval !== 'string')
  if (completed === '' || failed === '') return undefined
  const [left, right] = [intervals(completed), intervals(failed)]
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    const [[first, last], [from, to]] = [left[i]!, right[j]!]
    if (first <= to && from <= last) {
      return `failedIndexes and completedIndexes overlap at index: ${Math.max(first, from)}`
    }
    if (first <= from) i++
    else j++
  }
  return undefined
}
