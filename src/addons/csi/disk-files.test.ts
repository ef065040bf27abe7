import { expect, test } from 'vitest'
import { VirtualClock } from '../../sim/clock.ts'
import { DiskFiles } from './disk-files.ts'

function disk() {
  const contents = new Map<string, unknown>()
  const disks = {
    content: (id: string) => contents.get(id),
    setContent: (id: string, content: unknown) => void contents.set(id, content),
  }
  const mount = () => new DiskFiles(disks, 'vol-1', new VirtualClock(0))
  return { contents, mount }
}

test('what is written is there for whoever mounts the disk next', () => {
  const { mount } = disk()
  const first = mount()
  first.write('/a/b', 'one')
  first.makeDirectory('/empty')
  const second = mount()
  expect(second.read('/a/b')).toBe('one')
  expect(second.isDirectory('/empty')).toBe(true)
  expect(second.list('/')).toEqual(['a', 'empty'])
})

test('two machines that have it at once see the same', () => {
  const { mount } = disk()
  const [first, second] = [mount(), mount()]
  first.write('/x', 'one')
  expect(second.read('/x')).toBe('one')
  second.write('/x', 'two')
  expect(first.read('/x')).toBe('two')
})

test('a snapshot keeps what was there', () => {
  const { contents, mount } = disk()
  const files = mount()
  files.write('/x', 'before')
  const snapshot = contents.get('vol-1')
  files.write('/x', 'after')
  files.remove('/x')
  expect(mount().list('/')).toEqual([])
  contents.set('vol-1', snapshot)
  expect(mount().read('/x')).toBe('before')
})
