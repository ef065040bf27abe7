import { expect, test } from 'vitest'
import { touched } from './touched.ts'

const features = [
  { file: 'features/a.feature', text: 'Given the manifests in "manifests/web.yaml" are applied' },
  { file: 'features/b.feature', text: 'When kubectl "apply -f manifests/web.yaml" is run' },
  { file: 'features/c.feature', text: 'Given a cluster' },
  { file: 'features/d.feature', text: 'When kubectl "apply -k overlays/test" is run' },
  { file: 'features/e.feature', text: 'When kubectl "apply -f extra/ --wait" is run' },
]
const programs = () => [{ file: 'steps/shop.js', text: "readFileSync('data/prices.json')" }]

test.each([
  ['features/c.feature', ['features/c.feature']],
  ['elsewhere/d.feature', []],
  ['manifests/web.yaml', ['features/a.feature', 'features/b.feature']],
  ['manifests/api.yaml', []],
  ['overlays/test/patches/cpu.yaml', ['features/d.feature']],
  ['overlays/production/patch.yaml', []],
  ['extra/role.yaml', ['features/e.feature']],
  ['extra/.role.yaml.swp', []],
  ['data/prices.json', 'all'],
  ['steps/shop.js', 'all'],
  ['steps/shop.ts', 'all'],
  ['cucumber.json', 'all'],
  ['notes.txt', []],
])('a change of %s', (file, expected) => {
  expect(touched(file, features, programs)).toEqual(expected)
})
