import { parseAllDocuments } from 'yaml'
import { structureProblems, unknownFields } from '../../cluster/index.ts'
import { kindOfPart, mistakesIn } from '../../gherkin/lint/index.ts'
import type { ScenarioStep } from '../feature.ts'
import type { Findings } from '../pack-error.ts'
import type { Read } from './read.ts'

/** Steps that ask for what no object has, or is ever in: a check of it fails whoever solved the task, or passes whatever was done. */
export function meanings({ setup, checks }: Read, findings: Findings): void {
  for (const step of [...setup, ...checks].flatMap(({ steps }) => steps)) {
    const { text, place, rows = [] } = step
    const pattern = patternOf(step)
    for (const { start, row, message } of mistakesIn({ pattern, text, rows })) {
      const column = (place.column ?? 1) + (row === undefined ? start : 0)
      findings.warning({ ...place, column }, message)
    }
    for (const message of shapeProblems(pattern, step)) findings.warning(place, message)
  }
}

/** Empty where nobody knows the step. */
export const patternOf = ({ definition }: ScenarioStep) => String(definition?.pattern ?? '')

/** Fields of manifests, and of parts of objects, that the kind has not. */
function shapeProblems(pattern: string, { text, docString = '' }: ScenarioStep): readonly string[] {
  const kind = kindOfPart(pattern, text)
  if (kind === undefined && pattern !== 'these manifests are applied:') return []
  return documentsIn(docString).flatMap((document) => {
    const isManifest = typeof document.apiVersion === 'string' && typeof document.kind === 'string'
    if (kind === undefined) return isManifest ? structureProblems(document).map(({ message }) => message) : []
    // Directives of strategic merge patches are no fields.
    return unknownFields(kind, document)
      .filter(({ path }) => !/(^|\.)\$/.test(path))
      .map(({ message }) => `${message} of ${kind}`)
  })
}

type Manifest = Parameters<typeof structureProblems>[0]

function documentsIn(yaml: string): readonly Manifest[] {
  try {
    const all = parseAllDocuments(yaml).map((document) => document.toJS({ maxAliasCount: 50 }) as unknown)
    return all.filter((each): each is Manifest => typeof each === 'object' && each !== null && !Array.isArray(each))
  } catch {
    // Not YAML: that has been said.
    return []
  }
}
