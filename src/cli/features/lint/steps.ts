import type { Finding } from './finding.ts'
import { nearestPattern } from './nearest.ts'
import { columnIn } from './place.ts'
import type { Suite } from './suite.ts'

/** Steps that nobody knows, and those that may mean several things. */
export function stepFindings({ steps, definitions }: Suite): readonly Finding[] {
  const patterns = definitions.map(({ pattern }) => pattern)
  return steps.flatMap(({ file, step, pickleStep: { text }, definitions: meant }): Finding[] => {
    if (meant.length === 1) return []
    const { line } = step.location
    const column = columnIn(step, text)
    if (meant.length > 1) {
      const each = meant.map(
        ({ pattern, place }) => `"${pattern}" (${place ? `${place.file}:${place.line}` : 'kubedrill'})`,
      )
      return [{ file, line, column, rule: 'ambiguous-step', message: `ambiguous step "${text}": ${each.join(' or ')}` }]
    }
    return [
      { file, line, column, rule: 'undefined-step', message: `undefined step "${text}"${advice(text, patterns)}` },
    ]
  })
}

function advice(text: string, patterns: readonly string[]): string {
  const nearest = nearestPattern(text, patterns)
  if (nearest === undefined) return '; "kubedrill steps" lists those there are'
  return `; the nearest is "${nearest.pattern}"${nearest.wants.length === 1 ? `, where ${nearest.wants[0]}` : ''}`
}

/** Steps of the user's own that no scenario uses. */
export function unusedSteps({ steps, definitions }: Suite): readonly Finding[] {
  const used = new Set(steps.flatMap(({ definitions: meant }) => meant.map(({ id }) => id)))
  return definitions.flatMap(({ id, pattern, place }): Finding[] =>
    place === undefined || used.has(id)
      ? []
      : [{ ...place, rule: 'unused-step', message: `no scenario uses the step "${pattern}"` }],
  )
}
