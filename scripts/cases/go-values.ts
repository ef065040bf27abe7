/**
 * Reads the values that the recorder printed with Go's %+v: `{Name:abc ReadOnly:false}`, `[a b]`, `map[k:v]`, `<nil>`. Texts are
 * not quoted there, so a text ends where the next member begins; pointers are bare addresses, whose target is lost.
 */
export type GoValue = string | null | readonly GoValue[] | { readonly [member: string]: GoValue }

export function parseGoValue(text: string): GoValue {
  const reader = new Reader(text.startsWith('&') ? text.slice(1) : text)
  return reader.value('')
}

class Reader {
  private at = 0
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  value(ends: string): GoValue {
    if (this.take('<nil>')) return null
    if (this.take('map[')) return this.members(']', /([^\s:[\]{}]+):/y)
    if (this.take('{')) return this.members('}', /([A-Z]\w*):/y)
    if (this.take('[')) return this.list()
    return this.scalar(ends)
  }

  private take(token: string): boolean {
    if (!this.text.startsWith(token, this.at)) return false
    this.at += token.length
    return true
  }

  private members(end: string, key: RegExp): GoValue {
    const out: Record<string, GoValue> = {}
    while (!this.take(end)) {
      this.take(' ')
      key.lastIndex = this.at
      const match = key.exec(this.text)
      if (!match) throw new Error(`no member at ${this.at} of ${this.text}`)
      this.at += match[0].length
      out[match[1]!] = this.value(end)
    }
    return out
  }

  private list(): GoValue {
    const out: GoValue[] = []
    while (!this.take(']')) {
      this.take(' ')
      out.push(this.value(']'))
    }
    return out
  }

  /** Up to the next ` Name:` or the end of what encloses it. */
  private scalar(end: string): string {
    const rest = this.text.slice(this.at)
    const next = end === '}' ? rest.search(/ [A-Z]\w*:|\}/) : rest.search(/[\s\]}]/)
    const text = next < 0 ? rest : rest.slice(0, next)
    this.at += text.length
    return text
  }
}
