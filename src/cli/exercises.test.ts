import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { Grade } from '../exercises/grade.ts'
import { type Exercise, loadPacks } from '../exercises/pack.ts'

/** Every exercise of every pack, tried as a learner would: real kubectl, the built command line, a session of its own. */
const run = promisify(execFile)
const bin = join(process.cwd(), 'bin')
const kubedrill = join(bin, 'kubedrill.js')

interface Attempt {
  readonly grade: Grade
  readonly output: string
}

/** Begins the exercise, runs a script in it (none: leaves it untouched), grades. */
async function attempt(exercise: Exercise, script?: string): Promise<Attempt> {
  const home = mkdtempSync(join(tmpdir(), 'kubedrill-'))
  const shims = join(home, 'session', 'bin')
  const env = {
    ...process.env,
    KUBEDRILL_HOME: home,
    KUBECONFIG: join(home, 'session', 'kubeconfig'),
    PATH: `${shims}:${process.env.KUBECTL ? `${join(process.env.KUBECTL, '..')}:` : ''}${process.env.PATH}`,
  }
  const cli = (...args: string[]) => run(process.execPath, [kubedrill, ...args], { env, maxBuffer: 1e8 })
  try {
    await cli('start', exercise.id, '--no-shell')
    const tried =
      script === undefined ? { stdout: '', stderr: '' } : await run('sh', [script], { env }).catch((error) => error)
    const { stdout } = await cli('check', '--json').catch((error) => error)
    return { grade: JSON.parse(stdout) as Grade, output: `${tried.stdout}${tried.stderr}` }
  } finally {
    await cli('stop').catch(() => undefined)
    rmSync(home, { recursive: true, force: true })
  }
}

function scripts(exercise: Exercise, folder: string): readonly string[] {
  return readdirSync(join(exercise.directory, folder))
    .filter((name) => name.endsWith('.sh'))
    .map((name) => join(exercise.directory, folder, name))
}

const summary = ({ grade, output }: Attempt) =>
  `${grade.criteria.map(({ id, outcome, saw }) => `${id}: ${outcome}${saw ? `, ${saw.split('\n')[0]}` : ''}`).join('\n')}\n${output}`

describe.each(loadPacks('exercises').flatMap((pack) => pack.exercises))('$id', (exercise) => {
  const failed = new Set<string>()

  test('the untouched state earns nothing', async () => {
    const tried = await attempt(exercise)
    expect(tried.grade.score, summary(tried)).toBe(0)
  })

  test.each(scripts(exercise, 'solutions'))('%s earns full marks', async (script) => {
    const tried = await attempt(exercise, script)
    expect(tried.grade.score, summary(tried)).toBe(tried.grade.max)
  })

  test.each(scripts(exercise, 'wrong'))('%s does not', async (script) => {
    const tried = await attempt(exercise, script)
    for (const { id, outcome } of tried.grade.criteria) if (outcome === 'failed') failed.add(id)
    expect(tried.grade.score, summary(tried)).toBeLessThan(tried.grade.max)
  })

  test('there are enough solutions and near misses, and each criterion is failed by one', () => {
    expect(scripts(exercise, 'solutions').length).toBeGreaterThanOrEqual(2)
    expect(scripts(exercise, 'wrong').length).toBeGreaterThanOrEqual(3)
    expect([...failed].sort()).toEqual(exercise.criteria.map(({ id }) => id).sort())
  })
})
