import { styleText } from 'node:util'

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Colours only where a person looks, and not where NO_COLOR asks for none. */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  const coloured = stream.isTTY && process.env.NO_COLOR === undefined && process.env.TERM !== 'dumb'
  return coloured ? styleText(style, text) : text
}

export function say(text = ''): void {
  process.stdout.write(`${text}\n`)
}

/** Words beside the result: progress and advice go to stderr, so that stdout can be piped. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}

export function sayJson(value: unknown): void {
  say(JSON.stringify(value, null, 2))
}

/** Columns as wide as their widest cell, as kubectl lays them out. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('   ')
        .trimEnd(),
    )
    .join('\n')
}
