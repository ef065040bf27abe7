import { quote } from '../../api/names.ts'
import { parseTime } from '../../api/time.ts'

/** Times that cannot be read, in the words of Go. Source: time/format.go Parse, ParseError.Error */

const SECONDS = '2006-01-02T15:04:05Z07:00'
const MICROS = '2006-01-02T15:04:05.000000Z07:00'

/** A MicroTime wants exactly six digits. */
export const isMicroTime = (text: string): boolean =>
  /[.,]\d{6}(?:Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(parseTime(text))

interface Element {
  readonly layout: string
  readonly pattern: RegExp
  /** What Go calls a number that is too large. */
  readonly range?: readonly [name: string, from: number, to: number]
}

const start: readonly Element[] = [
  { layout: '2006', pattern: /^\d{4}/ },
  { layout: '-', pattern: /^-/ },
  { layout: '01', pattern: /^\d\d/, range: ['month', 1, 12] },
  { layout: '-', pattern: /^-/ },
  { layout: '02', pattern: /^\d\d/ },
  { layout: 'T', pattern: /^T/ },
  { layout: '15', pattern: /^\d\d/, range: ['hour', 0, 23] },
  { layout: ':', pattern: /^:/ },
  { layout: '04', pattern: /^\d\d/, range: ['minute', 0, 59] },
  { layout: ':', pattern: /^:/ },
]
const zone: Element = { layout: 'Z07:00', pattern: /^(?:Z|[+-]\d\d:\d\d)/ }
const seconds: readonly Element[] = [
  ...start,
  { layout: '05', pattern: /^\d\d(?:[.,]\d+)?/, range: ['second', 0, 59] },
  zone,
]
const micros: readonly Element[] = [
  ...start,
  { layout: '05', pattern: /^\d\d/, range: ['second', 0, 59] },
  { layout: '.000000', pattern: /^[.,]\d{6}/ },
  zone,
]

export function timeParseError(text: string, micro: boolean): string {
  let rest = text
  for (const { layout, pattern, range } of micro ? micros : seconds) {
    const found = pattern.exec(rest)?.[0]
    if (found === undefined)
      return `parsing time ${quote(text)} as ${quote(micro ? MICROS : SECONDS)}: cannot parse ${quote(rest)} as ${quote(layout)}`
    const number = Number.parseInt(found, 10)
    if (range !== undefined && (number < range[1] || number > range[2]))
      return `parsing time ${quote(text)}: ${range[0]} out of range`
    rest = rest.slice(found.length)
  }
  if (rest !== '') return `parsing time ${quote(text)}: extra text: ${quote(rest)}`
  return `parsing time ${quote(text)}: day out of range`
}
