/**
 * A unified diff without file names, as errors about forbidden changes show it.
 * Source: apimachinery/pkg/util/diff, which uses pmezard/go-difflib: Ratcliff and Obershelp's longest matching blocks.
 */
export function unifiedDiff(before: string, after: string, context = 3): string {
  const a = before.split('\n')
  const b = after.split('\n')
  return groupsOf(opcodesOf(a, b), context)
    .map((group) => hunk(group, a, b))
    .join('')
}

interface Opcode {
  readonly tag: 'equal' | 'replace' | 'delete' | 'insert'
  readonly i1: number
  readonly i2: number
  readonly j1: number
  readonly j2: number
}

interface Block {
  readonly i: number
  readonly j: number
  readonly size: number
}

/** Lines that stand often in a long text say little; difflib leaves them out of the search (autojunk). */
function positionsOf(b: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const positions = new Map<string, number[]>()
  for (const [j, line] of b.entries()) {
    const list = positions.get(line)
    if (list) list.push(j)
    else positions.set(line, [j])
  }
  if (b.length < 200) return positions
  const often = Math.floor(b.length / 100) + 1
  for (const [line, list] of positions) if (list.length > often) positions.delete(line)
  return positions
}

type Range = readonly [aLow: number, aHigh: number, bLow: number, bHigh: number]

function longestMatch(
  a: readonly string[],
  b: readonly string[],
  positions: ReadonlyMap<string, readonly number[]>,
  [aLow, aHigh, bLow, bHigh]: Range,
): Block {
  let best: Block = { i: aLow, j: bLow, size: 0 }
  let lengths = new Map<number, number>()
  for (let i = aLow; i < aHigh; i++) {
    const next = new Map<number, number>()
    for (const j of positions.get(a[i]!) ?? []) {
      if (j < bLow) continue
      if (j >= bHigh) break
      const size = (lengths.get(j - 1) ?? 0) + 1
      next.set(j, size)
      if (size > best.size) best = { i: i - size + 1, j: j - size + 1, size }
    }
    lengths = next
  }
  let { i, j, size } = best
  while (i > aLow && j > bLow && a[i - 1] === b[j - 1]) {
    i--
    j--
    size++
  }
  while (i + size < aHigh && j + size < bHigh && a[i + size] === b[j + size]) size++
  return { i, j, size }
}

function matchingBlocks(a: readonly string[], b: readonly string[]): readonly Block[] {
  const positions = positionsOf(b)
  const blocks: Block[] = []
  const search = (range: Range): void => {
    const match = longestMatch(a, b, positions, range)
    if (match.size === 0) return
    const [aLow, aHigh, bLow, bHigh] = range
    if (aLow < match.i && bLow < match.j) search([aLow, match.i, bLow, match.j])
    blocks.push(match)
    const aNext = match.i + match.size
    const bNext = match.j + match.size
    if (aNext < aHigh && bNext < bHigh) search([aNext, aHigh, bNext, bHigh])
  }
  search([0, a.length, 0, b.length])
  return [...joined(blocks), { i: a.length, j: b.length, size: 0 }]
}

/** Blocks that touch are one. */
function joined(blocks: readonly Block[]): readonly Block[] {
  const out: Block[] = []
  for (const block of blocks) {
    const last = out.at(-1)
    if (last && last.i + last.size === block.i && last.j + last.size === block.j) {
      out[out.length - 1] = { ...last, size: last.size + block.size }
    } else out.push(block)
  }
  return out
}

function opcodesOf(a: readonly string[], b: readonly string[]): readonly Opcode[] {
  const codes: Opcode[] = []
  let i = 0
  let j = 0
  for (const block of matchingBlocks(a, b)) {
    const tag = i < block.i && j < block.j ? 'replace' : i < block.i ? 'delete' : j < block.j ? 'insert' : undefined
    if (tag) codes.push({ tag, i1: i, i2: block.i, j1: j, j2: block.j })
    i = block.i + block.size
    j = block.j + block.size
    if (block.size > 0) codes.push({ tag: 'equal', i1: block.i, i2: i, j1: block.j, j2: j })
  }
  return codes
}

/** Changes with `context` lines around them; far ones apart. */
function groupsOf(codes: readonly Opcode[], context: number): readonly (readonly Opcode[])[] {
  const groups: Opcode[][] = []
  let group: Opcode[] = []
  for (const [index, code] of codes.entries()) {
    const first = index === 0
    const last = index === codes.length - 1
    if (code.tag !== 'equal') group.push(code)
    else if (first) group.push(tail(code, context))
    else if (last) group.push(head(code, context))
    else if (code.i2 - code.i1 > 2 * context) {
      groups.push([...group, head(code, context)])
      group = [tail(code, context)]
    } else group.push(code)
  }
  groups.push(group)
  return groups.filter((each) => each.some((code) => code.tag !== 'equal'))
}

const head = (code: Opcode, lines: number): Opcode => ({
  ...code,
  i2: Math.min(code.i2, code.i1 + lines),
  j2: Math.min(code.j2, code.j1 + lines),
})

const tail = (code: Opcode, lines: number): Opcode => ({
  ...code,
  i1: Math.max(code.i1, code.i2 - lines),
  j1: Math.max(code.j1, code.j2 - lines),
})

function rangeText(start: number, stop: number): string {
  const length = stop - start
  if (length === 1) return String(start + 1)
  return `${length === 0 ? start : start + 1},${length}`
}

function hunk(group: readonly Opcode[], a: readonly string[], b: readonly string[]): string {
  const first = group[0]!
  const last = group.at(-1)!
  const lines = [`@@ -${rangeText(first.i1, last.i2)} +${rangeText(first.j1, last.j2)} @@`]
  for (const { tag, i1, i2, j1, j2 } of group) {
    if (tag === 'equal') lines.push(...a.slice(i1, i2).map((line) => ` ${line}`))
    if (tag === 'replace' || tag === 'delete') lines.push(...a.slice(i1, i2).map((line) => `-${line}`))
    if (tag === 'replace' || tag === 'insert') lines.push(...b.slice(j1, j2).map((line) => `+${line}`))
  }
  return `${lines.join('\n')}\n`
}
