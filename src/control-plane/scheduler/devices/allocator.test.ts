import { describe, expect, test } from 'vitest'
import type {
  Device,
  DeviceClaim,
  DeviceClass,
  ExactDeviceRequest,
  ResourceClaim,
  ResourceSlice,
  ResourceSliceSpec,
} from '../../../api/types.ts'
import { NodeInfo } from '../node-info.ts'
import { node } from '../testing/builders.ts'
import { Allocator } from './allocator.ts'
import { HeldDevices } from './held-devices.ts'

const DRIVER = 'gpu.example.com'

function gpuClass(name = 'gpu', spec: DeviceClass['spec'] = {}): DeviceClass {
  return { apiVersion: 'resource.k8s.io/v1', kind: 'DeviceClass', metadata: { name }, spec }
}

function slice(devices: readonly Device[], spec: Partial<ResourceSliceSpec> = {}, name = 'slice-1'): ResourceSlice {
  const pool = { name: 'node-1', generation: 1, resourceSliceCount: 1 }
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceSlice',
    metadata: { name },
    spec: { driver: DRIVER, nodeName: 'node-1', pool, devices, ...spec },
  }
}

const claim = (devices: DeviceClaim, name = 'mine'): ResourceClaim => ({
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceClaim',
  metadata: { name, namespace: 'default', uid: name },
  spec: { devices },
})

const exactly = (name: string, request: Partial<ExactDeviceRequest> = {}) => ({
  name,
  exactly: { deviceClassName: 'gpu', ...request },
})

interface Given {
  readonly slices: readonly ResourceSlice[]
  readonly classes?: readonly DeviceClass[]
  readonly held?: HeldDevices
}

function allocate(claims: readonly ResourceClaim[], { slices, classes = [gpuClass()], held }: Given) {
  let shares = 0
  const allocator = new Allocator({
    held: held ?? new HeldDevices(),
    deviceClass: (name) => classes.find(({ metadata }) => metadata.name === name),
    slicesFor: () => slices,
    allSlices: () => slices,
    newShareID: () => `share-${++shares}`,
  })
  return allocator.allocate(new NodeInfo('node-1', node('node-1')), claims)
}

/** The devices of all claims, `request=device`; `none` where they will not do. */
function devicesFor(claims: readonly ResourceClaim[], given: Given): string {
  const found = allocate(claims, given)
  const results = found?.flatMap(({ devices }) => devices?.results ?? [])
  return results?.map(({ request, device }) => `${request}=${device}`).join(' ') ?? 'none'
}

const plain = (...names: string[]): Device[] => names.map((name) => ({ name }))
const model = (name: string, string: string, more: Partial<Device> = {}): Device => ({
  name,
  attributes: { model: { string } },
  ...more,
})
const isModel = (name: string) => [{ cel: { expression: `device.attributes["${DRIVER}"].model == "${name}"` } }]

describe('which devices a claim gets', () => {
  const three = { slices: [slice(plain('a', 'b', 'c'))] }
  const models = { slices: [slice([model('a', 'small'), model('b', 'big'), model('c', 'big')])] }
  const tainted = {
    slices: [slice([{ name: 'a', taints: [{ key: 'sick', effect: 'NoSchedule' }] }, { name: 'b' }])],
  }
  const counters = {
    slices: [
      slice(
        [],
        { sharedCounters: [{ name: 'gpu-0', counters: { memory: { value: '40Gi' } } }], ...part(2) },
        'counters',
      ),
      slice(
        ['30Gi', '20Gi', '10Gi'].map((value, i) => ({
          name: `part-${i}`,
          consumesCounters: [{ counterSet: 'gpu-0', counters: { memory: { value } } }],
        })),
        part(2),
      ),
    ],
  }
  test.each<[string, DeviceClaim, Given, string]>([
    ['the first that is free', { requests: [exactly('r')] }, three, 'r=a'],
    ['as many as it asks for', { requests: [exactly('r', { count: 2 })] }, three, 'r=a r=b'],
    ['none when there are too few', { requests: [exactly('r', { count: 4 })] }, three, 'none'],
    ['all', { requests: [exactly('r', { allocationMode: 'All' })] }, three, 'r=a r=b r=c'],
    [
      'all that match',
      { requests: [exactly('r', { allocationMode: 'All', selectors: isModel('big') })] },
      models,
      'r=b r=c',
    ],
    [
      'none of none',
      { requests: [exactly('r', { allocationMode: 'All', selectors: isModel('huge') })] },
      models,
      'none',
    ],
    ['what its selector matches', { requests: [exactly('r', { selectors: isModel('big') })] }, models, 'r=b'],
    [
      'of earlier requests only what leaves enough for later ones',
      { requests: [exactly('any'), exactly('small', { selectors: isModel('small') })] },
      models,
      'any=b small=a',
    ],
    [
      'devices that have an attribute in common',
      { requests: [exactly('r', { count: 2 })], constraints: [{ matchAttribute: `${DRIVER}/model` }] },
      models,
      'r=b r=c',
    ],
    [
      'devices that differ in an attribute',
      { requests: [exactly('x'), exactly('y')], constraints: [{ distinctAttribute: `${DRIVER}/model` }] },
      models,
      'x=a y=b',
    ],
    ['none that is tainted', { requests: [exactly('r')] }, tainted, 'r=b'],
    [
      'a tainted one that it tolerates',
      { requests: [exactly('r', { tolerations: [{ key: 'sick', operator: 'Exists' }] })] },
      tainted,
      'r=a',
    ],
    [
      'the first alternative for which there are devices',
      {
        requests: [
          {
            name: 'r',
            firstAvailable: [
              { name: 'many', deviceClassName: 'gpu', count: 9 },
              { name: 'few', deviceClassName: 'gpu', count: 2 },
            ],
          },
        ],
      },
      three,
      'r/few=a r/few=b',
    ],
    ['parts that fit into what they share', { requests: [exactly('r', { count: 2 })] }, counters, 'r=part-0 r=part-2'],
    ['no parts that do not', { requests: [exactly('r', { count: 3 })] }, counters, 'none'],
  ])('%s', (_, devices, given, expected) => {
    expect(devicesFor([claim(devices)], given)).toBe(expected)
  })

  test('two claims of a pod get different devices', () => {
    const two = [claim({ requests: [exactly('r')] }), claim({ requests: [exactly('r')] }, 'other')]
    expect(devicesFor(two, three)).toBe('r=a r=b')
  })
})

function part(resourceSliceCount: number): Partial<ResourceSliceSpec> {
  return { pool: { name: 'node-1', generation: 1, resourceSliceCount } }
}

test('devices that another claim has are taken, but not for who administrates them', () => {
  const held = new HeldDevices()
  const slices = [slice(plain('a'))]
  const [allocation] = allocate([claim({ requests: [exactly('r')] })], { slices })!
  held.add('default/other', allocation!)
  expect(devicesFor([claim({ requests: [exactly('r')] })], { slices, held })).toBe('none')
  expect(devicesFor([claim({ requests: [exactly('r', { adminAccess: true })] })], { slices, held })).toBe('r=a')
  held.remove('default/other')
  expect(devicesFor([claim({ requests: [exactly('r')] })], { slices, held })).toBe('r=a')
})

test('a device that may be shared is given in parts, rounded up to its steps, until it is used up', () => {
  const validRange = { min: '1Gi', step: '1Gi' }
  const device: Device = {
    name: 'shared',
    allowMultipleAllocations: true,
    capacity: { memory: { value: '4Gi', requestPolicy: { default: '1Gi', validRange } } },
  }
  const slices = [slice([device])]
  const held = new HeldDevices()
  const wants = (memory: string) => [claim({ requests: [exactly('r', { capacity: { requests: { memory } } })] })]
  const [first] = allocate(wants('1500Mi'), { slices, held })!
  expect(first!.devices!.results![0]).toMatchObject({ shareID: 'share-1', consumedCapacity: { memory: '2Gi' } })
  held.add('default/first', first!)
  expect(devicesFor(wants('3Gi'), { slices, held })).toBe('none')
  expect(devicesFor(wants('2Gi'), { slices, held })).toBe('r=shared')
})

test('only the newest generation of a pool counts, and only when all its slices are there', () => {
  const pool = { name: 'node-1', generation: 2, resourceSliceCount: 2 }
  const old = slice(plain('old'))
  const half = slice(plain('new-1'), { pool }, 'slice-2')
  const other = slice(plain('new-2'), { pool }, 'slice-3')
  const one = [claim({ requests: [exactly('r')] })]
  expect(devicesFor(one, { slices: [old] })).toBe('r=old')
  expect(devicesFor(one, { slices: [old, half] })).toBe('none')
  expect(devicesFor(one, { slices: [old, half, other] })).toBe('r=new-1')
  const all = [claim({ requests: [exactly('r', { allocationMode: 'All' })] })]
  expect(() => allocate(all, { slices: [half] })).toThrow(
    'claim default/mine, request r: asks for all devices, but resource pool gpu.example.com/node-1 is currently being updated',
  )
})

test('a pool that contradicts itself is not used, and says so', () => {
  const slices = [slice(plain('a', 'a'))]
  expect(() => allocate([claim({ requests: [exactly('r')] })], { slices })).toThrow(
    'invalid resource pools were encountered',
  )
})

test.each([
  [
    'device.attributes["gpu.example.com"].nothing == "x"',
    'claim default/mine: selector #0: CEL runtime error: no such key: nothing',
  ],
  ['device.driver ==', /^claim default\/mine: selector #0: CEL compile error: compilation failed: /],
])('a selector that cannot be evaluated, %s, fails the pod', (expression, message) => {
  const wrong = claim({ requests: [exactly('r', { selectors: [{ cel: { expression } }] })] })
  expect(() => allocate([wrong], { slices: [slice(plain('a'))] })).toThrow(message)
})

test('the result says where the devices can be used, and how they are configured', () => {
  const opaque = { driver: DRIVER, parameters: { mode: 'fast' } }
  const classes = [gpuClass('gpu', { config: [{ opaque }] })]
  const [result] = allocate([claim({ requests: [exactly('x'), exactly('y')], config: [{ opaque }] })], {
    slices: [slice(plain('a', 'b'))],
    classes,
  })!
  expect(result).toMatchObject({
    nodeSelector: {
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-1'] }] }],
    },
    devices: {
      config: [
        { source: 'FromClass', requests: ['x', 'y'], opaque },
        { source: 'FromClaim', opaque },
      ],
    },
  })
  const [anywhere] = allocate([claim({ requests: [exactly('r')] })], {
    slices: [
      {
        ...slice(plain('a')),
        spec: { driver: DRIVER, allNodes: true, devices: plain('a'), ...part(1) },
      } as ResourceSlice,
    ],
  })!
  expect(anywhere!.nodeSelector).toBeUndefined()
})
