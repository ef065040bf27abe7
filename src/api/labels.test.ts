import { describe, expect, it } from 'vitest'
import { everything, nothing, parseSelector, selectorFromLabelSelector, selectorFromSet } from './labels.ts'

describe('parseSelector', () => {
  it.each([
    ['', {}, true],
    ['app=web', { app: 'web' }, true],
    ['app=web', {}, false],
    ['app==web', { app: 'web' }, true],
    ['app!=web', {}, true],
    ['app!=web', { app: 'web' }, false],
    ['x in (foo,,baz),y,z notin ()', { x: '', y: 'any' }, true],
    ['x in (foo,,baz),y,z notin ()', { x: 'foo', y: 'any', z: '' }, false],
    ['!legacy', {}, true],
    ['!legacy', { legacy: '' }, false],
    ['in in (in, notin)', { in: 'notin' }, true],
    ['n>4', { n: '5' }, true],
    ['n<4', { n: '5' }, false],
    ['n>4', { n: 'five' }, false],
    ['key=', { key: '' }, true],
  ])('%s matches %j: %s', (text, labels, matches) => {
    expect(parseSelector(text).matches(labels)).toBe(matches)
  })

  it.each([
    ['a==b,', "found '', expected: identifier after ','"],
    ['a,,b', "found ',', expected: identifier after ','"],
    ['x=a||y=b', 'values[0][x]: Invalid value: "a||y": a valid label must be'],
    ['x==a==b', "found '==', expected: ',' or 'end of string'"],
    ['x in a', "unable to parse requirement: found 'a' expected: '('"],
    ['x nope (a)', "unable to parse requirement: found 'nope', expected: in, notin, =, ==, !=, gt, lt"],
    ['=', "found '=', expected: !, identifier, or 'end of string'"],
    [
      '-a',
      "unable to parse requirement: <nil>: Invalid value: \"-a\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ],
  ])('%s is refused: %s', (text, message) => {
    expect(() => parseSelector(text)).toThrow(message)
  })

  it('prints requirements sorted by key and values sorted', () => {
    expect(parseSelector('z notin (b,a), a , !b').text).toBe('a,!b,z notin (a,b)')
  })

  it('answers the same object for the same text', () => {
    expect(parseSelector('app=web')).toBe(parseSelector('app=web'))
  })
})

describe('selectorFromLabelSelector', () => {
  it('a missing one selects nothing, an empty one everything', () => {
    expect(selectorFromLabelSelector(undefined)).toBe(nothing)
    expect(selectorFromLabelSelector({})).toBe(everything)
    expect(nothing.matches({})).toBe(false)
  })
  it('takes labels and expressions together', () => {
    const selector = selectorFromLabelSelector({
      matchLabels: { app: 'web' },
      matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }],
    })
    expect(selector.text).toBe('app=web,!tier')
    expect(selector.matches({ app: 'web' })).toBe(true)
    expect(selector.matches({ app: 'web', tier: 'a' })).toBe(false)
  })
  it('selectorFromSet', () => {
    expect(selectorFromSet({ a: '1', b: '2' }).matches({ a: '1', b: '2', c: '3' })).toBe(true)
    expect(selectorFromSet(undefined)).toBe(everything)
  })
})
