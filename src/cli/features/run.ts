import { Writable } from 'node:stream'
import { type IRunConfiguration, type ISupportCodeLibrary, runCucumber } from '@cucumber/cucumber/api'
import type { Envelope } from '@cucumber/messages'
import { Failure } from '../failure.ts'
import { cannotRun } from './broken-steps.ts'
import type { Configured } from './configuration.ts'
import { Reporter } from './reporter.ts'
import { passSignalsOn } from './workers.ts'

/** How a run ended. */
export interface Outcome {
  readonly exitCode: 0 | 1 | 2
  readonly support: ISupportCodeLibrary
}

/**
 * Runs features. Exit code 1 when a scenario failed, 2 when a feature cannot be read or has steps nobody knows.
 *
 * @throws {Failure} where there is nothing to run, or not as it was asked for: a mistyped tag has passed nothing
 */
export async function run({ run: configuration, formatted }: Configured): Promise<Outcome> {
  const reporter = formatted ? undefined : new Reporter()
  let unusable = false
  let found = false
  const watch = (envelope: Envelope) => {
    const { testStepFinished, parseError, testCase } = envelope
    found ||= testCase !== undefined
    const status = testStepFinished?.testStepResult.status
    if (parseError !== undefined || status === 'UNDEFINED' || status === 'AMBIGUOUS') unusable = true
    reporter?.tell(envelope)
  }
  const signals = configuration.runtime.parallel > 0 ? passSignalsOn() : undefined
  const { success, support } = await attempt(configuration, formatted, watch).catch((error: Error) => {
    // Of a run that was cut short cucumber cannot make reports.
    const code = signals?.interrupted()
    if (code !== undefined) process.exit(code)
    throw error
  })
  signals?.stop()
  if (!found && !unusable) throw new Failure(`no scenario ${whichOf(configuration.sources)}`)
  reporter?.summary()
  const interrupted = signals?.interrupted()
  if (interrupted !== undefined) process.exit(interrupted)
  // A dry run says nothing of undefined steps by itself.
  return { exitCode: unusable ? 2 : success ? 0 : 1, support }
}

async function attempt(configuration: IRunConfiguration, formatted: boolean, watch: (envelope: Envelope) => void) {
  try {
    // cucumber-js always formats for somebody.
    const stdout = formatted ? process.stdout : new Writable({ write: (_chunk, _encoding, done) => done() })
    return await runCucumber(configuration, { stdout }, watch)
  } catch (error) {
    throw cannotRun(error as Error, configuration)
  }
}

/** What was asked for, in words. */
function whichOf({ paths, names, tagExpression }: IRunConfiguration['sources']): string {
  const called = names.length > 0 ? ` that is called ${names.map((name) => `"${name}"`).join(' or ')}` : ''
  const tagged = tagExpression ? ` with tags ${tagExpression}` : ''
  return `${called}${tagged} is found at ${paths.join(', ')}`.trimStart()
}
