import { readFileSync } from 'node:fs'
import { type FailureRecord, isFailureRecord } from '../gherkin/failure-record.ts'
import { Failure } from './failure.ts'

/**
 * The failed steps in a report: a record by itself, cucumber's messages (a line each), its JSON or its HTML, which carry the records as
 * attachments.
 *
 * @throws {Failure} for a file that is not there, or holds none
 */
export function failuresIn(file: string): readonly FailureRecord[] {
  const found = new Map<string, FailureRecord>()
  for (const value of valuesIn(read(file))) collect(value, found)
  if (found.size > 0) return [...found.values()]
  if (/^\s*(<\?xml[^>]*>\s*)?<testsuite/.test(read(file)))
    throw new Failure(
      `${file} is a JUnit report, which has no room for what a replay needs: use the html, message or json report of the run`,
    )
  throw new Failure(
    `${file} has no failed step of \`kubedrill test\`: a report of a run that failed is needed (html, message or json)`,
  )
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Failure(
      `${file}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message}`,
    )
  }
}

/** In HTML the messages are JavaScript, not JSON: `<` is written `\x3C`. */
function valuesIn(text: string): readonly unknown[] {
  const whole = parsed(text)
  if (whole !== undefined) return [whole]
  const html = /CUCUMBER_MESSAGES\s*=\s*(\[.*?\])\s*;?\s*<\/script>/s.exec(text)?.[1]
  if (html !== undefined)
    return [parsed(html.replace(/\\(x|[^x])/g, (pair, escaped) => (escaped === 'x' ? '\\u00' : pair)))]
  return text.split('\n').map(parsed)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function collect(value: unknown, found: Map<string, FailureRecord>): void {
  if (isFailureRecord(value)) {
    const { feature, step } = value
    found.set(`${feature.uri}:${feature.line} ${step.index}`, value)
  } else if (typeof value === 'string') collectText(value, found)
  else if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) collect(each, found)
}

/** Attachments are texts, or base64 of them. */
function collectText(text: string, found: Map<string, FailureRecord>): void {
  for (const each of [text, /^[\w+/=\s]{64,}$/.test(text) ? Buffer.from(text, 'base64').toString() : '']) {
    if (!each.includes('kubedrill/failure')) continue
    const value = parsed(each)
    if (isFailureRecord(value)) collect(value, found)
  }
}
