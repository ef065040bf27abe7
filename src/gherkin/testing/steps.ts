import { AstBuilder, compile, GherkinClassicTokenMatcher, Parser } from '@cucumber/gherkin'
import { IdGenerator } from '@cucumber/messages'
import { bindStep } from '../bind.ts'
import type { Table } from '../step.ts'
import type { World } from '../world.ts'

/** Runs lines of a feature, tables and doc strings included, on a World. @returns `passed`, or the first line of why not */
export async function run(world: World, lines: string): Promise<string> {
  return (await outcome(world, lines)).split('\n\n')[0]!
}

/** The same with all that is said of a failure. */
export async function outcome(world: World, lines: string): Promise<string> {
  const newId = IdGenerator.incrementing()
  const text = `Feature: f\nScenario: s\n${lines}`
  const document = new Parser(new AstBuilder(newId), new GherkinClassicTokenMatcher()).parse(text)
  for (const { text, argument } of compile(document, 'f', newId)[0]!.steps) {
    const bound = bindStep(text)
    if (bound.length !== 1) return `"${text}" is ${bound.length} steps`
    const rows = argument?.dataTable?.rows.map(({ cells }) => cells.map(({ value }) => value))
    const extra = argument?.docString?.content ?? (rows && tableOf(rows))
    try {
      await bound[0]!.run(world, ...(extra === undefined ? [] : [extra]))
    } catch (error) {
      return (error as Error).message
    }
  }
  return 'passed'
}

function tableOf(rows: string[][]): Table {
  const [header = [], ...body] = rows
  return {
    raw: () => rows,
    hashes: () => body.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? '']))),
    rowsHash: () => Object.fromEntries(rows.map(([key = '', value = '']) => [key, value])),
  }
}
