import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Statechart, statecharts } from '../../cluster/statecharts.ts'
import { dot } from '../../sim/dot.ts'
import { mermaid } from '../../sim/machines.ts'
import { Failure } from '../failure.ts'
import { columns, say, sayJson } from '../terminal.ts'

/** Ending of the file that holds a drawing. */
const ENDINGS = { mermaid: 'mmd', svg: 'svg' } as const
export type DrawingFormat = keyof typeof ENDINGS

export interface MachinesOptions {
  readonly json?: boolean
  readonly format?: DrawingFormat
  readonly output?: string
}

/** `kubedrill machines [NAME]`: lists the statecharts, or draws one; with --output draws all (or one) into files. */
export async function machines(name: string | undefined, options: MachinesOptions): Promise<void> {
  const { json, format = 'mermaid', output } = options
  const chosen = name === undefined ? statecharts : [named(name)]
  if (output !== undefined) return drawInto(output, chosen, format)
  if (name === undefined) return options.format === undefined ? list(json) : drawAll(format)
  const drawing = await draw(chosen[0]!, format)
  if (json) sayJson({ ...row(chosen[0]!), [format]: drawing })
  else say(drawing.trimEnd())
}

function named(name: string): Statechart {
  const found = statecharts.find(({ machine }) => machine.id === name)
  if (found !== undefined) return found
  throw new Failure(`there is no statechart "${name}": ${statecharts.map(({ machine }) => machine.id).join(', ')}`)
}

function row({ component, describes, machine }: Statechart) {
  return { name: machine.id, component, describes, states: Object.keys(machine.states) }
}

function list(json: boolean | undefined): void {
  const rows = statecharts.map(row)
  if (json) sayJson(rows)
  else
    say(
      columns([
        ['NAME', 'COMPONENT', 'DESCRIBES'],
        ...rows.map((chart) => [chart.name, chart.component, chart.describes]),
      ]),
    )
}

function drawAll(format: DrawingFormat): never {
  throw new Failure(`--format ${format} draws one statechart: name it, or give --output DIRECTORY for all of them`)
}

async function draw({ machine }: Statechart, format: DrawingFormat): Promise<string> {
  if (format === 'mermaid') return mermaid(machine)
  const { instance } = await import('@viz-js/viz')
  return (await instance()).renderString(dot(machine), { format: 'svg' })
}

async function drawInto(directory: string, charts: readonly Statechart[], format: DrawingFormat): Promise<void> {
  try {
    mkdirSync(directory, { recursive: true })
    for (const chart of charts) {
      const file = join(directory, `${chart.machine.id}.${ENDINGS[format]}`)
      writeFileSync(file, await draw(chart, format))
      say(file)
    }
  } catch (error) {
    throw new Failure(`--output ${directory}: ${(error as Error).message}`)
  }
}
