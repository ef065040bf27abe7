import {
  addQuantities,
  compareQuantities,
  parseQuantity,
  quantityError,
  subtractQuantities,
} from '../../api/quantity.ts'
import { type Overload, overload } from '../declarations.ts'
import { CelError, Opaque } from '../values.ts'

/** Source: apiserver/pkg/cel/library/quantity.go */
class QuantityValue extends Opaque {
  readonly type = 'kubernetes.Quantity'
  readonly text: string

  constructor(text: string) {
    super()
    this.text = text
  }

  equals(other: Opaque): boolean {
    return other instanceof QuantityValue && compareQuantities(this.text, other.text) === 0
  }
}

const NANO = 1_000_000_000n

/** @throws CelError for what is no quantity */
export function quantity(text: string): QuantityValue {
  const problem = quantityError(text)
  if (problem !== undefined) throw new CelError(problem)
  return new QuantityValue(text)
}

const nanoOf = ({ text }: QuantityValue) => parseQuantity(text).nano
const isInteger = (value: QuantityValue) => {
  const nano = nanoOf(value)
  return nano % NANO === 0n && BigInt.asIntN(64, nano / NANO) === nano / NANO
}

function asInteger(value: QuantityValue): bigint {
  if (!isInteger(value)) throw new CelError('cannot convert value to integer')
  return nanoOf(value) / NANO
}

const compare = (a: QuantityValue, b: QuantityValue) => compareQuantities(a.text, b.text)
const sign = (value: QuantityValue) => (nanoOf(value) > 0n ? 1n : nanoOf(value) < 0n ? -1n : 0n)

export const quantities: readonly Overload[] = [
  overload('quantity(string): kubernetes.Quantity', quantity),
  overload('isQuantity(string): bool', (text: string) => quantityError(text) === undefined),
  overload('kubernetes.Quantity.sign(): int', sign),
  overload(
    'kubernetes.Quantity.isGreaterThan(kubernetes.Quantity): bool',
    (a: QuantityValue, b: QuantityValue) => compare(a, b) > 0,
  ),
  overload(
    'kubernetes.Quantity.isLessThan(kubernetes.Quantity): bool',
    (a: QuantityValue, b: QuantityValue) => compare(a, b) < 0,
  ),
  overload('kubernetes.Quantity.compareTo(kubernetes.Quantity): int', (a: QuantityValue, b: QuantityValue) =>
    BigInt(compare(a, b)),
  ),
  overload('kubernetes.Quantity.asApproximateFloat(): double', (value: QuantityValue) => Number(nanoOf(value)) / 1e9),
  overload('kubernetes.Quantity.asInteger(): int', asInteger),
  overload('kubernetes.Quantity.isInteger(): bool', isInteger),
  overload(
    'kubernetes.Quantity.add(kubernetes.Quantity): kubernetes.Quantity',
    (a: QuantityValue, b: QuantityValue) => new QuantityValue(addQuantities(a.text, b.text)),
  ),
  overload(
    'kubernetes.Quantity.add(int): kubernetes.Quantity',
    (a: QuantityValue, b: bigint) => new QuantityValue(addQuantities(a.text, String(b))),
  ),
  overload(
    'kubernetes.Quantity.sub(kubernetes.Quantity): kubernetes.Quantity',
    (a: QuantityValue, b: QuantityValue) => new QuantityValue(subtractQuantities(a.text, b.text)),
  ),
  overload(
    'kubernetes.Quantity.sub(int): kubernetes.Quantity',
    (a: QuantityValue, b: bigint) => new QuantityValue(subtractQuantities(a.text, String(b))),
  ),
]
