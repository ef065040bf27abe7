import type { Overload } from './declarations.ts'
import { MapValue, Opaque, sizeOf, type Value } from './values.ts'

/** Source: cel-go common/cost.go */
export const SELECT = 1
export const CREATE_LIST = 10
export const CREATE_MAP = 30
export const CREATE_STRUCT = 40
const TRAVERSAL = 0.1
const REGEX_LENGTH = 0.25

const traversal = (size: number, times = 1) => Math.ceil(size * times * TRAVERSAL)

/** Any text is looked through once at the least, and a pattern has a state for every four characters. */
const regex = (size: number, pattern: number) => Math.ceil((1 + size) * TRAVERSAL) * Math.ceil(pattern * REGEX_LENGTH)

/** What looking at every element costs. Source: apiserver/pkg/cel/library/cost.go traversalCost */
function deepTraversal(value: Value): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return traversal(sizeOf(value))
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + deepTraversal(each as Value), 0)
  if (value instanceof MapValue)
    return value.keys().reduce<number>((sum, key) => sum + deepTraversal(key) + deepTraversal(value.get(key)!), 0)
  return 1
}

/** Of an authorization check: no more than two go into one expression. */
const CHECK = 350000
const FORMAT_REGEX = 64

const first =
  (factor = 1) =>
  (args: readonly Value[]) =>
    traversal(sizeOf(args[0]!), factor)
const minimum = ([a, b]: readonly Value[]) => traversal(Math.min(sizeOf(a!), sizeOf(b!)))

type Cost = (args: readonly Value[], result: Value) => number

const equality: Cost = (args) => (args[0] instanceof Opaque ? 1 : minimum(args))
const comparison: Cost = (args) => (typeof args[0] === 'string' || args[0] instanceof Uint8Array ? minimum(args) : 1)
const CIDR = 4

/** Source: interpreter/runtimecost.go costCall, apiserver/pkg/cel/library/cost.go CallCost. Others cost 1. */
const COSTS: Readonly<Record<string, Cost>> = {
  '_==_': equality,
  '_!=_': equality,
  '_<_': comparison,
  '_<=_': comparison,
  '_>_': comparison,
  '_>=_': comparison,
  '_+_': ([a, b]) => (typeof a === 'string' || a instanceof Uint8Array ? traversal(sizeOf(a) + sizeOf(b!)) : 1),
  '@in': ([, b]) => (Array.isArray(b) ? sizeOf(b) : 1),
  startsWith: first(),
  endsWith: first(),
  'strings.quote': first(),
  format: first(),
  string: (args) => (args[0] instanceof Uint8Array ? traversal(args[0].length) : 1),
  bytes: (args) => (typeof args[0] === 'string' ? traversal(sizeOf(args[0])) : 1),
  matches: ([text, pattern]) => regex(sizeOf(text!), sizeOf(pattern!)),
  find: ([text, pattern]) => regex(sizeOf(text!), sizeOf(pattern!)),
  findAll: ([text, pattern]) => regex(sizeOf(text!), sizeOf(pattern!)),
  contains: ([text, part]) => traversal(sizeOf(text!)) * traversal(sizeOf(part!)),
  check: () => CHECK,
  fieldSelector: ([, text]) => selector(sizeOf(text!)),
  labelSelector: ([, text]) => selector(sizeOf(text!)),
  isSorted: ([list]) => deepTraversal(list!),
  sum: ([list]) => deepTraversal(list!),
  max: ([list]) => deepTraversal(list!),
  min: ([list]) => deepTraversal(list!),
  indexOf: ([list]) => deepTraversal(list!),
  lastIndexOf: ([list]) => deepTraversal(list!),
  url: first(),
  lowerAscii: first(),
  upperAscii: first(),
  substring: first(),
  trim: first(),
  'jsonpatch.escapeKey': first(),
  replace: first(2),
  split: first(2),
  join: (_, result) => traversal(sizeOf(result), 2),
  cidr: first(),
  isIP: first(),
  isCIDR: first(),
  ip: (args) => (typeof args[0] === 'string' ? traversal(sizeOf(args[0])) : 1),
  'ip.isCanonical': first(2),
  containsIP: ([, other]) => traversal(CIDR * 2) + (typeof other === 'string' ? traversal(sizeOf(other)) : 0),
  containsCIDR: ([, other]) =>
    traversal(CIDR * 2) + traversal(CIDR) + 1 + (typeof other === 'string' ? traversal(sizeOf(other)) : 0),
  quantity: first(),
  isQuantity: first(),
  semver: first(),
  isSemver: first(),
  validate: ([, text]) => regex(sizeOf(text!), FORMAT_REGEX),
}

function selector(size: number): number {
  return Math.ceil(CREATE_LIST + traversal(size) + Math.ceil(size * 0.5) * (CREATE_LIST + CREATE_STRUCT))
}

export function callCost({ fn }: Pick<Overload, 'fn'>, args: readonly Value[], result: Value): number {
  return Object.hasOwn(COSTS, fn) ? COSTS[fn]!(args, result) : 1
}
