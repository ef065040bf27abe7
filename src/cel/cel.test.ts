import { describe, expect, test } from 'vitest'
import { compile, evaluate } from './index.ts'
import { fromJson } from './json-values.ts'
import * as T from './types.ts'

const self: T.ObjectType = {
  kind: 'object',
  name: 'selfType1',
  field: (name) =>
    ({ replicas: T.INT, name: T.STRING, tags: T.listOf(T.STRING), limits: T.mapOf(T.STRING, T.INT) })[name] as
      | T.Type
      | undefined,
}
const environment = { variables: { self, any: T.DYN } }
const variables = {
  self: fromJson({ replicas: 3, name: 'web', tags: ['a', 'b'], limits: { cpu: 2 } }),
  any: fromJson({ a: [1, 2.5, 'x'], b: { c: null } }),
}

function run(source: string): unknown {
  const program = compile(source, environment)
  if ('error' in program) return program.error
  const outcome = evaluate(program, variables)
  return outcome.error ?? outcome.value
}

describe('expressions that hold', () => {
  test.each([
    'self.replicas == 3 && self.name.startsWith("w")',
    'self.tags.all(t, t.size() == 1) && self.tags.exists(t, t == "b") && self.tags.exists_one(t, t == "a")',
    'self.tags.map(t, t + "!") == ["a!", "b!"] && self.tags.filter(t, t != "a") == ["b"]',
    'self.tags.all(i, t, i < 2 && t in self.tags)',
    'self.tags.transformList(i, t, i > 0, t) == ["b"]',
    '{"a": 1, "b": 2}.transformMap(k, v, v + 1) == {"a": 2, "b": 3}',
    '{"a": "x"}.transformMapEntry(k, v, {v: k}) == {"x": "a"}',
    '!has(any.z) && has(any.b) && any.?z.orValue("none") == "none" && any.b.?c.hasValue()',
    'optional.of(2).optMap(x, x + 1).value() == 3 && optional.none().orValue(5) == 5',
    '[1, ?optional.none()] == [1] && {?"a": optional.of(1)} == {"a": 1}',
    '1 == dyn(1.0) && 2 > 1.5 && 1u < 2 && dyn(1u) == 1',
    'timestamp("2024-02-29T12:00:00Z") + duration("24h") == timestamp("2024-03-01T12:00:00Z")',
    'timestamp("2024-01-01T00:30:00Z").getHours("+01:00") == 1 && duration("1h30m").getMinutes() == 90',
    'timestamp("2024-07-01T00:00:00Z").getHours("Europe/Berlin") == 2',
    'type(1) == int && type("a") == string && string(1.0) == "1" && string(1e6) == "1e+06"',
    'b"abc" == bytes("abc") && size("日本") == 2 && "abc".matches("^a.c$")',
    '[3, 1, 2].sort() == [1, 2, 3] && [1, 2].isSorted() && [1, 2].sum() == 3 && [1, 5].max() == 5',
    '["b", "a"].sortBy(x, x) == ["a", "b"] && [[1], [2]].flatten() == [1, 2] && [1, 1].distinct() == [1]',
    '"a1b22".findAll("[0-9]+") == ["1", "22"] && "a-b".split("-").join("+") == "a+b"',
    '"%s is %d and %.2f %x".format([dyn("a"), 5, 1.5, 255]) == "a is 5 and 1.50 ff"',
    'url("https://h:8/p?q=1").getHostname() == "h" && url("https://h:8/p").getPort() == "8" && !isURL("../a")',
    'ip("10.0.0.1").family() == 4 && cidr("10.0.0.0/8").containsIP("10.1.1.1") && !isIP("10.0.0.256")',
    'quantity("1Ki").isGreaterThan(quantity("1k")) && quantity("50M") == quantity("50000k") && !isQuantity("x")',
    'semver("1.2.3").isLessThan(semver("1.10.0")) && semver("v1.2", true).minor() == 2 && !isSemver("1.2")',
    'format.dns1123Label().validate("a-b") == optional.none() && format.named("uuid").hasValue()',
    'sets.contains([1, 2], [2]) && sets.equivalent([1, 2], [2, 1]) && !sets.intersects([1], [2])',
    'false && 1 / 0 == 1 ? false : (1 / 0 == 1 || true)',
  ])('%s', (source) => {
    expect(run(source)).toBe(true)
  })
})

describe('what goes wrong while evaluating', () => {
  test.each([
    ['any.z', 'no such key: z'],
    ['self.tags[5] == "a"', 'index out of bounds: 5'],
    ['1 / 0', 'division by zero'],
    ['1 % 0', 'modulus by zero'],
    ['9223372036854775807 + 1', 'integer overflow'],
    ['dyn(1) + "a"', 'no such overload'],
    ['int("x")', "type conversion error from 'string' to 'int'"],
    ['optional.none().value()', 'optional.none() dereference'],
    ['[1].filter(x, x > 1).max()', 'max called on empty list'],
    [
      'lists.range(1000).all(a, lists.range(1000).all(b, a * b >= 0))',
      'operation cancelled: actual cost limit exceeded',
    ],
  ])('%s', (source, error) => {
    expect(run(source)).toBe(error)
  })
})

describe('what does not compile', () => {
  const at = (source: string, column: number, message: string) =>
    `compilation failed: ERROR: <input>:1:${column}: ${message}\n | ${source}\n | ${'.'.repeat(column - 1)}^`

  test.each([
    ['self.foo', 5, "undefined field 'foo'"],
    ['foo == 1', 1, "undeclared reference to 'foo' (in container '')"],
    ['self.replicas == "a"', 15, "found no matching overload for '_==_' applied to '(int, string)'"],
    ['self.name.bar()', 14, "undeclared reference to 'bar' (in container '')"],
    ['self.name.size(1)', 15, "found no matching overload for 'size' applied to 'string.(int)'"],
    ['true && 1', 9, "expected type 'bool' but found 'int'"],
    ['[1, "a"]', 5, "expected type 'int' but found 'string'"],
    ['self.replicas.x', 14, "type 'int' does not support field selection"],
    [
      '1.all(x, true)',
      1,
      "expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)",
    ],
    ['has(self)', 5, 'invalid argument to has() macro'],
    ['duration("x") == duration("1s")', 10, 'invalid duration argument'],
    ['"a".matches("(")', 13, 'invalid matches argument'],
    ['1 2', 3, "Syntax error: extraneous input '2' expecting <EOF>"],
    ['for', 1, 'reserved identifier: for'],
  ])('%s', (source, column, message) => {
    expect(run(source)).toBe(at(source, column, message))
  })

  test('an expression that ends early', () => {
    expect(run('1 +')).toContain("<input>:1:4: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.'")
  })
})
