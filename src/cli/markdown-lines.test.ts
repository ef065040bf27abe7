import { expect, test } from 'vitest'
import { markdownLines } from './markdown-lines.ts'
import { plain } from './prose.ts'

const cases: readonly (readonly [what: string, markdown: string, lines: readonly string[]])[] = [
  ['a heading and a paragraph over two lines', '# Title\n\none\ntwo `code`', ['Title', '', 'one two `code`']],
  ['words wrapped to the width', 'one two three four five six', ['one two three four', 'five six']],
  ['a list right below its words', 'do:\n- a\n- b **c**\n  d', ['do:', '- a', '- b c d']],
  ['a list in a list', '1. one\n   - x\n   - y\n2. two', ['1. one', '   - x', '   - y', '2. two']],
  ['a loose list', '- a\n\n- b\n\nend', ['- a', '', '- b', '', 'end']],
  ['a long item', '- one two three four five', ['- one two three four', '  five']],
  [
    'code as it is, however long',
    '```sh\nkubectl get pods --all-namespaces\n```',
    ['  kubectl get pods --all-namespaces'],
  ],
  ['code in an item', '- see\n\n  ```\n  x: 1\n  ```', ['- see', '', '    x: 1']],
  ['a table', '| NODE | PODS |\n|--|--|\n| w-1 | 10 |', ['NODE  PODS', 'w-1   10']],
  ['a quotation', '> said\n> so', ['│ said so']],
  [
    'links with where they lead',
    '[docs](https://k8s.io) <https://k8s.io>',
    ['docs', '(https://k8s.io)', 'https://k8s.io'],
  ],
  ['HTML and links that run as text', '<b>x</b> [y](javascript:a)', ['<b>x</b>', '[y](javascript:a)']],
  ['bytes that terminals obey left out', '\x1b[31mred\x07', ['[31mred']],
  ['nothing', '', []],
]

test.each(cases)('%s', (_, markdown, lines) => {
  expect(markdownLines(markdown, 20, plain)).toEqual(lines)
})

test('code, names and bold words in colours', () => {
  const paint = (style: unknown, text: string) => `<${style}>${text}</>`
  expect(markdownLines('# A `b`\n\n**c** *d* `e`', 80, paint)).toEqual([
    '<bold>A <cyan>b</></>',
    '',
    '<bold>c</> <italic>d</> <cyan>e</>',
  ])
})
