import type { GherkinDocument } from '@cucumber/messages'
import { parseAllDocuments } from 'yaml'
import { DURATION, parseDuration } from '../gherkin/durations.ts'
import { notSimulatedSteps } from '../gherkin/steps/not-simulated.ts'
import type { ScenarioStep } from './feature.ts'
import { LIMITS, START_AT } from './limits.ts'
import type { Findings, Place } from './pack-error.ts'
import { isDeep } from './yaml-file.ts'

/** Steps that need something a pack is not given, and what to write instead. */
const OUTSIDE: readonly (readonly [RegExp, string])[] = [
  [/^the manifests in "/, 'a pack reads no other files: write "these manifests are applied:"'],
  [/^kubectl "/, 'kubectl is for learners and scripts: write manifests, or "… is patched with:"'],
  [/^(an?|the) cluster (with|in|saved)\b|^a cluster$/, 'the cluster is what the topology says: leave this step out'],
  [
    /^the clock reads "/,
    `the cluster is there already, and began at ${new Date(START_AT).toISOString()}: leave this step out`,
  ],
]

/** Whether a feature, its outlines written out, is more than a pack may have: asked before anything is written out. */
export function excess(document: GherkinDocument): string | undefined {
  let scenarios = 0
  let steps = 0
  const children = document.feature?.children ?? []
  const before = backgroundSteps(document)
  for (const { scenario, rule } of children)
    for (const each of [scenario, ...(rule?.children ?? []).map((child) => child.scenario)]) {
      if (each === undefined) continue
      const rows = each.examples.reduce((sum, { tableBody }) => sum + tableBody.length, 0)
      const times = each.examples.length === 0 ? 1 : rows
      scenarios += times
      steps += times * (each.steps.length + before)
    }
  if (scenarios > LIMITS.scenarios)
    return `has ${scenarios} scenarios, outlines written out: at most ${LIMITS.scenarios}`
  if (steps > LIMITS.steps) return `has ${steps} steps, outlines written out: at most ${LIMITS.steps}`
  return undefined
}

function backgroundSteps(document: GherkinDocument): number {
  const children = document.feature?.children ?? []
  const all = [...children, ...children.flatMap(({ rule }) => rule?.children ?? [])]
  return all.reduce((sum, { background }) => sum + (background?.steps.length ?? 0), 0)
}

/** What a scenario of a pack may not do, or not for so long. */
export function unfit(steps: readonly ScenarioStep[], place: Place, findings: Findings): void {
  let total = 0
  for (const step of steps) {
    const instead = OUTSIDE.find(([pattern]) => pattern.test(step.text))?.[1]
    const skipped = notSimulatedSteps.find((definition) => definition === step.definition)
    if (skipped !== undefined)
      findings.error(step.place, `"${step.text.slice(0, 200)}" cannot be done here: ${skipped.says}`)
    if (instead !== undefined) findings.error(step.place, `"${step.text.slice(0, 200)}": ${instead}`)
    if (step.isYaml) yamlOf(step, findings)
    podsOf(step, findings)
    total += virtualMs(step.text)
    const date = /^time advances to "([^"]*)"$/.exec(step.text)?.[1]
    if (date !== undefined && Date.parse(date) > LATEST)
      findings.error(
        step.place,
        `"${date}" is too late: an exercise begins at ${new Date(START_AT).toISOString()} and lasts seven days at most`,
      )
  }
  if (total > LIMITS.virtualMs)
    findings.error(place, `the scenario may let ${Math.floor(total / 86_400_000)} days pass: at most seven`)
}

const ASKS_PODS = /\b(?:replicas|parallelism|completions)["']?\s*:\s*["']?([^\s,}"']+)|\b(\d+) replicas?\b/gi

function podsOf({ text, docString = '', place }: ScenarioStep, findings: Findings): void {
  for (const [, field, words] of `${text.slice(0, LIMITS.stepText)}\n${docString}`.matchAll(ASKS_PODS))
    if (Number(field ?? words) > LIMITS.pods) {
      findings.error(place, `asks for ${field ?? words} Pods: at most ${LIMITS.pods}`)
      return
    }
}

/** What stands in a doc string, as far as that can be said without a cluster. */
function yamlOf({ docString = '', place }: ScenarioStep, findings: Findings): void {
  if (isDeep(docString)) {
    findings.error(place, `its YAML is nested deeper than ${LIMITS.yamlDepth} levels`)
    return
  }
  for (const { errors } of parseAllDocuments(docString, { logLevel: 'silent' }))
    for (const { message, linePos } of errors.slice(0, 1)) {
      // The text begins below the step and its quotes.
      const line = (place.line ?? 0) + 1 + (linePos?.[0].line ?? 1)
      findings.error({ file: place.file, line }, `no YAML: ${message.split('\n')[0]!.replace(/ at line \d+.*/, '')}`)
    }
}

const LATEST = START_AT + LIMITS.virtualMs

/** How long a step may last, by the durations that its text names outside quotes. */
export function virtualMs(text: string): number {
  const bare = text.slice(0, LIMITS.stepText).replace(/"[^"]*"/g, '""')
  let total = 0
  for (const [duration] of bare.matchAll(new RegExp(DURATION, 'g')))
    try {
      total += parseDuration(duration)
    } catch {
      // Not a duration: its step says so when it is bound.
    }
  return total
}
