/** Sets of completion indexes, as Jobs write them: `0-2,5`. Pure. Source: pkg/controller/job/indexed_job_utils.go */

interface Interval {
  readonly first: number
  readonly last: number
}

/** Ordered, apart from each other. */
export class Indexes {
  static readonly none = new Indexes([])
  readonly intervals: readonly Interval[]

  private constructor(intervals: readonly Interval[]) {
    this.intervals = intervals
  }

  /** What is not a number is left out, as is what is not below `completions`. Source: parseIndexesFromString */
  static parse(text: string | undefined, completions: number): Indexes {
    if (text === undefined || text === '') return Indexes.none
    const found: Interval[] = []
    for (const part of text.split(',')) {
      const [first, last = first] = part
        .split('-')
        .map((digits) => (/^\d+$/.test(digits) ? Number(digits) : Number.NaN))
      if (first === undefined || last === undefined || Number.isNaN(first) || Number.isNaN(last)) continue
      if (first >= completions) break
      found.push({ first, last: Math.min(last, completions - 1) })
    }
    return new Indexes(joined(found))
  }

  with(indexes: Iterable<number>): Indexes {
    const added = [...indexes].map((index) => ({ first: index, last: index }))
    return added.length === 0 ? this : this.#merged(added)
  }

  union(other: Indexes): Indexes {
    return this.#merged(other.intervals)
  }

  #merged(others: readonly Interval[]): Indexes {
    return new Indexes(joined([...this.intervals, ...others].sort((a, b) => a.first - b.first)))
  }

  has(index: number): boolean {
    return this.intervals.some(({ first, last }) => first <= index && index <= last)
  }

  get size(): number {
    return this.intervals.reduce((sum, { first, last }) => sum + last - first + 1, 0)
  }

  /** How many indexes both have. */
  common(other: Indexes): number {
    let count = 0
    for (const a of this.intervals)
      for (const b of other.intervals) count += Math.max(0, Math.min(a.last, b.last) - Math.max(a.first, b.first) + 1)
    return count
  }

  /** The lowest `count` of 0 … `completions` - 1 that are not here. */
  lowestMissing(count: number, completions: number): number[] {
    const found: number[] = []
    let candidate = 0
    for (const { first, last } of [...this.intervals, { first: completions, last: completions }]) {
      for (; candidate < Math.min(first, completions) && found.length < count; candidate++) found.push(candidate)
      candidate = Math.max(candidate, last + 1)
    }
    return found
  }

  toString(): string {
    return this.intervals
      .map(({ first, last }) => (first === last ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`))
      .join(',')
  }
}

function joined(ordered: readonly Interval[]): Interval[] {
  const result: Interval[] = []
  for (const each of ordered) {
    const before = result.at(-1)
    if (before === undefined || each.first > before.last + 1) result.push(each)
    else if (each.last > before.last) result[result.length - 1] = { first: before.first, last: each.last }
  }
  return result
}
