import { readFileSync } from 'node:fs'
import { argumentsIn } from '../../../gherkin/bind.ts'
import { nearestName } from '../../../gherkin/explain/slips.ts'
import { kindMistake, mistakesIn, momentsOf, remembered } from '../../../gherkin/lint/index.ts'
import type { ObjectRef } from '../../../gherkin/parameter-types.ts'
import { BEGINNING } from '../../../gherkin/world.ts'
import type { Finding } from './finding.ts'
import { columnIn } from './place.ts'
import { type BoundStep, isOurs, type Suite } from './suite.ts'

/** Steps that everybody understands and that ask for what cannot be: fields, states, kinds and moments that there are not. */
export function meaningFindings(suite: Suite): readonly Finding[] {
  const isDefined = kindsOf(suite)
  const known = suite.steps.filter(isOurs)
  return [
    ...known.flatMap(asked),
    ...known.flatMap((bound) => kinds(bound, isDefined)),
    ...scenariosOf(suite).flatMap(moments),
  ]
}

function asked({ file, step, pickleStep: { text, argument }, definitions }: BoundStep): readonly Finding[] {
  const rows = (argument?.dataTable?.rows ?? []).map(({ cells }) => cells.map(({ value }) => value))
  const { pattern } = definitions[0]!
  return mistakesIn({ pattern, text, rows }).map(({ start, row, cell, message, rule }): Finding => {
    const written = row === undefined ? undefined : step.dataTable?.rows[row]?.cells[cell ?? 0]
    if (written === undefined)
      return { file, line: step.location.line, column: columnIn(step, text, start), rule, message }
    const { line, column = 1 } = written.location
    return { file, line, column: column + start, rule, message }
  })
}

function kinds({ file, step, pickleStep: { text }, definitions }: BoundStep, isDefined: (kind: string) => boolean) {
  return argumentsIn(definitions[0]!.pattern, text).flatMap(({ type, value, start }): Finding[] => {
    const message = type === 'object' ? kindMistake((value as ObjectRef).kind, isDefined) : undefined
    const column = columnIn(step, text, start)
    return message === undefined ? [] : [{ file, line: step.location.line, column, rule: 'kind', message }]
  })
}

/** Whether a definition, or whatever else the suite has, names a kind. */
function kindsOf({ features, code, steps }: Suite): (kind: string) => boolean {
  const files = new Set(
    steps.filter(isOurs).flatMap(({ captured }) => captured.filter((each) => /\.(ya?ml|json)"$/.test(each))),
  )
  const read = (path: string) => {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return ''
    }
  }
  const texts = [...features, ...code].map(({ text }) => text)
  const all = [...texts, ...[...files].map((path) => read(path.slice(1, -1)))]
  return (kind) => all.some((text) => new RegExp(`\\bkind["']?\\s*[:=]\\s*["']?${kind}\\b`).test(text))
}

/** The steps of each scenario, in their order. */
function scenariosOf({ steps }: Suite): readonly (readonly BoundStep[])[] {
  const scenarios = new Map<BoundStep['pickle'], BoundStep[]>()
  for (const bound of steps) scenarios.set(bound.pickle, [...(scenarios.get(bound.pickle) ?? []), bound])
  return [...scenarios.values()]
}

/** Moments that no step before has remembered, in the steps of one scenario. */
function moments(steps: readonly BoundStep[]): readonly Finding[] {
  const known = new Set<string>()
  const read = steps.map((bound) => {
    const pattern = isOurs(bound) ? bound.definitions[0]!.pattern : ''
    const { text } = bound.pickleStep
    const args = isOurs(bound) ? argumentsIn(pattern, text) : []
    return { ...bound, name: remembered(pattern, args), since: momentsOf(pattern, args) }
  })
  const later = (name: string) => read.find((other) => other.name === name && !known.has(name))?.step.location.line
  const saysBeginning = read.some(({ name }) => name === BEGINNING)
  let isForeign = false
  return read.flatMap((bound): Finding[] => {
    const { file, step, pickleStep, name, since } = bound
    if (/^(Action|Outcome)$/.test(pickleStep.type ?? '') && !saysBeginning) known.add(BEGINNING)
    if (!isOurs(bound)) isForeign = true
    const found = since.filter((each) => !known.has(each.name))
    if (name !== undefined) known.add(name)
    return found.flatMap(({ name: moment, start }): Finding[] => {
      const meant = nearestName(moment, known)
      // Steps of somebody's own may remember what they like.
      if (isForeign && meant === undefined) return []
      const message = `no step before remembers the moment "${moment}"${advice(moment, meant, later(moment))}`
      const column = columnIn(step, pickleStep.text, start)
      return [{ file, line: step.location.line, column, rule: 'moment', message }]
    })
  })
}

function advice(moment: string, meant: string | undefined, later: number | undefined): string {
  if (later !== undefined) return `: line ${later} does, after it`
  if (meant !== undefined) return `; did you mean "${meant}"?`
  if (moment === BEGINNING) return ': it is the moment when the last Given is over'
  return `: write one that says \`this moment is remembered as "${moment}"\``
}
