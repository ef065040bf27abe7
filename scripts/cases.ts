/**
 * `npm run cases -- FILE...`: replays recorded calls of Kubernetes' own functions and prints how many of ours agree.
 *
 * A file holds one JSON call a line: scheduler plugin calls (`{package, plugin, ext, ...}`) or validation calls
 * (`{func, args, errors}`). Exit code 0 when everything ran, 2 when a line cannot be read.
 */
import { readFileSync } from 'node:fs'
import { report } from './cases/report.ts'
import { isSchedulerCall, replayScheduler, type SchedulerCall } from './cases/scheduler.ts'
import { replay, type ValidationCall } from './cases/validation.ts'
import type { Verdict } from './cases/verdict.ts'

class BadInput extends Error {}

function isValidationCall(line: unknown): line is ValidationCall {
  const call = line as Partial<ValidationCall> | null
  if (typeof call !== 'object' || call === null || typeof call.func !== 'string') return false
  return Array.isArray(call.args) && Array.isArray(call.errors)
}

function verdictsOf(file: string): readonly Verdict[] {
  const scheduler: SchedulerCall[] = []
  const validation: ValidationCall[] = []
  for (const { call, line } of readCalls(file)) {
    if (isSchedulerCall(call)) scheduler.push(call)
    else if (isValidationCall(call)) validation.push(call)
    else {
      const shapes =
        'a scheduler call (package, plugin, ext, case, code, args, pod, ...) nor a validation call (func, args, errors)'
      throw new BadInput(`${file}:${line}: neither ${shapes}`)
    }
  }
  return [...replayScheduler(scheduler), ...replayAll(validation)]
}

function replayAll(calls: readonly ValidationCall[]): readonly Verdict[] {
  return calls.map((call) => ({ group: call.func, name: call.case ?? '', expected: call.errors, ...replay(call) }))
}

function readCalls(file: string): { readonly call: unknown; readonly line: number }[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new BadInput(`${file}: ${(error as Error).message}`)
  }
  return text.split('\n').flatMap((source, index) => {
    if (source.trim() === '') return []
    try {
      return [{ call: JSON.parse(source) as unknown, line: index + 1 }]
    } catch (error) {
      throw new BadInput(`${file}:${index + 1}: ${(error as Error).message}`)
    }
  })
}

function main(files: readonly string[]): number {
  if (files.length === 0) {
    console.error('usage: npm run cases -- FILE...')
    return 2
  }
  try {
    report(files.flatMap(verdictsOf), 'calls')
    return 0
  } catch (error) {
    if (!(error instanceof BadInput)) throw error
    console.error(error.message)
    return 2
  }
}

process.exitCode = main(process.argv.slice(2))
