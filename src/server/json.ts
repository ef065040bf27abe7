/**
 * JSON as the API server reads it: duplicate keys are found and named, errors are worded as Go's decoder words them,
 * nesting is limited and no key is special (`__proto__` is a field like any other).
 * Source: sigs.k8s.io/json, encoding/json scanner.go
 */
export interface DecodedJson {
  readonly value: unknown
  /** Paths of keys that came more than once: `spec.replicas`, `spec.containers[0].name`. */
  readonly duplicateFields: readonly string[]
}

export class JsonError extends Error {}

/** Go stops at 10,000 (encoding/json scanner.go maxNestingDepth); everything behind this reader recurses too, and no object of the API is a tenth as deep as this. */
const MAX_DEPTH = 1000

/** @throws JsonError */
export function decodeJson(text: string): DecodedJson {
  const reader = new Reader(text)
  const value = reader.document()
  return { value, duplicateFields: reader.duplicates }
}

class Reader {
  readonly #text: string
  #at = 0
  #depth = 0
  /** Keys and indexes down to where the reader stands. */
  readonly #path: (string | number)[] = []
  readonly duplicates: string[] = []

  constructor(text: string) {
    this.#text = text
  }

  document(): unknown {
    const value = this.#value('looking for beginning of value')
    this.#space()
    if (this.#at < this.#text.length) this.#fail('after top-level value')
    return value
  }

  #value(context: string): unknown {
    this.#space()
    switch (this.#text[this.#at]) {
      case '{':
        return this.#nested(() => this.#object())
      case '[':
        return this.#nested(() => this.#array())
      case '"':
        return this.#string()
      case 't':
        return this.#literal('true', true)
      case 'f':
        return this.#literal('false', false)
      case 'n':
        return this.#literal('null', null)
      default:
        return this.#number(context)
    }
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > MAX_DEPTH) this.#fail('exceeded max depth')
    this.#at++
    const value = read()
    this.#depth--
    return value
  }

  #object(): unknown {
    const object: Record<string, unknown> = {}
    this.#space()
    if (this.#take('}')) return object
    for (;;) {
      this.#space()
      if (this.#text[this.#at] !== '"') this.#fail('looking for beginning of object key string')
      const key = this.#string()
      this.#space()
      if (!this.#take(':')) this.#fail('after object key')
      this.#path.push(key)
      if (Object.hasOwn(object, key)) this.duplicates.push(pathText(this.#path))
      set(object, key, this.#value('looking for beginning of value'))
      this.#path.pop()
      this.#space()
      if (this.#take('}')) return object
      if (!this.#take(',')) this.#fail('after object key:value pair')
    }
  }

  #array(): unknown {
    const array: unknown[] = []
    this.#space()
    if (this.#take(']')) return array
    for (;;) {
      this.#path.push(array.length)
      array.push(this.#value('looking for beginning of value'))
      this.#path.pop()
      this.#space()
      if (this.#take(']')) return array
      if (!this.#take(',')) this.#fail('after array element')
    }
  }

  #string(): string {
    const start = this.#at++
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (Number.isNaN(code)) throw new JsonError('unexpected end of JSON input')
      if (code === 0x22) break
      if (code < 0x20) this.#fail('in string literal')
      this.#at += code === 0x5c ? this.#escape() : 1
    }
    this.#at++
    const raw = this.#text.slice(start, this.#at)
    return raw.includes('\\') ? wellFormed(JSON.parse(raw) as string) : raw.slice(1, -1)
  }

  /** How long the escape here is. */
  #escape(): number {
    const kind = this.#text[this.#at + 1]
    if (kind === undefined) throw new JsonError('unexpected end of JSON input')
    if (kind === 'u') {
      for (let i = 2; i < 6; i++)
        if (!/[0-9a-fA-F]/.test(this.#text[this.#at + i] ?? '')) {
          this.#at += i
          this.#fail('in \\u hexadecimal character escape')
        }
      return 6
    }
    if (!'"\\/bfnrt'.includes(kind)) {
      this.#at++
      this.#fail('in string escape code')
    }
    return 2
  }

  #literal<T>(word: string, value: T): T {
    for (let i = 1; i < word.length; i++)
      if (this.#text[this.#at + i] !== word[i]) {
        this.#at += i
        this.#fail(`in literal ${word} (expecting '${word[i]}')`)
      }
    this.#at += word.length
    return value
  }

  #number(context: string): number {
    NUMBER.lastIndex = this.#at
    const match = NUMBER.exec(this.#text)
    if (match === null) {
      if (this.#text[this.#at] !== '-') this.#fail(context)
      this.#at++
      this.#fail('in numeric literal')
    }
    this.#at += match[0].length
    return Number(match[0])
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#at++
    }
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #fail(context: string): never {
    const character = this.#text[this.#at]
    if (character === undefined) throw new JsonError('unexpected end of JSON input')
    throw new JsonError(`invalid character ${quoted(character)} ${context}`)
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

/** Source: encoding/json scanner.go quoteChar */
function quoted(character: string): string {
  if (character === "'") return "'\\''"
  if (character === '"') return `'"'`
  if (character < ' ' || character === '\x7f') return goControl(character)
  return `'${JSON.stringify(character).slice(1, -1)}'`
}

/** Half a surrogate pair is no character. Source: encoding/json decode.go unquoteBytes */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd')
}

/** Source: strconv/quote.go appendEscapedRune */
function goControl(character: string): string {
  const named: Readonly<Record<string, string>> = {
    '\b': '\\b',
    '\f': '\\f',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\v': '\\v',
    '\x07': '\\a',
  }
  return `'${named[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`}'`
}

function set(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true })
  else object[key] = value
}

function pathText(path: readonly (string | number)[]): string {
  let text = ''
  for (const part of path) text += typeof part === 'number' ? `[${part}]` : text === '' ? part : `.${part}`
  return text
}
