import { configure } from '../features/configuration.ts'
import { placeText } from '../features/lint/finding.ts'
import { lintSuite } from '../features/lint/index.ts'
import type { TestOptions } from '../features/options.ts'
import { paint, say, sayJson } from '../terminal.ts'
import { shareModules } from '../user-modules.ts'

/** `kubedrill test --lint [FILES]`: what is wrong with features, without running them. Exit code 1 when there is something. */
export async function lintFeatures(files: readonly string[], options: TestOptions): Promise<void> {
  shareModules()
  const findings = await lintSuite(await configure(files, options), files.length === 0)
  if (options.json) sayJson(findings)
  else {
    for (const finding of findings)
      say(`${paint('bold', placeText(finding))}: ${finding.message.replaceAll('\n', ' ')}`)
    say(findings.length === 0 ? 'nothing is wrong' : `\n${findings.length} problem${findings.length === 1 ? '' : 's'}`)
  }
  if (findings.length > 0) process.exitCode = 1
}
