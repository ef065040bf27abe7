import { isObject } from './schema.ts'

/** One step of a path: a member, an element, all of them, or those that fulfil a condition. */
type Step =
  | { readonly type: 'member'; readonly name: string }
  | { readonly type: 'index'; readonly index: number }
  | { readonly type: 'all' }
  | { readonly type: 'deep'; readonly name: string }
  | { readonly type: 'filter'; readonly path: readonly Step[]; readonly operator: string; readonly value: unknown }

export type JsonPath = readonly Step[]

const STEP =
  /^(?:\.\.(?<deep>[\w-]+)|\.?\[\s*\?\(\s*@(?<left>[^)]*?)\s*(?:(?<operator>==|!=|<=|>=|<|>)\s*(?<right>'[^']*'|"[^"]*"|[^)\s]+)\s*)?\)\s*\]|\.?\[\s*(?<index>-?\d+)\s*\]|\.?\[\s*\*\s*\]|\.(?<star>\*)|\.?\[\s*(?<quoted>'(?:\\.|[^'])*'|"(?:\\.|[^"])*")\s*\]|\.(?<name>(?:\\.|[^.[\]\\])+))/

/** Reads what printer columns and selectable fields are written in; undefined for what cannot be read. Source: client-go/util/jsonpath */
export function parseJsonPath(text: string): JsonPath | undefined {
  const steps: Step[] = []
  let rest = text
  while (rest !== '' && rest !== '.') {
    const found = STEP.exec(rest)
    if (found === null) return undefined
    rest = rest.slice(found[0].length)
    const step = stepOf(found.groups!)
    if (step === undefined) return undefined
    steps.push(step)
  }
  return steps
}

function stepOf(groups: Readonly<Record<string, string | undefined>>): Step | undefined {
  const { deep, left, operator = 'exists', right, index, quoted, name } = groups
  if (deep !== undefined) return { type: 'deep', name: deep }
  if (left !== undefined) {
    const path = parseJsonPath(left)
    return path && { type: 'filter', path, operator, value: right === undefined ? undefined : literal(right) }
  }
  if (index !== undefined) return { type: 'index', index: Number(index) }
  if (quoted !== undefined) return { type: 'member', name: quoted.slice(1, -1).replace(/\\(.)/g, '$1') }
  if (name !== undefined) return { type: 'member', name: name.replace(/\\(.)/g, '$1') }
  return { type: 'all' }
}

function literal(text: string): unknown {
  if (/^['"]/.test(text)) return text.slice(1, -1)
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
}

/** All values at the path. */
export function valuesAt(object: unknown, path: JsonPath): readonly unknown[] {
  return path.reduce<readonly unknown[]>((values, step) => values.flatMap((value) => taken(value, step)), [object])
}

const own = (value: unknown, name: string): unknown[] =>
  isObject(value) && Object.hasOwn(value, name) ? [value[name]] : []

function taken(value: unknown, step: Step): unknown[] {
  switch (step.type) {
    case 'member':
      return own(value, step.name)
    case 'index': {
      if (!Array.isArray(value)) return []
      const item: unknown = value.at(step.index)
      return item === undefined ? [] : [item]
    }
    case 'all':
      return Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []
    case 'deep':
      return [...own(value, step.name), ...childrenOf(value).flatMap((child) => taken(child, step))]
    case 'filter':
      return Array.isArray(value) ? value.filter((item) => holds(item, step)) : []
  }
}

const childrenOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []

function holds(item: unknown, { path, operator, value }: Step & { readonly type: 'filter' }): boolean {
  const [found] = valuesAt(item, path)
  if (operator === 'exists') return found !== undefined
  if (found === undefined) return false
  switch (operator) {
    case '==':
      return found === value
    case '!=':
      return found !== value
    case '<':
      return (found as number) < (value as number)
    case '>':
      return (found as number) > (value as number)
    case '<=':
      return (found as number) <= (value as number)
    default:
      return (found as number) >= (value as number)
  }
}

/** A value as a column of texts shows it. Source: client-go/util/jsonpath evalToText */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
