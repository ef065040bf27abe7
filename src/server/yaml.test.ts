import { describe, expect, it } from 'vitest'
import { decodeYaml, encodeYaml } from './yaml.ts'

describe('decodeYaml', () => {
  it('reads YAML 1.1, as Go does', () => {
    expect(decodeYaml('a: yes\nb: "yes"\nc: 0o7\nd: [1, 2.5, ~]\ne: 2026-01-01T00:00:00Z\nf: 1:30\n')).toEqual({
      value: { a: true, b: 'yes', c: '0o7', d: [1, 2.5, null], e: '2026-01-01T00:00:00Z', f: '1:30' },
      duplicateFields: [],
    })
    expect(decodeYaml('{"a": 1, "a": 2}')).toEqual({ value: { a: 2 }, duplicateFields: ['a'] })
  })

  it('says where a key comes twice', () => {
    expect(decodeYaml('x:\n  a: 1\n  b: 2\n  a: 3\n').duplicateFields).toEqual([
      'yaml: unmarshal errors:\n  line 4: key "a" already set in map',
    ])
  })

  it.each(['a: [', 'a: b: c', '\tx: 1', '*nope', 'a: &a [*a, *a]'])('refuses %j', (text) => {
    expect(() => decodeYaml(text)).toThrow(/^yaml: /)
  })

  it('does not blow up on billions of laughs', () => {
    const laughs = [
      'a: &a [1,1,1,1,1,1,1,1,1,1]',
      ...'bcdefgh'.split('').map((key, i) => `${key}: &${key} [${Array(10).fill(`*${'abcdefg'[i]}`).join(',')}]`),
    ]
    expect(() => decodeYaml(laughs.join('\n'))).toThrow(/^yaml: /)
  })

  it('writes what it reads', () => {
    const value = { a: 'yes', b: ['x', { c: null }] }
    expect(decodeYaml(encodeYaml(value)).value).toEqual(value)
  })
})
