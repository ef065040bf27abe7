import { relative } from 'node:path'
import type { Configured } from '../configuration.ts'
import { featureFindings, tagFindings } from './features.ts'
import { unusedFiles } from './files.ts'
import type { Finding } from './finding.ts'
import { manifestFindings } from './manifests.ts'
import { stepFindings, unusedSteps } from './steps.ts'
import { readSuite } from './suite.ts'

/**
 * All that is wrong with a suite without running it, in order of place.
 *
 * @param isWhole whether all of the suite is looked at: of a part nobody can say what it leaves unused
 * @throws {Failure} for steps that do not load, and where there is no feature
 */
export async function lintSuite({ run, library }: Configured, isWhole: boolean): Promise<readonly Finding[]> {
  const suite = await readSuite(run, library)
  const all = [
    ...suite.broken,
    ...stepFindings(suite),
    ...featureFindings(suite),
    ...tagFindings(suite),
    ...manifestFindings(suite),
    // A file that cannot be read may use everything.
    ...(isWhole && suite.broken.length === 0 ? [...unusedSteps(suite), ...unusedFiles(suite)] : []),
  ].map((finding) => ({ ...finding, file: relative(process.cwd(), finding.file) || finding.file }))
  const once = new Map(all.map((finding) => [`${finding.file}:${finding.line}:${finding.message}`, finding] as const))
  return [...once.values()].toSorted((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1))
}
