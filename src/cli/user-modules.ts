import * as module from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Failure } from './failure.ts'
import { PACKAGE_ROOT } from './package-root.ts'

type Urls = Readonly<Record<string, string>>

/**
 * Step definitions of a user's own, wherever they lie, mean the one cucumber that runs them and the one World that it
 * was given: a second copy would define steps that nobody calls, and most directories have none at all.
 */
export function shareModules(): void {
  const own = {
    kubedrill: pathToFileURL(join(PACKAGE_ROOT, 'dist', 'index.js')).href,
    'kubedrill/extension': pathToFileURL(join(PACKAGE_ROOT, 'dist', 'extension.js')).href,
    'kubedrill/gherkin': pathToFileURL(join(PACKAGE_ROOT, 'dist', 'gherkin', 'index.js')).href,
  }
  const cucumber = '@cucumber/cucumber'
  shareImports({ ...own, [cucumber]: import.meta.resolve(cucumber) })
  shareRequires({ [cucumber]: pathToFileURL(module.createRequire(import.meta.url).resolve(cucumber)).href })
}

/** The same in the processes that are started from here on: cucumber's parallel workers. */
export function shareModulesWithChildren(): void {
  importInChildren(pathToFileURL(join(PACKAGE_ROOT, 'dist', 'share-modules.js')).href)
}

function importInChildren(url: string): void {
  const { NODE_OPTIONS: options = '' } = process.env
  if (!options.includes(`--import=${url}`)) process.env.NODE_OPTIONS = `${options} --import=${url}`.trim()
}

/**
 * Lets this process, and those it starts, import TypeScript: Node 22.18 does by itself, older ones with the tsx that is installed
 * beside the steps.
 *
 * @throws {Failure} where there is none
 */
export async function importTypeScript(file: string): Promise<void> {
  if ('typescript' in process.features && process.features.typescript) return
  const tsx = resolveFromHere('tsx')
  if (tsx === undefined)
    throw new Failure(
      `${file}: Node ${process.versions.node} reads no TypeScript by itself: npm install --save-dev tsx`,
    )
  await import(pathToFileURL(tsx).href)
  importInChildren(pathToFileURL(tsx).href)
}

function resolveFromHere(name: string): string | undefined {
  try {
    return module.createRequire(join(process.cwd(), 'package.json')).resolve(name)
  } catch {
    return undefined
  }
}

/**
 * Node 20 resolves imports on a thread of its own: what is shared travels there as text.
 *
 * @throws where the directory we are in was deleted: that thread would die of it, and be waited for for ever
 */
function shareImports(urls: Urls): void {
  process.cwd()
  const source = `const urls = ${JSON.stringify(urls)}
export const resolve = (name, context, next) => name in urls ? { url: urls[name], shortCircuit: true } : next(name, context)`
  module.register(`data:text/javascript,${encodeURIComponent(source)}`)
}

interface Requires {
  _resolveFilename(name: string, ...rest: unknown[]): string
}

/** `require` knows no such hooks: the function is replaced that everybody replaces. */
function shareRequires(urls: Urls): void {
  const requires = module.Module as unknown as Requires
  const resolve = requires._resolveFilename
  requires._resolveFilename = function resolveShared(this: unknown, name, ...rest) {
    const url = urls[name]
    return url === undefined ? resolve.call(this, name, ...rest) : fileURLToPath(url)
  }
}
