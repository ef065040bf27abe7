import { AstBuilder, compile, Errors, GherkinClassicTokenMatcher, Parser } from '@cucumber/gherkin'
import { type GherkinDocument, IdGenerator, type Pickle, type PickleStep, type PickleTable } from '@cucumber/messages'
import { bindStep } from '../gherkin/bind.ts'
import { nearestStep } from '../gherkin/documentation.ts'
import type { StepDefinition, Table } from '../gherkin/step.ts'
import type { World } from '../gherkin/world.ts'
import { excess, unfit } from './feature-limits.ts'
import { LIMITS } from './limits.ts'
import { Findings, type Place } from './pack-error.ts'
import { readText } from './pack-file.ts'

/** One step of a scenario, as its author wrote it. */
export interface ScenarioStep {
  readonly text: string
  readonly place: Place
  /** What `Given`, `When`, `Then` (and an `And` after one of them) make of it. */
  readonly type: 'Context' | 'Action' | 'Outcome' | undefined
  /** Its doc string, and the cells of its table. */
  readonly docString?: string
  readonly cells?: readonly string[]
  /** The cells row by row. */
  readonly rows?: readonly (readonly string[])[]
  /** Whether its doc string is YAML. */
  readonly isYaml: boolean
  /** Undefined when nobody knows the step. */
  readonly definition?: StepDefinition
  run(world: World): Promise<void>
}

/** One scenario, its steps bound to the vocabulary: ready to run on a World. */
export interface Scenario {
  readonly name: string
  /** `['@criterion:pods-run']` */
  readonly tags: readonly string[]
  readonly place: Place
  readonly steps: readonly ScenarioStep[]
  run(world: World): Promise<void>
}

/** A step that failed: its text, and why. */
export class StepFailure extends Error {
  readonly step: string
  constructor(step: string, cause: Error) {
    super(cause.message, { cause })
    this.step = step
  }
}

/**
 * Reads a feature and binds its steps, without a test runner: what sets an exercise up and grades it.
 *
 * @throws {PackError} for Gherkin that does not parse, and for a step that is unknown or ambiguous
 */
export function loadFeature(file: string): readonly Scenario[] {
  const findings = new Findings()
  const scenarios = readFeature(file, findings)
  findings.refuse()
  return scenarios
}

/** Reads a feature; the findings say what is wrong with it. */
export function readFeature(file: string, findings: Findings): readonly Scenario[] {
  const source = readText(file, findings)
  if (source === undefined) return []
  const newId = IdGenerator.incrementing()
  const document = parse(source, file, newId, findings)
  if (document === undefined) return []
  const tooMuch = excess(document)
  if (tooMuch !== undefined) {
    findings.error({ file, line: 1, column: 1 }, tooMuch)
    return []
  }
  const places = placesIn(document, file)
  const scenarios = compile(document, file, newId).map((pickle) => scenarioOf(pickle, file, places, findings))
  if (scenarios.length === 0) findings.error({ file, line: 1, column: 1 }, 'has no scenario with steps')
  return scenarios
}

function parse(source: string, file: string, newId: () => string, findings: Findings): GherkinDocument | undefined {
  try {
    return new Parser(new AstBuilder(newId), new GherkinClassicTokenMatcher()).parse(source)
  } catch (error) {
    const all = error instanceof Errors.CompositeParserException ? error.errors : [error as Error]
    for (const each of all) {
      const found = /^\((\d+):(\d+)\): (.*)$/s.exec(each.message)
      const place = { file, line: Number(found?.[1] ?? 1), column: Math.max(1, Number(found?.[2] ?? 1)) }
      findings.error(place, (found?.[3] ?? each.message).split('\n')[0]!)
    }
    return undefined
  }
}

function placesIn(document: GherkinDocument, file: string): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>()
  const children = document.feature?.children ?? []
  for (const { background, scenario } of [...children, ...children.flatMap(({ rule }) => rule?.children ?? [])])
    for (const { id, location, keyword } of (background ?? scenario)?.steps ?? [])
      places.set(id, { file, line: location.line, column: (location.column ?? 1) + keyword.length })
  return places
}

function scenarioOf(pickle: Pickle, file: string, places: ReadonlyMap<string, Place>, findings: Findings): Scenario {
  const place = { file, line: pickle.location?.line ?? 1, column: pickle.location?.column ?? 1 }
  const steps = pickle.steps.map((step) => boundStep(step, places.get(step.astNodeIds[0]!) ?? place, findings))
  unfit(steps, place, findings)
  return {
    name: pickle.name,
    place,
    tags: pickle.tags.map((tag) => tag.name),
    steps,
    async run(world) {
      for (const { text, run } of steps) {
        try {
          await run(world)
        } catch (error) {
          throw new StepFailure(text, error as Error)
        }
      }
    },
  }
}

function boundStep({ text, argument, type }: PickleStep, place: Place, findings: Findings): ScenarioStep {
  const matches = matchesOf(text, place, findings)
  const table = argument?.dataTable
  const docString = argument?.docString?.content
  const extra: unknown[] = docString !== undefined ? [docString] : table ? [tableOf(table)] : []
  const rows = table?.rows.map((row) => row.cells.map(({ value }) => value))
  return {
    text,
    place,
    type: type === 'Unknown' ? undefined : type,
    ...(docString === undefined ? {} : { docString }),
    ...(rows === undefined ? {} : { rows, cells: rows.flat() }),
    isYaml: matches[0]?.definition.example?.includes('"""yaml') === true,
    ...(matches[0] === undefined ? {} : { definition: matches[0].definition }),
    run: async (world) => matches[0]?.run(world, ...extra),
  }
}

function matchesOf(text: string, place: Place, findings: Findings) {
  let matches: ReturnType<typeof bindStep> = []
  try {
    // A text that long is none of ours, and not worth matching.
    if (text.length <= LIMITS.stepText) matches = bindStep(text)
    if (matches.length === 0) findings.error(place, unknown(text))
  } catch (error) {
    findings.error(place, `"${text}": ${(error as Error).message}`)
  }
  if (matches.length > 1)
    findings.error(
      place,
      `"${text}" may mean ${matches.map(({ definition }) => `"${definition.pattern}"`).join(' or ')}`,
    )
  return matches
}

function unknown(text: string): string {
  const near = nearestStep(text.slice(0, LIMITS.stepText))
  const like = near === undefined ? '' : `; did you mean: ${near.example.split('\n')[0]}`
  return `no step of the vocabulary says "${text.slice(0, 200)}"${like} (kubedrill steps WORDS finds steps)`
}

function tableOf(table: PickleTable): Table {
  const rows = table.rows.map((row) => row.cells.map((cell) => cell.value))
  const [header = [], ...body] = rows
  return {
    raw: () => rows,
    hashes: () => body.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? '']))),
    rowsHash: () => Object.fromEntries(rows.map(([key = '', value = '']) => [key, value])),
  }
}
