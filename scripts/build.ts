import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { editorSteps } from '../src/gherkin/editor-steps.ts'

/**
 * dist/: the program and the library as bundles that share their chunks, and the declarations. What is heavy and not always
 * needed (x509, OpenAPI, yaml) is imported when it is used and so comes in chunks of its own: start-up time is what counts.
 */
const entries = {
  cli: 'src/cli/main.ts',
  index: 'src/index.ts',
  extension: 'src/extension.ts',
  'gherkin/index': 'src/gherkin/index.ts',
  'share-modules': 'src/cli/share-modules.ts',
}

/** A peer of the user's own, and a shell that brings workers and WebAssembly along. */
const external = ['@cucumber/cucumber', 'just-bash']

const present = Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file)))
for (const [name, file] of Object.entries(entries)) if (!(name in present)) console.error(`build: no ${file}, left out`)

rmSync('dist', { recursive: true, force: true })
await build({
  entryPoints: present,
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external,
  // What has both is bundled as ES modules: it splits, and its unused parts fall out.
  mainFields: ['module', 'main'],
  chunkNames: 'chunks/[name]-[hash]',
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  // CommonJS in the bundle (ajv, yaml) asks for node's own modules.
  banner: { js: "import{createRequire as nodeRequire}from'node:module';const require=nodeRequire(import.meta.url);" },
})
writeFileSync('dist/gherkin/editor-steps.ts', editorSteps())
declarations(Object.values(present).filter((file) => !file.startsWith('src/cli/')))

/** `tsc` writes the declarations; errors are the business of `npm run check`. */
function declarations(files: readonly string[]): void {
  if (files.length === 0) return
  const config = 'dist/tsconfig.json'
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    outDir: 'types',
    rootDir: '../src',
  }
  const from = files.map((file) => join('..', file))
  writeFileSync(config, JSON.stringify({ extends: '../tsconfig.json', compilerOptions, files: from, include: [] }))
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
  try {
    execFileSync(process.execPath, [tsc, '-p', config], { stdio: ['ignore', 'ignore', 'inherit'] })
  } catch {
    console.error('build: the sources have type errors (npm run check); declarations were written all the same')
  }
  rmSync(config)
  if (!existsSync('dist/types')) return
  for (const file of readdirSync('dist/types', { recursive: true, encoding: 'utf8' }))
    if (file.endsWith('.d.ts')) pointAtDeclarations(join('dist/types', file))
}

/** The sources import `./x.ts`; beside a declaration that is `./x.js`. */
function pointAtDeclarations(file: string): void {
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace(/((?:from|import\()\s*['"]\.{1,2}\/[^'"]+)\.ts(['"])/g, '$1.js$2'))
}
