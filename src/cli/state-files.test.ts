import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { examStart } from './commands/exam.ts'
import { allExams, createExam, runningExam } from './exam-files.ts'
import { makeDirectory } from './make-directory.ts'
import { takeLock, underLock } from './process-lock.ts'
import { ProgressFile } from './progress-file.ts'
import { systemWords } from './system-error.ts'

const home = mkdtempSync(join(tmpdir(), 'kubedrill-state-'))
beforeAll(() => void vi.stubEnv('KUBEDRILL_HOME', home))
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(home, { recursive: true, force: true })
})

describe('a lock', () => {
  const file = join(home, 'a.lock')
  test.each([
    ['a process that lives', { pid: process.ppid }, false],
    ['a process that is gone', { pid: 2 ** 22 + 1 }, true],
    ['a process whose number somebody else has now', { pid: process.ppid, started: '0' }, true],
    ['this process', { pid: process.pid }, true],
  ])('that %s holds', (_, holder, taken) => {
    writeFileSync(file, JSON.stringify(holder))
    expect(takeLock(file)).toBe(taken)
    rmSync(file)
  })

  test('that nobody can read is taken over', () => {
    writeFileSync(file, '{"pid":')
    expect(underLock(file, () => 'done')).toBe('done')
    expect(existsSync(file)).toBe(false)
  })

  test('goes when what was done under it fails', () => {
    expect(() => underLock(file, () => JSON.parse('x'))).toThrow(SyntaxError)
    expect(existsSync(file)).toBe(false)
  })
})

test('progress is kept beside that of other exercises, also after a process died with its lock', () => {
  const file = new ProgressFile()
  file.update('one', (known) => ({ ...known, hintsTaken: 2 }))
  writeFileSync(join(home, 'progress.json.lock'), JSON.stringify({ pid: 2 ** 22 + 1 }))
  file.update('two', (known) => ({ ...known, best: { score: 3, max: 10 } }))
  expect(file.all()).toEqual({
    one: { hintsTaken: 2, solutionSeen: false },
    two: { hintsTaken: 0, solutionSeen: false, best: { score: 3, max: 10 } },
  })
  writeFileSync(join(home, 'progress.json'), '{"one":')
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  file.update('three', (known) => ({ ...known, solutionSeen: true }))
  expect(told.mock.calls.join('')).toMatch(/cannot be read: it is now .*progress.json.damaged/)
  told.mockRestore()
  expect(Object.keys(file.all())).toEqual(['three'])
  expect(readFileSync(join(home, 'progress.json.damaged'), 'utf8')).toBe('{"one":')
})

test('no second exam begins while one is running, at the same moment neither', async () => {
  const task = { exercise: 'e', title: 'E', pack: 'p', directory: '/p', domain: 'Storage', competency: 'c' }
  const tasks = [{ ...task, weight: 5, minutes: 7, max: 10 }]
  const paper = { seed: 1, minutes: 120, pass: 66, asked: 1, tasks }
  expect(createExam(paper)?.id).toBe('0001')
  expect(createExam(paper)).toBeUndefined()
  await expect(examStart({ tasks: 1, minutes: 5, pass: 66, shell: false })).rejects.toThrow(
    /^exam 0001 is running, 120 minutes left: `kubedrill exam shell` goes on/,
  )
  runningExam()!.files.append({ event: 'submitted' })
  expect(createExam(paper)?.id).toBe('0002')
  expect(allExams()).toHaveLength(2)
  expect(readdirSync(join(home, 'exams'))).toEqual(['0001', '0002'])
})

test('directories are made one in the other; where none can be, that is said at once', () => {
  makeDirectory(join(home, 'a/b'), 0o700)
  expect(statSync(join(home, 'a')).mode & 0o777).toBe(0o700)
  let thrown: unknown
  vi.stubEnv('KUBEDRILL_HOME', '/proc/kubedrill/a')
  try {
    makeDirectory('/proc/kubedrill/a')
  } catch (error) {
    thrown = systemWords(error)
  }
  vi.stubEnv('KUBEDRILL_HOME', home)
  expect(thrown).toMatch(/^\/proc\/kubedrill: this directory cannot be made; KUBEDRILL_HOME names another/)
})

test.each([
  ['a full disk', { code: 'ENOSPC' }, /no room left on the disk of .*kubedrill-state-.*make room/],
  [
    'a directory on a read-only disk',
    { code: 'ENOENT', syscall: 'mkdir', path: `${home}/x` },
    /x: this directory cannot/,
  ],
  ['a file of ours', { code: 'EACCES', path: `${home}/x` }, /x: permission denied; KUBEDRILL_HOME names another/],
  ['a file of others', { code: 'EACCES', path: '/x' }, /^\/x: permission denied$/],
  ['a mistake of ours', { code: 'ENOENT', path: '/x' }, undefined],
])('what the system says of %s is said in words', (_, error, words) => {
  const said = systemWords(Object.assign(new Error('it does not'), error))
  if (words === undefined) expect(said).toBeUndefined()
  else expect(said).toMatch(words)
})
