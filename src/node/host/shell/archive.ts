/** A member of a tar archive; byte strings. A directory has no content and a name with a slash at its end. */
export interface Entry {
  readonly name: string
  readonly content: string | undefined
  readonly mode: number
  /** ms since the epoch. */
  readonly mtime: number
}

const BLOCK = 512

/** An archive in ustar format, with GNU long names. Source: tar(5) */
export function writeArchive(entries: readonly Entry[]): string {
  const parts = entries.map((entry) => {
    const long = entry.name.length > 100
    const link = { name: '././@LongLink', content: `${entry.name}\0`, mode: 0, mtime: 0 }
    return (long ? header(link, 'L') + padded(link.content) : '') + member(entry)
  })
  const whole = `${parts.join('')}${'\0'.repeat(2 * BLOCK)}`
  return whole + '\0'.repeat((20 * BLOCK - (whole.length % (20 * BLOCK))) % (20 * BLOCK))
}

function member(entry: Entry): string {
  return header(entry, entry.content === undefined ? '5' : '0') + padded(entry.content ?? '')
}

function padded(content: string): string {
  return content + '\0'.repeat((BLOCK - (content.length % BLOCK)) % BLOCK)
}

function header({ name, content = '', mode, mtime }: Entry, type: string): string {
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`
  const before =
    name.slice(0, 100).padEnd(100, '\0') +
    octal(mode & 0o7777, 8) +
    octal(0, 8) +
    octal(0, 8) +
    octal(content.length, 12) +
    octal(Math.max(0, Math.floor(mtime / 1000)), 12)
  const after = `${type}${''.padEnd(100, '\0')}ustar\x0000${'root'.padEnd(32, '\0')}${'root'.padEnd(32, '\0')}${octal(0, 8)}${octal(0, 8)}`
  const blank = `${before}        ${after}`.padEnd(BLOCK, '\0')
  let sum = 0
  for (let i = 0; i < BLOCK; i++) sum += blank.charCodeAt(i)
  return `${before}${sum.toString(8).padStart(6, '0')}\0 ${after}`.padEnd(BLOCK, '\0')
}

/** The members of an archive; undefined when it is none, or is cut off. */
export function readArchive(bytes: string): readonly Entry[] | undefined {
  const entries: Entry[] = []
  let longName: string | undefined
  let at = 0
  for (; at + BLOCK <= bytes.length; ) {
    const block = bytes.slice(at, at + BLOCK)
    if (/^\0*$/.test(block)) return entries
    const size = Number.parseInt(block.slice(124, 136), 8)
    if (!/^ustar/.test(block.slice(257, 262)) || Number.isNaN(size)) return undefined
    const content = bytes.slice(at + BLOCK, at + BLOCK + size)
    if (content.length < size) return undefined
    const type = block[156]!
    const prefix = text(block.slice(345, 500))
    const short = text(block.slice(0, 100))
    const name = longName ?? (prefix === '' || block.slice(257, 263) !== 'ustar\0' ? short : `${prefix}/${short}`)
    longName = undefined
    if (type === 'L') longName = text(content)
    else if (type === 'x') longName = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(content)?.[1]
    else if (type === '0' || type === '\0' || type === '5') entries.push(entry(block, name, content, type === '5'))
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  return at === 0 ? undefined : entries
}

function entry(block: string, name: string, content: string, isDirectory: boolean): Entry {
  const mode = Number.parseInt(block.slice(100, 108), 8) & 0o7777
  const mtime = Number.parseInt(block.slice(136, 148), 8) * 1000
  return { name, content: isDirectory ? undefined : content, mode, mtime }
}

function text(field: string): string {
  const end = field.indexOf('\0')
  return end < 0 ? field : field.slice(0, end)
}
