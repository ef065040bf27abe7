import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { loadConfiguration, runCucumber } from '@cucumber/cucumber/api'
import type { Envelope } from '@cucumber/messages'
import { Failure } from '../failure.ts'
import { PACKAGE_ROOT } from '../package-root.ts'
import { say } from '../terminal.ts'
import { recordTransitions } from '../transition-report.ts'
import { shareModules } from '../user-modules.ts'

export interface TestOptions {
  readonly tags?: string
  readonly name?: string
  readonly format?: string
  readonly import?: readonly string[]
  readonly dryRun?: boolean
  readonly transitions?: boolean
}

/**
 * `kubedrill test [FILES]`: runs features against simulated clusters with the whole vocabulary. Exit code 1 when a
 * scenario failed, 2 when a feature cannot be read or has steps nobody knows.
 */
export async function test(files: readonly string[], options: TestOptions): Promise<void> {
  const named = [...files.map((file) => file.replace(/:\d+(:\d+)*$/, '')), ...(options.import ?? [])]
  const missing = named.find((file) => !/[*?{]/.test(file) && !existsSync(file))
  if (missing !== undefined) throw new Failure(`${missing}: there is no such file or directory`)
  shareModules()
  const { runConfiguration } = await loadConfiguration({ provided: configuration(files, options), file: false })
  let unusable = false
  let found = false
  const isFiltered = options.tags !== undefined || options.name !== undefined
  const watch = ({ testStepFinished, parseError, source, pickle }: Envelope) => {
    // A misspelt `Scenaro:` is a description to Gherkin: files without a scenario have passed nothing.
    found ||= pickle !== undefined || (isFiltered && source !== undefined)
    const status = testStepFinished?.testStepResult.status
    if (parseError !== undefined || status === 'UNDEFINED' || status === 'AMBIGUOUS') unusable = true
  }
  const report = options.transitions ? recordTransitions() : undefined
  try {
    const { success } = await runCucumber(runConfiguration, undefined, watch)
    if (report !== undefined) say(`\n${report().text}`)
    // A dry run says nothing of undefined steps by itself.
    if (unusable) process.exitCode = 2
    else if (!success) process.exitCode = 1
    if (!found && !unusable) throw new Error(`no scenario is found at ${runConfiguration.sources.paths.join(', ')}`)
  } catch (error) {
    // cucumber wraps what went wrong (a tag expression, a file of steps) in what it was about to do.
    const { message, cause } = error as Error
    throw new Failure((cause instanceof Error ? cause.message : message).trim())
  }
}

function configuration(files: readonly string[], { tags, name, format, import: own = [], dryRun }: TestOptions) {
  const library = relative(process.cwd(), join(PACKAGE_ROOT, 'dist', 'gherkin', 'index.js'))
  return {
    paths: files.length > 0 ? [...files] : ['features/**/*.feature'],
    import: [library, ...own],
    format: format === undefined ? ['summary'] : [format],
    strict: true,
    ...(tags === undefined ? {} : { tags }),
    ...(name === undefined ? {} : { name: [name] }),
    ...(dryRun ? { dryRun } : {}),
  }
}
