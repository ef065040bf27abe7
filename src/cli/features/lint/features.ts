import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Scenario, Tag } from '@cucumber/messages'
import { parse } from 'yaml'
import type { Finding } from './finding.ts'
import { editDistance } from './nearest.ts'
import { type Suite, scenariosOf } from './suite.ts'

/** What of features is never run, or cannot be told apart. */
export function featureFindings({ features }: Suite): readonly Finding[] {
  const named = new Map<string, string>()
  return features.flatMap(({ file, feature }) => {
    const scenarios = scenariosOf(feature)
    if (scenarios.length === 0)
      return [{ file, line: feature?.location.line ?? 1, rule: 'empty', message: 'has no scenario' }]
    const twin = named.get(feature!.name)
    named.set(feature!.name, file)
    const { line } = feature!.location
    const same: Finding[] =
      twin === undefined
        ? []
        : [{ file, line, rule: 'duplicate-name', message: `the feature "${feature!.name}" is in ${twin} too` }]
    return [...same, ...duplicates(file, scenarios), ...scenarios.flatMap((scenario) => emptiness(file, scenario))]
  })
}

function duplicates(file: string, scenarios: readonly Scenario[]): readonly Finding[] {
  const first = new Map<string, number>()
  return scenarios.flatMap(({ name, location: { line } }): Finding[] => {
    const before = first.get(name)
    if (before === undefined) first.set(name, line)
    return before === undefined
      ? []
      : [{ file, line, rule: 'duplicate-name', message: `the scenario "${name}" is at line ${before} too` }]
  })
}

function emptiness(file: string, { name, steps, examples, keyword, location: { line } }: Scenario): readonly Finding[] {
  if (steps.length === 0) return [{ file, line, rule: 'empty', message: `the scenario "${name}" has no steps` }]
  const isOutline = examples.length > 0 || /outline|template/i.test(keyword)
  if (isOutline && examples.every(({ tableBody }) => tableBody.length === 0))
    return [{ file, line, rule: 'empty', message: `"${name}" has no examples: it is never run` }]
  const columns = new Set(examples.flatMap(({ tableHeader }) => tableHeader?.cells.map(({ value }) => value) ?? []))
  if (!isOutline) return []
  return steps.flatMap((step): Finding[] =>
    [...step.text.matchAll(/<([^<>]+)>/g)].flatMap(([, column]) =>
      columns.has(column!)
        ? []
        : [
            {
              file,
              line: step.location.line,
              rule: 'empty',
              message: `no column of the examples is called "${column}"`,
            },
          ],
    ),
  )
}

/** A tag that is used so much less than one so much like it is a slip. */
const LEAST_USES = 3

/** Tags that name no claim, are no number of tries, or are nearly another tag. */
export function tagFindings(suite: Suite): readonly Finding[] {
  const claims = claimsOf(suite)
  const all = suite.features.flatMap(({ file, feature }) => {
    const scenarios = scenariosOf(feature)
    const tagged = [
      feature?.tags,
      ...scenarios.flatMap(({ tags, examples }) => [tags, ...examples.map((each) => each.tags)]),
    ]
    return tagged.flatMap((tags: readonly Tag[] = []) =>
      tags.map(({ name, location }) => ({ file, name, line: location.line })),
    )
  })
  const uses = new Map<string, number>()
  for (const { name } of all) uses.set(name, (uses.get(name) ?? 0) + 1)
  return all.flatMap(({ file, line, name }): Finding[] => {
    const message = tagProblem(name, claims, uses)
    return message === undefined ? [] : [{ file, line, rule: 'tag', message }]
  })
}

function tagProblem(
  name: string,
  claims: ReadonlySet<string> | undefined,
  uses: ReadonlyMap<string, number>,
): string | undefined {
  const claim = /^@claim:(.*)$/.exec(name)?.[1]
  if (claim !== undefined) {
    if (claims === undefined || claims.has(claim)) return undefined
    return `there is no claim "${claim}"${meant(claim, [...claims])}`
  }
  if (/^@explore(:\d+)?$/.test(name)) return undefined
  if (/^@explore\b/.test(name)) return `${name}: write @explore, or how many schedules: @explore:50`
  if (uses.get(name)! > 1) return undefined
  const others = [...uses].filter(([other, times]) => other !== name && times >= LEAST_USES && !/^@claim:/.test(other))
  const known = [...others.map(([other]) => other), '@explore']
  const slip = known.find((other) => isSlip(name, other))
  return slip === undefined ? undefined : `${name} is used only here: is ${slip} meant?`
}

/** One letter for five; numbers that differ are no slips. */
function isSlip(name: string, other: string): boolean {
  if (name.replace(/\d+/g, '') === other.replace(/\d+/g, '')) return name.toLowerCase() === other.toLowerCase()
  const distance = editDistance(name.toLowerCase(), other.toLowerCase())
  return distance <= Math.floor((name.length - 1) / 5)
}

function meant(text: string, known: readonly string[]): string {
  const near = known.toSorted((a, b) => editDistance(text, a) - editDistance(text, b))[0]
  return near !== undefined && editDistance(text, near) <= 2 ? `: is ${near} meant?` : ''
}

/** Ids of claims.yaml, in a directory of the features or above them. */
function claimsOf({ features }: Suite): ReadonlySet<string> | undefined {
  const directories = new Set(features.flatMap(({ file }) => above(dirname(file))))
  const file = [...directories].map((directory) => join(directory, 'claims.yaml')).find((path) => existsSync(path))
  if (file === undefined) return undefined
  const claims = parse(readFileSync(file, 'utf8')) as unknown
  return typeof claims === 'object' && claims !== null ? new Set(Object.keys(claims)) : undefined
}

function above(directory: string): readonly string[] {
  const parent = dirname(directory)
  return parent === directory ? [directory] : [directory, ...above(parent)]
}
