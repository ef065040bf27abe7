import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../../sim/clock.ts'
import { createFileTree, FileError } from './file-tree.ts'
import { mountTree, subtree } from './mounts.ts'

const tree = (initial: Record<string, string> = {}) => {
  const clock = new VirtualClock(1000)
  return { clock, files: createFileTree(clock, initial) }
}

describe('a file tree', () => {
  test('reads, writes, lists and removes', () => {
    const { files } = tree({ '/etc/hosts': 'a', '/var/lib/kubelet/': '' })
    expect(files.list('/')).toEqual(['etc', 'var'])
    expect(files.isDirectory('/var/lib/kubelet')).toBe(true)
    files.write('/etc/../etc//x/y', 'b')
    expect(files.read('/etc/x/y')).toBe('b')
    files.remove('/etc/x')
    expect(files.read('/etc/x/y')).toBeUndefined()
    expect(files.list('/etc')).toEqual(['hosts'])
  })

  test('keeps modes and the virtual time of the last change', () => {
    const { clock, files } = tree({ '/a': '1' })
    clock.advance(500)
    files.write('/b', '22', 0o600)
    expect(files.stat('/a')).toEqual({ type: 'file', mode: 0o644, mtime: 1000, size: 1 })
    expect(files.stat('/b')).toEqual({ type: 'file', mode: 0o600, mtime: 1500, size: 2 })
    files.setMode('/a', 0o755)
    expect(files.stat('/a')?.mode).toBe(0o755)
  })

  test('refuses what a kernel refuses', () => {
    const { files } = tree({ '/a/b': '1' })
    expect(() => files.write('/a', '')).toThrow('Is a directory')
    expect(() => files.write('/a/b/c', '')).toThrow('Not a directory')
    expect(() => files.remove('/')).toThrow(FileError)
  })

  test('tells listeners on the clock, once an instant', () => {
    const { clock, files } = tree({ '/etc/kubernetes/manifests/a.yaml': '' })
    const heard: string[] = []
    files.onChange('/etc/kubernetes/manifests', () => heard.push('manifests'))
    const stop = files.onChange('/etc/kubernetes/manifests/a.yaml', () => heard.push('a'))
    files.onChange('/var', () => heard.push('var'))
    files.write('/etc/kubernetes/manifests/b.yaml', '1')
    files.write('/etc/kubernetes/manifests/b.yaml', '2')
    expect(heard).toEqual([])
    clock.settle()
    expect(heard).toEqual(['manifests'])
    files.remove('/etc/kubernetes')
    clock.settle()
    expect(heard).toEqual(['manifests', 'manifests', 'a'])
    stop()
    files.write('/etc/kubernetes/manifests/a.yaml', '')
    clock.settle()
    expect(heard).toHaveLength(4)
  })
})

describe('mounts', () => {
  test('the deepest mount answers; a hostPath is the very files of the host', () => {
    const { clock, files: host } = tree({ '/var/log/x': 'host' })
    const root = mountTree([
      { path: '/', files: () => createFileTree(clock, { '/etc/os-release': 'image' }) },
      { path: '/host-logs', files: host, from: '/var/log' },
      { path: '/etc/config', files: createFileTree(clock, { '/key': 'v' }), readOnly: true },
      { path: '/etc/hosts', files: createFileTree(clock, { '/hosts': '127.0.0.1' }), from: '/hosts' },
    ])
    expect(root.list('/')).toEqual(['etc', 'host-logs'])
    expect(root.list('/etc')).toEqual(['config', 'hosts', 'os-release'])
    expect(root.read('/etc/hosts')).toBe('127.0.0.1')
    expect(root.read('/etc/config/key')).toBe('v')
    root.write('/host-logs/y', 'new')
    expect(host.read('/var/log/y')).toBe('new')
    expect(() => root.write('/etc/config/key', '')).toThrow('Read-only file system')
    expect(() => root.remove('/etc/config')).toThrow()
  })

  test('changes are heard through a subtree', () => {
    const { clock, files: host } = tree()
    let heard = 0
    subtree(host, '/var/log').onChange('/', () => heard++)
    host.write('/var/log/a', '')
    host.write('/var/lib/a', '')
    clock.settle()
    expect(heard).toBe(1)
  })

  test('nothing is made until somebody looks', () => {
    let made = 0
    const image = () => {
      made++
      return createFileTree(new VirtualClock())
    }
    const root = mountTree([{ path: '/', files: image }])
    expect(made).toBe(0)
    root.read('/a')
    root.list('/')
    expect(made).toBe(1)
  })
})
