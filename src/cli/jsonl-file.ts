import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs'

/**
 * Adds a line to a file of JSON lines, and waits until the disk has it. Several processes may do so at once: a line is
 * appended in one piece. What a process that died has left of a line is closed off, not joined.
 */
export function appendLine(file: string, value: unknown): void {
  const handle = openSync(file, 'a+', 0o600)
  try {
    const { size } = fstatSync(handle)
    const last = Buffer.alloc(1)
    const torn = size > 0 && readSync(handle, last, 0, 1, size - 1) === 1 && last[0] !== 10
    writeFileSync(handle, `${torn ? '\n' : ''}${JSON.stringify(value)}\n`)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** The lines of a file; none when there is no file. Lines that are not what is expected are passed over, and numbered. */
export function readLines<T>(
  file: string,
  parse: (value: unknown) => T | undefined,
): { readonly lines: readonly T[]; readonly damaged: readonly number[] } {
  const lines: T[] = []
  const damaged: number[] = []
  const texts = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  for (const [index, text] of texts.entries()) {
    if (text.trim() === '') continue
    const line = parse(parsed(text))
    if (line === undefined) damaged.push(index + 1)
    else lines.push(line)
  }
  return { lines, damaged }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
