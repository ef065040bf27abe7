import { describe, expect, test } from 'vitest'
import type { ConfigMap, Pod, Secret } from '../../../api/types.ts'
import type { Process } from '../../contract.ts'
import type { Files } from '../../host/file-tree.ts'
import { aPod, TestNode } from '../node.test-kit.ts'

const settings = (colour: string, more: Partial<ConfigMap> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'default' },
  data: { colour },
  ...more,
})

const SECRET: Secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'login', namespace: 'default' },
  data: { password: 'c2VzYW1l' },
}

/** A pod that shows the ConfigMap `settings`, optionally some other way. */
function run(objects: readonly (ConfigMap | Secret)[], volume: object, spec: Partial<Pod['spec']> = {}) {
  let process: Process | undefined
  const node = new TestNode().image('spy', (started) => {
    process = started
  })
  node.start()
  for (const object of objects) node.create(object)
  const volumeMounts = [
    { name: 'shown', mountPath: '/shown' },
    { name: 'shown', mountPath: '/part', subPath: 'colour' },
  ]
  node.create(aPod('web', 'spy', { volumes: [{ name: 'shown', ...volume }], ...spec }, { volumeMounts }))
  node.clock.advance(5_000)
  const change = (data: Record<string, string>) =>
    node.client.update('ConfigMap', 'settings', 'default', (object) => ({ ...object, data }))
  return { node, change, files: () => process!.files as Files }
}

const CONFIG_MAP = { configMap: { name: 'settings' } }
const OPTIONAL = { configMap: { name: 'settings', optional: true } }

describe('a volume of a ConfigMap', () => {
  test('changes with the next sync of its pod, all files at once, and never in part', () => {
    const { node, change, files } = run([settings('blue')], CONFIG_MAP)
    const before = files().link?.('/shown/..data')
    expect(before).toMatch(/^\.\.2026_01_01_00_00_0\d\.\d+$/)
    expect(files().link?.('/shown/colour')).toBe('..data/colour')
    expect(files().read(`/shown/${before}/colour`)).toBe('blue')
    change({ colour: 'red', shade: 'dark' })
    node.clock.advance(50_000)
    expect(files().read('/shown/colour')).toBe('blue')
    node.clock.advance(42_000)
    expect(files().read('/shown/colour')).toBe('red')
    expect(files().read('/shown/shade')).toBe('dark')
    expect(files().link?.('/shown/..data')).not.toBe(before)
    expect(files().read(`/shown/${before}/colour`)).toBeUndefined()
    expect(files().read('/part')).toBe('blue')
  })

  test('changes at once when its pod is synced for another reason', () => {
    const { node, change, files } = run([settings('blue')], CONFIG_MAP)
    change({ colour: 'red' })
    node.client.update('Pod', 'web', 'default', (pod) => ({
      ...pod,
      metadata: { ...pod.metadata, annotations: { touched: 'yes' } },
    }))
    node.clock.settle()
    expect(files().read('/shown/colour')).toBe('red')
  })

  test('that is immutable stays, whatever comes in its place', () => {
    const { node, files } = run([settings('blue', { immutable: true })], CONFIG_MAP)
    node.client.delete('ConfigMap', 'settings', 'default')
    node.create(settings('red'))
    node.clock.advance(300_000)
    expect(files().read('/shown/colour')).toBe('blue')
  })

  test('that may be missing is empty until it comes, and again when it has gone', () => {
    const { node, files } = run([], OPTIONAL)
    expect(files().list('/shown')).toHaveLength(2)
    node.create(settings('blue'))
    node.clock.advance(95_000)
    expect(files().read('/shown/colour')).toBe('blue')
    expect(files().read('/part')).toBeUndefined()
    node.client.delete('ConfigMap', 'settings', 'default')
    node.clock.advance(95_000)
    expect(files().read('/shown/colour')).toBeUndefined()
  })

  test('that has gone stays as it was, and events say what is wrong', () => {
    const { node, files } = run([settings('blue')], CONFIG_MAP)
    node.client.delete('ConfigMap', 'settings', 'default')
    node.clock.advance(95_000)
    expect(files().read('/shown/colour')).toBe('blue')
    expect(node.events).toContain(
      'web Warning FailedMount MountVolume.SetUp failed for volume "shown" : configmap "settings" not found',
    )
    node.create(settings('red'))
    node.clock.advance(200_000)
    expect(files().read('/shown/colour')).toBe('red')
  })

  test('goes on changing under a kubelet that has started anew', () => {
    const { node, change, files } = run([settings('blue')], CONFIG_MAP)
    node.stop()
    change({ colour: 'red' })
    node.clock.advance(200_000)
    expect(files().read('/shown/colour')).toBe('blue')
    node.start()
    node.clock.advance(95_000)
    expect(files().read('/shown/colour')).toBe('red')
  })
})

test('what is wrong with several parts of a projected volume is told together', () => {
  const sources = [{ configMap: { name: 'settings' } }, { secret: { name: 'login', items: [{ key: 'x', path: 'x' }] } }]
  const { node } = (() => {
    const test = new TestNode().image('spy', () => undefined).start()
    test.create(SECRET)
    const volumeMounts = [{ name: 'all', mountPath: '/all' }]
    test.create(aPod('web', 'spy', { volumes: [{ name: 'all', projected: { sources } }] }, { volumeMounts }))
    test.clock.advance(2_000)
    return { node: test }
  })()
  expect(node.events).toContain(
    'web Warning FailedMount MountVolume.SetUp failed for volume "all" : [configmap "settings" not found, references non-existent secret key: x]',
  )
})

test('a volume that nobody mounts is left alone', () => {
  const node = new TestNode().image('spy', () => undefined).start()
  node.create(aPod('web', 'spy', { volumes: [{ name: 'site', ...CONFIG_MAP }] }))
  node.clock.advance(5_000)
  expect(node.state('web')).toBe('running')
})
