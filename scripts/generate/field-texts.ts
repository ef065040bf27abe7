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

export interface Texts {
  readonly type: string
  readonly fields: ReadonlyMap<string, string>
}

const NONE: Texts = { type: '', fields: new Map() }
const COMMENT = String.raw`\/\*\*\n((?:\s*\* .*\n|\s*\*\n)+?)\s*\*\/\n`

/** What stands in a comment, without its stars. `\*` was written for a star, a star with anything after it for one before a slash. */
function spoken(comment: string): string {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, ''))
  return lines
    .join('\n')
    .replace(/\n@deprecated\n?$/, '')
    .trim()
    .replaceAll('*\\/', '*/')
    .replaceAll('\\*', '*')
    .replaceAll('_*', '*')
}

/** What kubernetes-models says of a type and of its fields, with its line breaks: `io.k8s.api.apps.v1.Deployment`. */
export function textsOf(type: string): Texts {
  known ??= index()
  const words = type.split(/[.-]/).map((part) => part.charAt(0).toUpperCase() + part.slice(1))
  const source = known.get(`I${words.join('')}`)
  if (source === undefined) return NONE
  const own = new RegExp(`${COMMENT}export (?:interface|type)`).exec(source)?.[1] ?? ''
  const body = source.slice(source.search(/export (interface|type)/))
  const fields = [...body.matchAll(new RegExp(`${COMMENT}\\s*"([^"]+)"\\??:`, 'g'))]
  return { type: spoken(own), fields: new Map(fields.map(([, text, name]) => [name!, spoken(text!)])) }
}
