import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * `npm test`: builds, then runs unit tests and, beside them, checks and features; all run even where one fails. Ends with
 * one line that counts, and with exit code 1 when anything failed.
 */
const results = mkdtempSync(join(tmpdir(), 'kubedrill-test-'))
let failures = 0

/** Runs a command; its output is shown as it comes, or, of one that runs beside another, kept for later. */
function run(command: string, args: readonly string[], output: 'shown' | 'kept' = 'shown'): Promise<string> {
  const child = spawn(command, args, { stdio: output === 'shown' ? 'inherit' : ['ignore', 'pipe', 'pipe'] })
  let kept = ''
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (kept += text))
  return new Promise((resolve) => {
    child.on('error', ({ message }) => resolve(`${message}\n`))
    child.on('close', (code) => {
      if (code !== 0) failures++
      resolve(kept)
    })
  })
}

const title = (text: string) => process.stdout.write(`\n== ${text}\n`)

/** One after the other: what takes one processor only. */
async function besides(): Promise<readonly (readonly [string, string])[]> {
  const steps = [
    ['check', 'npm', ['run', '--silent', 'check']],
    ['lint of the features', process.execPath, ['bin/kubedrill.js', 'test', '--lint']],
    ['lint of the packs', process.execPath, ['bin/kubedrill.js', 'pack', 'lint', 'exercises', '--strict']],
    ['features', 'npx', ['tsx', 'scripts/features.ts', '--format', 'summary', '--format', `message:${cucumberReport}`]],
  ] as const
  const outputs: (readonly [string, string])[] = []
  for (const [name, command, args] of steps) outputs.push([name, await run(command, args, 'kept')])
  return outputs
}

const vitestReport = join(results, 'vitest.json')
const cucumberReport = join(results, 'cucumber.ndjson')
const kubectl = process.env.KUBECTL ?? 'kubectl'
if (spawnSync(kubectl, ['version', '--client'], { stdio: 'ignore' }).status !== 0) {
  process.stdout.write(`${kubectl} cannot be run: the tests need kubectl on PATH, or its path in $KUBECTL\n`)
  process.exit(2)
}
title('build')
await run('npm', ['run', '--silent', 'build'])
title('unit tests')
const others = besides()
await run('npx', ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${vitestReport}`])
for (const [name, output] of await others) {
  title(name)
  process.stdout.write(output)
}

const units = JSON.parse(readOr(vitestReport, '{}')) as { numPassedTests?: number; numFailedTests?: number }
const scenarios = scenarioCounts(readOr(cucumberReport, ''))
rmSync(results, { recursive: true, force: true })
const passed = (units.numPassedTests ?? 0) + scenarios.passed
const failed = (units.numFailedTests ?? 0) + scenarios.failed
process.stdout.write(`\n${passed} passed, ${Math.max(failed, failures)} failed\n`)
process.exit(failures > 0 || failed > 0 || passed === 0 ? 1 : 0)

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return otherwise
  }
}

/** A scenario passes when all its steps do. */
function scenarioCounts(messages: string): { passed: number; failed: number } {
  const worst = new Map<string, boolean>()
  for (const line of messages.split('\n').filter(Boolean)) {
    const { testStepFinished } = JSON.parse(line)
    if (testStepFinished === undefined) continue
    const { testCaseStartedId: id, testStepResult } = testStepFinished
    worst.set(id, (worst.get(id) ?? true) && testStepResult.status === 'PASSED')
  }
  const passed = [...worst.values()].filter(Boolean).length
  return { passed, failed: worst.size - passed }
}
