import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { WatchLoop } from './loop.ts'
import { watchTree } from './tree.ts'

/** A loop whose runs end when told to, and whose changes are looked at when told to. */
function watching(asked: readonly string[] = [], failed: readonly string[] = []) {
  const runs: string[] = []
  const said: string[] = []
  let ended: (() => void) | undefined
  let soon: (() => void) | undefined
  const finish = () => {
    const then = ended
    ended = undefined
    then?.()
  }
  const runner = {
    run(args: readonly string[], onEnd: () => void) {
      runs.push(`${ended === undefined ? '' : 'instead '}${args.join(' ')}`)
      ended = onEnd
    },
    get running() {
      return ended !== undefined
    },
    stop(then: () => void) {
      if (ended === undefined) then()
      else ended = then
    },
    kill: finish,
  }
  const texts = ['a', 'b'].map((name) => ({ file: `features/${name}.feature`, text: `"${name}.yaml"` }))
  const loop = new WatchLoop(asked, ['--seed', '7'], {
    runner,
    features: async () => texts,
    programs: () => [],
    failedLastTime: () => failed,
    soon: (then) => {
      soon = then
    },
    hasKeys: false,
    say: (text) => said.push(text.trim()),
    clear: () => undefined,
    exit: (code) => said.push(`exit ${code}`),
  })
  const save = async (...files: string[]) => {
    for (const file of files) loop.changed(file)
    soon?.()
    await new Promise((resolve) => setImmediate(resolve))
    return runs.splice(0)
  }
  loop.begin()
  return { loop, save, finish, runs, said }
}

test('all at first; then what changes touch, several saves at once; what nobody reads, not at all', async () => {
  const { save, finish, runs, said } = watching()
  expect(runs.splice(0)).toEqual(['--seed 7'])
  finish()
  expect(said).toEqual(['waiting for changes'])
  expect(await save('features/a.feature')).toEqual(['features/a.feature --seed 7'])
  finish()
  expect(await save('b.yaml', 'a.yaml', 'b.yaml')).toEqual(['features/b.feature features/a.feature --seed 7'])
  finish()
  expect(await save('notes.txt', 'features/gone.feature')).toEqual([])
  expect(await save('steps/x.js', 'a.yaml')).toEqual(['--seed 7'])
})

test('a change while a run is on begins another, with what that had to run', async () => {
  const { save, finish } = watching()
  expect(await save('a.yaml')).toEqual(['--seed 7', 'instead --seed 7'])
  finish()
  expect(await save('a.yaml')).toEqual(['features/a.feature --seed 7'])
  expect(await save('b.yaml')).toEqual(['instead features/b.feature features/a.feature --seed 7'])
  expect(await save('notes.txt')).toEqual([])
})

test('of a feature of which some lines are asked for, those', async () => {
  const { save } = watching(['features/a.feature:3', 'features/a.feature:9'])
  expect((await save('a.yaml')).at(-1)).toBe('instead features/a.feature:3 features/a.feature:9 --seed 7')
})

test('keys: all, what failed, the end, at once when asked again', async () => {
  const { loop, finish, runs, said, save } = watching([], ['src/cli/main.ts:2'])
  finish()
  loop.pressed('f')
  loop.pressed('a')
  loop.pressed('x')
  expect(runs.splice(0)).toEqual(['--seed 7', 'src/cli/main.ts:2 --seed 7', 'instead --seed 7'])
  loop.pressed('q')
  expect(said).not.toContain('exit 0')
  expect(await save('a.yaml')).toEqual([])
  loop.pressed('\x03')
  expect(said).toContain('exit 0')
  const other = watching()
  other.finish()
  other.loop.pressed('f')
  expect(other.said.at(-1)).toBe('nothing failed last time')
  other.loop.end()
  expect(other.said.at(-1)).toBe('exit 0')
})

test('files of a directory that is new are seen, with it or after it; what runs write is not', async () => {
  const root = mkdtempSync(join(tmpdir(), 'kubedrill-watch-'))
  const seen = new Set<string>()
  const stop = watchTree(root, (file) => seen.add(file.slice(root.length + 1)))
  onTestFinished(() => {
    stop()
    rmSync(root, { recursive: true })
  })
  for (const path of ['node_modules/x', '.kubedrill', 'new/deep']) mkdirSync(join(root, path), { recursive: true })
  writeFileSync(join(root, 'node_modules/x/a.js'), '')
  writeFileSync(join(root, 'new/deep/a.feature'), '')
  await expect.poll(() => [...seen]).toEqual(['new/deep/a.feature'])
  writeFileSync(join(root, 'new/deep/b.feature'), '')
  await expect.poll(() => [...seen]).toEqual(['new/deep/a.feature', 'new/deep/b.feature'])
})
