import { type Overload, overload } from '../declarations.ts'
import { CelError, Opaque } from '../values.ts'

/** Source: apiserver/pkg/cel/library/semverlib.go, which reads versions as github.com/blang/semver does */
class SemverValue extends Opaque {
  readonly type = 'kubernetes.Semver'
  readonly numbers: readonly bigint[]
  readonly pre: readonly string[]

  constructor(numbers: readonly bigint[], pre: readonly string[]) {
    super()
    this.numbers = numbers
    this.pre = pre
  }

  equals(other: Opaque): boolean {
    return other instanceof SemverValue && compare(this, other) === 0
  }
}

const VERSION = /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]*))?(?:\+([0-9A-Za-z.-]*))?$/

/** @throws CelError for what is no version */
export function parse(text: string): SemverValue {
  if (text === '') throw new CelError('Version string empty')
  const parts = text.split('.')
  if (parts.length < 3) throw new CelError('No Major.Minor.Patch elements found')
  const found = VERSION.exec(text)
  if (found === null) throw new CelError(`Invalid character(s) found in version ${JSON.stringify(text)}`)
  const [, major, minor, patch, pre, build] = found
  for (const [name, digits] of Object.entries({ Major: major!, Minor: minor!, Patch: patch! }))
    if (digits.length > 1 && digits.startsWith('0'))
      throw new CelError(`${name} number must not contain leading zeroes ${JSON.stringify(digits)}`)
  const labels = pre === undefined ? [] : pre.split('.')
  for (const label of [...labels, ...(build === undefined ? [] : build.split('.'))])
    if (label === '') throw new CelError('Prerelease is empty')
  const zeroes = labels.find((label) => /^0\d+$/.test(label))
  if (zeroes !== undefined)
    throw new CelError(`Numeric PreRelease version must not contain leading zeroes ${JSON.stringify(zeroes)}`)
  return new SemverValue([major!, minor!, patch!].map(BigInt), labels)
}

/** `v1.2` as 1.2.0, `01.2.3` as 1.2.3. Source: semverlib.go normalizeAndParse */
function normalized(text: string): SemverValue {
  const parts = text.replace(/^v/, '').split('.')
  if (parts.length >= 3 || parts.length === 0) {
    const [major, minor, ...rest] = parts
    const third = rest.join('.').replace(/^0+(?=\d)/, '')
    return parse([trimmed(major!), trimmed(minor!), third].join('.'))
  }
  if (/[+-]/.test(parts.at(-1)!)) throw new CelError('short version cannot contain PreRelease/Build meta data')
  return parse([...parts.map(trimmed), '0', '0'].slice(0, 3).join('.'))
}

const trimmed = (digits: string) => digits.replace(/^0+(?=\d)/, '')

function compare(a: SemverValue, b: SemverValue): number {
  for (const [i, number] of a.numbers.entries()) {
    const other = b.numbers[i]!
    if (number !== other) return number < other ? -1 : 1
  }
  if (a.pre.length === 0 || b.pre.length === 0) return Math.sign(b.pre.length) - Math.sign(a.pre.length)
  for (let i = 0; i < Math.min(a.pre.length, b.pre.length); i++) {
    const order = compareLabels(a.pre[i]!, b.pre[i]!)
    if (order !== 0) return order
  }
  return Math.sign(a.pre.length - b.pre.length)
}

function compareLabels(a: string, b: string): number {
  const [left, right] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (left && right) return Math.sign(Number(a) - Number(b))
  if (left !== right) return left ? -1 : 1
  if (a === b) return 0
  return a < b ? -1 : 1
}

function attempt(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch (error) {
    if (error instanceof CelError) return false
    throw error
  }
}

const read = (text: string, normalize: boolean) => (normalize ? normalized(text) : parse(text))
const part = (name: string, index: number): Overload =>
  overload(`kubernetes.Semver.${name}(): int`, ({ numbers }: SemverValue) => numbers[index]!)

export const semver: readonly Overload[] = [
  overload('semver(string): kubernetes.Semver', parse),
  overload('semver(string, bool): kubernetes.Semver', read),
  overload('isSemver(string): bool', (text: string) => attempt(() => parse(text))),
  overload('isSemver(string, bool): bool', (text: string, normalize: boolean) => attempt(() => read(text, normalize))),
  overload(
    'kubernetes.Semver.isGreaterThan(kubernetes.Semver): bool',
    (a: SemverValue, b: SemverValue) => compare(a, b) > 0,
  ),
  overload(
    'kubernetes.Semver.isLessThan(kubernetes.Semver): bool',
    (a: SemverValue, b: SemverValue) => compare(a, b) < 0,
  ),
  overload('kubernetes.Semver.compareTo(kubernetes.Semver): int', (a: SemverValue, b: SemverValue) =>
    BigInt(compare(a, b)),
  ),
  part('major', 0),
  part('minor', 1),
  part('patch', 2),
]
