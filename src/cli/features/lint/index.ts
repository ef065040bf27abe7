import { relative } from 'node:path'
import type { Configured } from '../configuration.ts'
import { featureFindings, tagFindings } from './features.ts'
import { unusedFiles } from './files.ts'
import { type Finding, placeText } from './finding.ts'
import { manifestFindings } from './manifests.ts'
import { meaningFindings } from './meanings.ts'
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
    ...meaningFindings(suite),
    ...manifestFindings(suite),
    // A file that cannot be read may use everything.
    ...(isWhole && suite.broken.length === 0 ? [...unusedSteps(suite), ...unusedFiles(suite)] : []),
  ].map((finding) => ({ ...finding, file: relative(process.cwd(), finding.file) || finding.file }))
  const once = new Map(all.map((finding) => [`${placeText(finding)}:${finding.message}`, finding] as const))
  return [...once.values()].toSorted(byPlace)
}

function byPlace(a: Finding, b: Finding): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.line - b.line || (a.column ?? 1) - (b.column ?? 1)
}
