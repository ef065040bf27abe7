import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../../sim/clock.ts'
import { createFileTree } from './file-tree.ts'
import { MemoryFiles } from './memory-files.ts'
import { type FilePowers, seenBy } from './permissions.ts'

const NO_POWERS: FilePowers = { override: false, chown: false, fowner: false }
const USER = { uid: 1000, gid: 3000, groups: [3000, 2000] }

function tree(modes: Readonly<Record<string, number>> = {}) {
  const files = createFileTree(new VirtualClock(0), { '/etc/hosts': 'h', '/shared/': '', '/tmp/': '', '/own/x': '1' })
  files.setOwner('/own', { uid: 1000, gid: 1000 })
  files.setOwner('/own/x', { uid: 1000, gid: 1000 })
  files.setOwner('/shared', { uid: 0, gid: 2000 })
  for (const [path, mode] of Object.entries({ '/tmp': 0o1777, '/shared': 0o2770, ...modes })) files.setMode(path, mode)
  return { files, user: seenBy(files, USER, NO_POWERS) }
}

describe('a process that is not almighty', () => {
  test.each([
    ['reads what everybody may read', '/etc/hosts', 0o644, 'h'],
    ['does not read what only its owner may', '/etc/hosts', 0o600, undefined],
    ['reads its own', '/own/x', 0o400, '1'],
  ])('%s', (_, path, mode, content) => {
    expect(tree({ [path]: mode }).user.read(path)).toBe(content)
  })

  test('does not get into a closed directory', () => {
    const { user } = tree({ '/etc': 0o700 })
    expect(user.read('/etc/hosts')).toBeUndefined()
    expect(user.denied?.('/etc/hosts', 'read')).toBe(true)
    expect(user.stat('/etc/hosts')).toBeUndefined()
  })

  test('makes files where its group may, and they are the directory group’s', () => {
    const { files, user } = tree()
    user.write('/shared/deep/x', '')
    expect(files.stat('/shared/deep')).toMatchObject({ owner: { uid: 1000, gid: 2000 }, mode: 0o2755 })
    expect(files.stat('/shared/deep/x')).toMatchObject({ owner: { uid: 1000, gid: 2000 } })
    expect(() => user.write('/etc/x', '')).toThrow('Permission denied')
    expect(() => user.makeDirectory('/new')).toThrow('Permission denied')
    expect(() => user.remove('/etc/hosts')).toThrow('Permission denied')
  })

  test('removes only its own from /tmp', () => {
    const { files, user } = tree()
    files.write('/tmp/theirs', '')
    user.write('/tmp/mine', '')
    expect(() => user.remove('/tmp/theirs')).toThrow('Operation not permitted')
    user.remove('/tmp/mine')
    expect(files.list('/tmp')).toEqual(['theirs'])
  })

  test('gives nothing away and changes the modes of its own only', () => {
    const { files, user } = tree()
    expect(() => user.setOwner('/own/x', { uid: 0, gid: 0 })).toThrow('Operation not permitted')
    expect(() => user.setMode('/etc/hosts', 0o777)).toThrow('Operation not permitted')
    user.setMode('/own/x', 0o600)
    expect(files.stat('/own/x')?.mode).toBe(0o600)
  })
})

test('files in memory are charged to who writes them, and have a size', () => {
  const memory = new MemoryFiles(new VirtualClock(0), 10)
  const charged: number[] = []
  const mine = memory.chargedTo((bytes) => charged.push(bytes))
  mine.write('/a', '12345678')
  expect(() => mine.write('/b', '123')).toThrow('No space left on device')
  mine.write('/a', '1')
  memory.files.write('/c', '22')
  mine.remove('/a')
  expect(charged).toEqual([8, -7, -1])
  expect(memory.used).toBe(2)
})
