import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import {
  minorOf,
  parseReport,
  type Reasons,
  type Report,
  type Row,
  renderReport,
  rowOf,
  unexplained,
} from './conformance/report.ts'

/**
 * `npm run conformance [-- FUNCTION…]`: Kubernetes' own kubectl tests (test/cmd) against `kubedrill serve --profile
 * control-plane`; what comes out goes into docs/conformance.md. Environment: K (a Kubernetes v1.36 source tree),
 * KUBECTL (default: the one on PATH), SUITE (the directory of run.sh, default ../shared/kubectl-suite); run.sh's own
 * (MAXTRIES, ...) are passed on. Exit codes: 0 every miss has its reason, 1 some have none, 2 something is missing.
 */
const root = resolve(import.meta.dirname, '..')
const REPORT = join(root, 'docs/conformance.md')
const REASONS = join(root, 'docs/conformance-reasons.yaml')

function stop(message: string): never {
  process.stderr.write(`conformance: ${message}\n`)
  process.exit(2)
}

interface Needed {
  readonly kubernetes: string
  readonly kubectl: string
  readonly version: string
  readonly runner: string
}

function findWhatIsNeeded(): Needed {
  const kubernetes = process.env.K ?? stop('set K to the root of a Kubernetes v1.36 source tree')
  if (!existsSync(join(kubernetes, 'test/cmd/legacy-script.sh')))
    stop(`K=${kubernetes} is no Kubernetes source tree: it has no test/cmd/legacy-script.sh`)
  const runner = join(process.env.SUITE ?? join(root, '../shared/kubectl-suite'), 'run.sh')
  if (!existsSync(runner)) stop(`there is no ${runner}: set SUITE to the directory of the suite's run.sh`)
  const asked = process.env.KUBECTL ?? 'kubectl'
  const kubectl = spawnSync('sh', ['-c', 'command -v "$0"', asked], { encoding: 'utf8' }).stdout.trim()
  const said = spawnSync(asked, ['version', '--client', '-o', 'json'], { encoding: 'utf8' })
  if (kubectl === '' || said.status !== 0) stop(`${asked} cannot be run: put kubectl on PATH, or its path into KUBECTL`)
  const { clientVersion } = JSON.parse(said.stdout) as { clientVersion: { gitVersion: string } }
  return { kubernetes, kubectl: resolve(kubectl), version: clientVersion.gitVersion, runner }
}

/** Our server, as the suite's README asks. */
async function startServer({ kubernetes, kubectl }: Needed, directory: string) {
  const testdata = join(kubernetes, 'hack/testdata')
  const flags = {
    profile: 'control-plane',
    'token-auth-file': join(testdata, 'auth-tokens.csv'),
    'client-ca-file': join(testdata, 'ca/ca.crt'),
    'cluster-signing-cert-file': join(testdata, 'ca/ca.crt'),
    'cluster-signing-key-file': join(testdata, 'ca/ca.key'),
    'version-like': kubectl,
    kubeconfig: join(directory, 'kubeconfig'),
  }
  const server = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      'src/cli/main.ts',
      'serve',
      ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const url = await new Promise<string>((ready) => {
    server.stdout.on('data', (chunk: Buffer) => {
      const found = /^ready (\S+)/m.exec(chunk.toString())?.[1]
      if (found !== undefined) ready(found)
    })
    server.once('exit', (code) => stop(`kubedrill serve ended with ${code}`))
  })
  return {
    url,
    stop: () => {
      server.removeAllListeners('exit')
      server.kill()
    },
  }
}

type Functions = readonly string[]

async function runSuite(
  needed: Needed,
  url: string,
  directory: string,
  functions: Functions,
  env = {},
): Promise<readonly Row[]> {
  const runner = spawn(needed.runner, ['-s', url, '-b', needed.kubectl, '-o', directory, ...functions], {
    // npm sets NODE to a path; to the suite it says whether there is a Node object.
    env: { ...process.env, NODE: '1', K: needed.kubernetes, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  await new Promise((ended) => runner.once('exit', ended))
  return readFileSync(join(directory, 'results.tsv'), 'utf8').split('\n').filter(Boolean).map(rowOf)
}

/** As upstream runs it; what fails runs again to its end, so that every assertion of it counts. */
async function runAll(needed: Needed, url: string, directory: string, functions: Functions): Promise<readonly Row[]> {
  const first = await runSuite(needed, url, directory, functions)
  const missed = first.filter(({ passed }) => !passed).map(({ name }) => name)
  if (missed.length === 0) return first
  const whole = new Map(
    (await runSuite(needed, url, directory, missed, { KEEP_GOING: '1' })).map((row) => [row.name, row]),
  )
  return first.map((row) => {
    const again = whole.get(row.name)
    return again === undefined
      ? row
      : { ...again, passed: false, failed: Math.max(1, again.failed), why: again.why || row.why }
  })
}

const needed = findWhatIsNeeded()
const functions = process.argv.slice(2)
const directory = mkdtempSync(join(tmpdir(), 'kubedrill-conformance-'))
const server = await startServer(needed, directory)
const rows = await runAll(needed, server.url, directory, functions).finally(server.stop)
rmSync(directory, { recursive: true, force: true })

const reasons = (existsSync(REASONS) ? parse(readFileSync(REASONS, 'utf8')) : {}) as Reasons
const before: Report = existsSync(REPORT) ? parseReport(readFileSync(REPORT, 'utf8')) : new Map()
// Functions that were named take their places among the others of the same kubectl.
const section = functions.length === 0 ? [] : (before.get(minorOf(needed.version)) ?? [])
const merged = new Map([...section, ...rows].map((row) => [row.name, row]))
writeFileSync(REPORT, renderReport(new Map([...before, [minorOf(needed.version), [...merged.values()]]]), reasons))
const missing = unexplained(rows, reasons, minorOf(needed.version))
for (const { name, why } of missing) process.stdout.write(`no reason for ${name}: ${why}\n`)
process.exitCode = missing.length > 0 ? 1 : 0
