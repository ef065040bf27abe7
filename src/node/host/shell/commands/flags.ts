/** A command line taken apart: `-q`, `-O file`, `--timeout=5`, and what is neither. */
export interface ParsedFlags {
  readonly flags: ReadonlyMap<string, string>
  /** Every value of a flag given more than once. */
  all(name: string): readonly string[]
  readonly rest: readonly string[]
  /** A flag nobody declared, as written. */
  readonly unknown: string | undefined
}

/**
 * @param known flag (with its dashes) -> its name; a name ending in `=` takes a value: `{'-O': 'output=', '-q': 'quiet'}`
 */
export function parseFlags(args: readonly string[], known: Readonly<Record<string, string>>): ParsedFlags {
  const found: [string, string][] = []
  const rest: string[] = []
  let unknown: string | undefined
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!
    if (word === '--') {
      rest.push(...args.slice(i + 1))
      break
    }
    if (!word.startsWith('-') || word === '-') rest.push(word)
    else {
      const taken = takeFlag(args, i, known)
      if (taken === undefined) unknown ??= word
      else {
        found.push(...taken.found)
        i = taken.next - 1
      }
    }
  }
  return {
    flags: new Map(found),
    all: (name) => found.filter(([key]) => key === name).map(([, value]) => value),
    rest,
    unknown,
  }
}

function takeFlag(
  args: readonly string[],
  at: number,
  known: Readonly<Record<string, string>>,
): { readonly found: [string, string][]; readonly next: number } | undefined {
  const word = args[at]!
  const [head, inline] = word.startsWith('--') ? splitOnce(word, '=') : [word, undefined]
  const name = known[head]
  if (name?.endsWith('=')) {
    const value = inline ?? args[at + 1] ?? ''
    return { found: [[name.slice(0, -1), value]], next: inline === undefined ? at + 2 : at + 1 }
  }
  if (name !== undefined) return { found: [[name, inline ?? 'true']], next: at + 1 }
  if (word.startsWith('--')) return undefined
  const found: [string, string][] = []
  for (let i = 1; i < word.length; i++) {
    const one = known[`-${word[i]}`]
    if (one === undefined) return undefined
    if (!one.endsWith('=')) found.push([one, 'true'])
    else {
      const attached = word.slice(i + 1)
      found.push([one.slice(0, -1), attached === '' ? (args[at + 1] ?? '') : attached])
      return { found, next: attached === '' ? at + 2 : at + 1 }
    }
  }
  return { found, next: at + 1 }
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)]
}

/** Columns as tabwriter lays them out, `gap` spaces apart; the last one is not padded. */
export function table(rows: readonly (readonly string[])[], gap = 3): string {
  const widths: number[] = []
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]! + gap))).join('')
  return rows.map((row) => `${line(row)}\n`).join('')
}
