import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const readme = readFileSync('README.md', 'utf8')
const paths = [...readme.matchAll(/^\|[^|]+\|(.+)\|$/gm)].flatMap(([, cell]) =>
  [...cell!.matchAll(/`([^`]+)`/g)].map(([, path]) => path!),
)

test('everything that "When … look in …" names is there', () => {
  expect(paths.length).toBeGreaterThan(20)
  expect(paths.filter((path) => !existsSync(path))).toEqual([])
})

test('every command that the README shows is one', () => {
  const scripts = Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).scripts)
  const named = [...readme.matchAll(/npm run ([a-z]+)/g)].map(([, name]) => name!)
  expect(named.length).toBeGreaterThan(3)
  expect(named.filter((name) => !scripts.includes(name))).toEqual([])
})

test('every runtime dependency has its line in docs/dependencies.md', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  const text = readFileSync('docs/dependencies.md', 'utf8')
  const missing = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !text.includes(name))
  expect(missing).toEqual([])
})
