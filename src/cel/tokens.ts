import type { Issue, Literal } from './ast.ts'

export interface Token {
  readonly kind: 'ident' | 'quoted' | 'literal' | 'number' | 'operator' | 'end'
  /** As written. */
  readonly text: string
  readonly at: number
  readonly value?: Literal
}

const OPERATORS = ['==', '!=', '<=', '>=', '&&', '||', ...'<>[]{}().,-!?:+*/%'] as const

const SPACE = /[ \t\r\n\f]+|\/\/[^\n]*/y
const IDENT = /[A-Za-z_][A-Za-z0-9_]*/y
const QUOTED = /`[A-Za-z0-9_.\-/ ]+`/y
const NUMBER = /0[xX][0-9a-fA-F]+[uU]?|(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)|\d+[uU]?/y
const TEXT =
  /(?:[bB][rR]?|[rR][bB]?)?(?:"""[\s\S]*?(?<!\\)(?:\\\\)*"""|'''[\s\S]*?(?<!\\)(?:\\\\)*'''|"(?:\\.|[^"\\\n\r])*"|'(?:\\.|[^'\\\n\r])*')/y
const RAW = /(?:[bB]?[rR][bB]?)(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"[^"\n\r]*"|'[^'\n\r]*')/y

/** Source: cel-go parser/gen/CEL.g4, the lexer's half */
export function tokenize(source: string, issues: Issue[]): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at
    return pattern.exec(source)?.[0]
  }
  while (at < source.length) {
    const space = match(SPACE)
    if (space !== undefined) {
      at += space.length
      continue
    }
    const token = next(source, at, match, issues)
    if (token === undefined) {
      const character = String.fromCodePoint(source.codePointAt(at)!)
      issues.push({ at, message: `Syntax error: token recognition error at: '${unread(source, at)}'` })
      at += unread(source, at).length || character.length
    } else {
      tokens.push(token)
      at += token.text.length
    }
  }
  tokens.push({ kind: 'end', text: '<EOF>', at: source.length })
  return tokens
}

/** A text that does not end swallows the rest of its line. */
function unread(source: string, at: number): string {
  if (!/["']/.test(source[at]!)) return String.fromCodePoint(source.codePointAt(at)!)
  return /^[^\n]*/.exec(source.slice(at))![0]
}

function next(
  source: string,
  at: number,
  match: (pattern: RegExp) => string | undefined,
  issues: Issue[],
): Token | undefined {
  const text = match(RAW) ?? match(TEXT)
  if (text !== undefined) return { kind: 'literal', text, at, value: textValue(text, at, issues) }
  const number = match(NUMBER)
  if (number !== undefined) return { kind: 'number', text: number, at }
  const ident = match(IDENT)
  if (ident !== undefined) return { kind: 'ident', text: ident, at }
  const quoted = match(QUOTED)
  if (quoted !== undefined) return { kind: 'quoted', text: quoted, at }
  const operator = OPERATORS.find((each) => source.startsWith(each, at))
  return operator === undefined ? undefined : { kind: 'operator', text: operator, at }
}

/** Source: cel-go parser/unescape.go */
function textValue(written: string, at: number, issues: Issue[]): Literal {
  const prefix = /^[bBrR]*/.exec(written)![0].toLowerCase()
  const quoted = written.slice(prefix.length)
  const width = quoted.startsWith('"""') || quoted.startsWith("'''") ? 3 : 1
  const inner = quoted.slice(width, -width).replaceAll(/\r\n?/g, '\n')
  const bytes = prefix.includes('b')
  if (prefix.includes('r')) return bytes ? new TextEncoder().encode(inner) : inner
  try {
    return bytes ? unescapedBytes(inner) : unescaped(inner)
  } catch (error) {
    if (!(error instanceof EscapeError)) throw error
    issues.push({ at, message: error.message })
    return ''
  }
}

class EscapeError extends Error {}

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
  '?': '?',
}

const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|X([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))/g

function unescaped(inner: string): string {
  return inner.replace(ESCAPE, (_, x, X, u, U, octal, simple) => {
    if (simple !== undefined) return simpleEscape(simple)
    const code = octal === undefined ? Number.parseInt(x ?? X ?? u ?? U, 16) : Number.parseInt(octal, 8)
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) throw new EscapeError('invalid unicode code point')
    return String.fromCodePoint(code)
  })
}

function simpleEscape(character: string): string {
  const value = SIMPLE[character]
  if (value === undefined) throw new EscapeError('unable to unescape string')
  return value
}

function unescapedBytes(inner: string): Uint8Array {
  const bytes: number[] = []
  let last = 0
  const text = (part: string) => bytes.push(...new TextEncoder().encode(part))
  for (const found of inner.matchAll(ESCAPE)) {
    text(inner.slice(last, found.index))
    last = found.index + found[0].length
    const [, x, X, u, U, octal, simple] = found
    if (u !== undefined || U !== undefined) throw new EscapeError('unable to unescape string')
    if (simple !== undefined) text(simpleEscape(simple))
    else bytes.push(octal === undefined ? Number.parseInt((x ?? X)!, 16) : Number.parseInt(octal, 8))
  }
  text(inner.slice(last))
  return Uint8Array.from(bytes)
}
