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

const GAP = '   '
const NARROWEST = 12

export const cut = (text: string, width: number) => (text.length > width ? `${text.slice(0, width - 1)}…` : text)

/**
 * Columns as wide as their widest cell, as kubectl lays them out.
 *
 * @param flexible the column that is cut where the terminal is too narrow
 */
export function columns(rows: readonly (readonly string[])[], flexible?: number): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  if (flexible !== undefined && process.stdout.isTTY) {
    const over = widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length) - (process.stdout.columns || 80)
    widths[flexible] = Math.max(NARROWEST, widths[flexible]! - Math.max(0, over))
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) => cut(cell, widths[column]!).padEnd(widths[column]!))
        .join(GAP)
        .trimEnd(),
    )
    .join('\n')
}
