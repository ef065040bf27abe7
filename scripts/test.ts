import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * `npm test`: checks, unit tests, features, one after the other; all run even where one fails. Ends with one line that
 * counts, and with exit code 1 when anything failed.
 */
const results = mkdtempSync(join(tmpdir(), 'kubedrill-test-'))
let failures = 0

function run(title: string, command: string, args: readonly string[]): void {
  process.stdout.write(`\n== ${title}\n`)
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  if (status !== 0) failures++
}

const vitestReport = join(results, 'vitest.json')
const cucumberReport = join(results, 'cucumber.ndjson')
const kubectl = process.env.KUBECTL ?? 'kubectl'
if (spawnSync(kubectl, ['version', '--client'], { stdio: 'ignore' }).status !== 0) {
  process.stdout.write(`${kubectl} cannot be run: the tests need kubectl on PATH, or its path in $KUBECTL\n`)
  process.exit(2)
}
run('build', 'npm', ['run', '--silent', 'build'])
run('check', 'npm', ['run', '--silent', 'check'])
run('lint of the features', process.execPath, ['bin/kubedrill.js', 'test', '--lint'])
run('unit tests', 'npx', [
  'vitest',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${vitestReport}`,
])
run('features', 'npx', ['tsx', 'scripts/features.ts', '--format', 'summary', '--format', `message:${cucumberReport}`])

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
