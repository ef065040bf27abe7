import type { Type } from './types.ts'
import * as T from './types.ts'
import type { Value } from './values.ts'

/** One way to call a function. */
export interface Overload {
  readonly fn: string
  /** `a.f(b)`: the first argument stands before the dot. */
  readonly member: boolean
  readonly args: readonly Type[]
  readonly result: Type
  readonly call: (args: readonly Value[]) => Value
}

type Call = (...args: never[]) => Value

/**
 * @param signature `size(string): int`, `string.contains(string): bool`, `list(A).indexOf(A): int`. Types: a single capital is a
 * parameter, `optional(T)` cel-go's optional_type; other names with a dot are opaque.
 */
export function overload(signature: string, call: Call): Overload {
  const at = signature.lastIndexOf(': ')
  const result = parseType(signature.slice(at + 2))
  const head = signature.slice(0, at)
  const open = openOfLast(head)
  const given = split(head.slice(open + 1, -1)).map(parseType)
  const before = head.slice(0, open)
  const dot = before.startsWith('@') || before.startsWith('#') ? -1 : receiverEnd(before)
  const member = dot >= 0
  const name = before.slice(dot + 1)
  const args = member ? [parseType(before.slice(0, dot)), ...given] : given
  return {
    fn: name.startsWith('#') ? name.slice(1) : name,
    member,
    args,
    result,
    call: (values) => call(...(values as never[])),
  }
}

/** `string.size` has a receiver, `ip.isCanonical` and `optional.of` are names with a dot: those are written `#optional.of`. */
function receiverEnd(before: string): number {
  return before.lastIndexOf('.')
}

/** The bracket that opens the argument list. */
function openOfLast(head: string): number {
  let depth = 0
  for (let i = head.length - 1; i >= 0; i--) {
    if (head[i] === ')') depth++
    if (head[i] === '(' && --depth === 0) return i
  }
  throw new Error(`no arguments in ${head}`)
}

function split(text: string): string[] {
  const parts: string[] = []
  let [depth, start] = [0, 0]
  for (let i = 0; i <= text.length; i++) {
    if (text[i] === '(') depth++
    else if (text[i] === ')') depth--
    else if (i === text.length || (text[i] === ',' && depth === 0)) {
      if (text.slice(start, i).trim() !== '') parts.push(text.slice(start, i).trim())
      start = i + 1
    }
  }
  return parts
}

const SIMPLE: Readonly<Record<string, Type>> = {
  int: T.INT,
  uint: T.UINT,
  double: T.DOUBLE,
  bool: T.BOOL,
  string: T.STRING,
  bytes: T.BYTES,
  null: T.NULL,
  dyn: T.DYN,
  timestamp: T.TIMESTAMP,
  duration: T.DURATION,
}

export function parseType(text: string): Type {
  const [, name = '', inner] = /^([\w.]+)(?:\((.*)\))?$/.exec(text.trim()) ?? []
  const params = split(inner ?? '').map(parseType)
  if (name === 'list') return T.listOf(params[0]!)
  if (name === 'map') return T.mapOf(params[0]!, params[1]!)
  if (name === 'type') return T.typeOf(params[0]!)
  if (name === 'optional') return T.optionalOf(params[0]!)
  if (/^[A-Z]$/.test(name)) return T.param(name)
  return SIMPLE[name] ?? T.opaque(name)
}

/** Functions by name. */
export class Functions {
  readonly #byName = new Map<string, Overload[]>()

  constructor(overloads: readonly Overload[]) {
    for (const each of overloads) {
      const known = this.#byName.get(each.fn)
      if (known === undefined) this.#byName.set(each.fn, [each])
      else known.push(each)
    }
  }

  find(name: string): readonly Overload[] | undefined {
    return this.#byName.get(name)
  }
}
