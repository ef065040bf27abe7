/**
 * The smallest part of a list that still fails: no element of it can be left out.
 * Source: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (ddmin)
 */
export async function shrink<T>(
  all: readonly T[],
  fails: (part: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let left = all
  for (let pieces = 2; left.length > 0; ) {
    const size = Math.ceil(left.length / pieces)
    let smaller: readonly T[] | undefined
    for (let from = 0; from < left.length && smaller === undefined; from += size) {
      const without = [...left.slice(0, from), ...left.slice(from + size)]
      if (await fails(without)) smaller = without
    }
    if (smaller !== undefined) {
      left = smaller
      pieces = Math.max(2, pieces - 1)
    } else if (size === 1) break
    else pieces = Math.min(left.length, pieces * 2)
  }
  return left
}
