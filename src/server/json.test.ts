import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeJson } from './json.ts'

describe('decodeJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 2), (text, indent) => {
        const value: unknown = JSON.parse(text)
        expect(decodeJson(JSON.stringify(value, null, indent)).value).toEqual(value)
      }),
    )
  })

  it.each([
    ['{"a":1,"a":2}', ['a']],
    ['{"spec":{"b":[{"x":1},{"x":1,"x":2}],"c":1,"c":1}}', ['spec.b[1].x', 'spec.c']],
    ['{"a":{"x":1},"b":{"x":1}}', []],
  ])('names the duplicate keys of %s', (text, duplicateFields) => {
    expect(decodeJson(text).duplicateFields).toEqual(duplicateFields)
  })

  it.each([
    ['', 'unexpected end of JSON input'],
    ['{', 'unexpected end of JSON input'],
    ['{"a":}', "invalid character '}' looking for beginning of value"],
    ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
    ['[1 2]', "invalid character '2' after array element"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b":2}', `invalid character '"' after object key:value pair`],
    ['tru!', "invalid character '!' in literal true (expecting 'e')"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['-x', "invalid character 'x' in numeric literal"],
    ['"a\nb"', "invalid character '\\n' in string literal"],
    ['[01]', "invalid character '1' after array element"],
  ])('refuses %j as Go does', (text, message) => {
    expect(() => decodeJson(text)).toThrow(message)
  })

  it('keeps __proto__ an ordinary key', () => {
    const { value } = decodeJson('{"__proto__":{"polluted":true}}')
    expect(Object.keys(value as object)).toEqual(['__proto__'])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it('refuses nesting deeper than Go does, without overflowing', () => {
    expect(() => decodeJson('['.repeat(20_000))).toThrow('exceeded max depth')
  })
})
