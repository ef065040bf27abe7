import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
const roots = ['kubernetes-models', '@kubernetes-models/apimachinery'].map((name) =>
  join(dirname(require.resolve('@kubernetes/client-node')), '../../..', name),
)

/** Declarations by the name they are exported under: `IIoK8sApiAppsV1Deployment`. */
function index(): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (const root of roots)
    for (const each of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      if (!each.endsWith('.d.ts') || each.includes('node_modules') || each.includes('_schemas')) continue
      const source = readFileSync(join(root, each), 'utf8')
      const name = /\bas (IIo\w+)/.exec(source)?.[1]
      if (name !== undefined) files.set(name, source)
    }
  return files
}

let known: ReadonlyMap<string, string> | undefined
const NONE: ReadonlyMap<string, string> = new Map()

/** What kubernetes-models says of the fields of a type: `io.k8s.api.apps.v1.Deployment`. */
export function fieldTextsOf(type: string): ReadonlyMap<string, string> {
  known ??= index()
  const words = type.split(/[.-]/).map((part) => part.charAt(0).toUpperCase() + part.slice(1))
  const source = known.get(`I${words.join('')}`)
  if (source === undefined) return NONE
  const body = source.slice(source.indexOf('export interface'))
  const fields = [...body.matchAll(/\/\*\*\n((?:\s*\* .*\n|\s*\*\n)+?)\s*\*\/\n\s*"([^"]+)"\??:/g)]
  return new Map(
    fields.map(([, text, name]) => [
      name!,
      text!
        .split('\n')
        .map((line) => line.replace(/^\s*\* ?/, ''))
        .join('\n')
        .trim()
        .replaceAll('*\\/', '*/'),
    ]),
  )
}
