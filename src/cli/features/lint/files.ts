import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import type { Finding } from './finding.ts'
import type { Suite } from './suite.ts'

/** Where manifests are looked for where features name none of a directory in it. */
const USUAL = ['manifests', 'fixtures']

/** Manifests that lie beside those the features name, and which nothing of the suite names. */
export function unusedFiles({ steps, features, code }: Suite): readonly Finding[] {
  // Also among the words of `kubectl "apply -f manifests/web.yaml" is run`.
  const words = steps.flatMap(({ captured }) => captured.flatMap((value) => value.split(/[\s"']+/)))
  const files = [...new Set(words)]
    .filter((word) => /\.(ya?ml|json)$/.test(word) && existsSync(word))
    .map((word) => normalize(word))
  const directories = new Set(files.map((path) => dirname(path)))
  for (const usual of USUAL)
    if (existsSync(usual) && ![...directories].some((path) => path.startsWith(usual))) directories.add(usual)
  directories.delete('.')
  const texts = [...features, ...code].map(({ text }) => text)
  const addOns = texts.flatMap((text) =>
    [...text.matchAll(/the add-on "([^"]+)" is installed/g)].map(([, name]) => name),
  )
  const found = new Set([...directories].flatMap((directory) => manifestsIn(directory)))
  return [...found]
    .filter((file) => !addOns.includes(basename(file, '.yaml')) && !texts.some((text) => text.includes(basename(file))))
    .map((file) => ({ file, line: 1, rule: 'unused-file', message: 'no feature and no step names this file' }))
}

function manifestsIn(directory: string): readonly string[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => /\.(ya?ml|json)$/.test(name)).map((name) => join(directory, name))
}
