/** Reads what `node --cpu-prof` wrote and says where processor time went: by folder, by file and by function. */
import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: {
      readonly functionName: string
      readonly url: string
      readonly lineNumber: number
      readonly columnNumber: number
    }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** Self time in ms, largest first. */
export interface Hotspots {
  readonly total: number
  readonly folders: readonly (readonly [string, number])[]
  readonly files: readonly (readonly [string, number])[]
  readonly functions: readonly (readonly [string, number])[]
}

/** @param bundle path of the bundle that ran, with its source map inline */
export function hotspots(profilePath: string, bundle: string): Hotspots {
  const profile = JSON.parse(readFileSync(profilePath, 'utf8')) as CpuProfile
  const place = placesOf(bundle)
  const self = new Map<number, number>()
  for (const [i, id] of profile.samples.entries())
    self.set(id, (self.get(id) ?? 0) + (profile.timeDeltas[i] ?? 0) / 1000)
  const [folders, files, functions] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()]
  let total = 0
  for (const { id, callFrame } of profile.nodes) {
    const ms = self.get(id) ?? 0
    if (ms === 0 || callFrame.functionName === '(idle)') continue
    total += ms
    const file = place(callFrame)
    for (const [sums, key] of [
      [folders, folderOf(file)],
      [files, file],
      [functions, `${callFrame.functionName || '(anonymous)'} ${file}`],
    ] as const)
      sums.set(key, (sums.get(key) ?? 0) + ms)
  }
  const sorted = (sums: Map<string, number>) => [...sums].sort(([, a], [, b]) => b - a)
  return { total, folders: sorted(folders), files: sorted(files), functions: sorted(functions) }
}

type CallFrame = CpuProfile['nodes'][number]['callFrame']

function placesOf(bundle: string): (frame: CallFrame) => string {
  const text = readFileSync(bundle, 'utf8')
  const encoded = /sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/.exec(text)?.[1] ?? ''
  const map = new SourceMap(JSON.parse(Buffer.from(encoded, 'base64').toString()))
  const folder = dirname(bundle)
  return ({ functionName, url, lineNumber, columnNumber }) => {
    if (url === '') return functionName.startsWith('(') ? functionName : '(built in)'
    if (!url.startsWith('file:') || resolve(fileURLToPath(url)) !== resolve(bundle)) return url
    const entry = map.findEntry(lineNumber, columnNumber)
    if (!('originalSource' in entry)) return '(bundle)'
    return relative(process.cwd(), resolve(folder, entry.originalSource)).replace(/^.*node_modules\//, 'node_modules/')
  }
}

/** `src/control-plane/apiserver/admission/x.ts`: `src/control-plane/apiserver/admission`; a package is one. */
function folderOf(file: string): string {
  if (file.startsWith('node_modules/'))
    return file
      .split('/')
      .slice(0, file.startsWith('node_modules/@') ? 3 : 2)
      .join('/')
  const parts = file.split('/')
  return parts.length < 2 ? file : parts.slice(0, Math.min(4, parts.length - 1)).join('/')
}
