import { readFileSync } from 'node:fs'
import { AstBuilder, compile, GherkinClassicTokenMatcher, Parser } from '@cucumber/gherkin'
import { IdGenerator, type Pickle, type PickleStep, type PickleTable } from '@cucumber/messages'
import { bindStep } from '../gherkin/bind.ts'
import type { Table } from '../gherkin/step.ts'
import type { World } from '../gherkin/world.ts'
import { PackError } from './pack-error.ts'

/** One scenario, its steps bound to the vocabulary: ready to run on a World. */
export interface Scenario {
  readonly name: string
  /** `['@criterion:pods-run']` */
  readonly tags: readonly string[]
  /** `checks.feature:7` */
  readonly at: string
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
  const newId = IdGenerator.incrementing()
  const source = readFileSync(file, 'utf8')
  const document = parse(source, file, newId)
  const lines = stepLines(document)
  return compile(document, file, newId).map((pickle) => scenarioOf(pickle, file, lines))
}

function parse(source: string, file: string, newId: () => string) {
  try {
    return new Parser(new AstBuilder(newId), new GherkinClassicTokenMatcher()).parse(source)
  } catch (error) {
    const [first = ''] = (error as Error).message.split('\n').filter((line) => /^\(\d+:\d+\)/.test(line))
    const found = /^\((\d+):\d+\): (.*)$/.exec(first)
    throw new PackError(`${file}:${found?.[1] ?? 1}: ${found?.[2] ?? (error as Error).message}`)
  }
}

function stepLines(document: ReturnType<typeof parse>): ReadonlyMap<string, number> {
  const lines = new Map<string, number>()
  const children = document.feature?.children ?? []
  for (const { background, scenario } of [...children, ...children.flatMap(({ rule }) => rule?.children ?? [])])
    for (const { id, location } of (background ?? scenario)?.steps ?? []) lines.set(id, location.line)
  return lines
}

function scenarioOf(pickle: Pickle, file: string, lines: ReadonlyMap<string, number>): Scenario {
  const steps = pickle.steps.map((step) => boundStep(step, `${file}:${lines.get(step.astNodeIds[0]!) ?? 1}`))
  return {
    name: pickle.name,
    at: `${file}:${pickle.location?.line ?? 1}`,
    tags: pickle.tags.map((tag) => tag.name),
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

function boundStep({ text, argument }: PickleStep, at: string): { text: string; run: (world: World) => Promise<void> } {
  const matches = bindStep(text)
  const [match, another] = matches
  if (match === undefined) throw new PackError(`${at}: no step of the vocabulary says "${text}"`)
  if (another !== undefined)
    throw new PackError(
      `${at}: "${text}" may mean ${matches.map(({ definition }) => `"${definition.pattern}"`).join(' or ')}`,
    )
  const extra: unknown[] = argument?.docString
    ? [argument.docString.content]
    : argument?.dataTable
      ? [tableOf(argument.dataTable)]
      : []
  return {
    text,
    run: (world) => match.run(world, ...extra),
  }
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
