import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Statechart, statecharts } from '../../cluster/statecharts.ts'
import { makeDirectory } from '../../server/directory.ts'
import { dot } from '../../sim/dot.ts'
import { mermaid } from '../../sim/machines.ts'
import { loadExtensions } from '../extension-file.ts'
import { Failure } from '../failure.ts'
import { columns, say, sayJson } from '../terminal.ts'

/** Ending of the file that holds a drawing. */
const ENDINGS = { mermaid: 'mmd', svg: 'svg' } as const
export type DrawingFormat = keyof typeof ENDINGS

export interface MachinesOptions {
  readonly json?: boolean
  readonly format?: DrawingFormat
  readonly output?: string
  readonly extension?: readonly string[]
}

/** `kubedrill machines [NAME]`: lists the statecharts, or draws one; with --output draws all (or one) into files. */
export async function machines(name: string | undefined, options: MachinesOptions): Promise<void> {
  const { json, format = 'mermaid', output } = options
  const extensions = await loadExtensions(options.extension ?? [])
  const all = [...statecharts, ...extensions.flatMap((extension) => extension.statecharts ?? [])]
  const chosen = name === undefined ? all : [named(all, name)]
  if (output !== undefined) return drawInto(output, chosen, format)
  if (name === undefined) return options.format === undefined ? list(all, json) : drawAll(format)
  const drawing = await draw(chosen[0]!, format)
  if (json) sayJson({ ...row(chosen[0]!), [format]: drawing })
  else say(drawing.trimEnd())
}

function named(all: readonly Statechart[], name: string): Statechart {
  const found = all.find(({ machine }) => machine.id === name)
  if (found !== undefined) return found
  throw new Failure(`there is no statechart "${name}": ${all.map(({ machine }) => machine.id).join(', ')}`)
}

function row({ component, describes, machine }: Statechart) {
  return { name: machine.id, component, describes, states: Object.keys(machine.states) }
}

function list(all: readonly Statechart[], json: boolean | undefined): void {
  const rows = all.map(row)
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
    makeDirectory(directory)
    for (const chart of charts) {
      const file = join(directory, `${chart.machine.id}.${ENDINGS[format]}`)
      writeFileSync(file, await draw(chart, format))
      say(file)
    }
  } catch (error) {
    throw new Failure(`--output ${directory}: ${(error as Error).message}`)
  }
}
