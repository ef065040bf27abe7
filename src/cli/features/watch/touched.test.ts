import { expect, test } from 'vitest'
import { touched } from './touched.ts'

const features = [
  { file: 'features/a.feature', text: 'Given the manifests in "manifests/web.yaml" are applied' },
  { file: 'features/b.feature', text: 'When kubectl "apply -f manifests/web.yaml" is run' },
  { file: 'features/c.feature', text: 'Given a cluster' },
]

test.each([
  ['features/c.feature', ['features/c.feature']],
  ['elsewhere/d.feature', []],
  ['manifests/web.yaml', ['features/a.feature', 'features/b.feature']],
  ['manifests/api.yaml', []],
  ['steps/shop.js', 'all'],
  ['steps/shop.ts', 'all'],
  ['cucumber.json', 'all'],
  ['notes.txt', []],
])('a change of %s', (file, expected) => {
  expect(touched(file, features)).toEqual(expected)
})
