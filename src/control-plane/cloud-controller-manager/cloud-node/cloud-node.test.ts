import { describe, expect, test } from 'vitest'
import type { NodeAddress } from '../../../api/types.ts'
import type { CloudProvider } from '../cloud-provider.ts'
import { createTestCloud, nodeOf, UNINITIALIZED } from '../testing/harness.ts'
import { addressesDiffer, preferringNodeIP } from './addresses.ts'
import { labelsToReconcile, withCloudLabels } from './labels.ts'

const internal = (address: string): NodeAddress => ({ type: 'InternalIP', address })
const external = (address: string): NodeAddress => ({ type: 'ExternalIP', address })
const hostname = (address: string): NodeAddress => ({ type: 'Hostname', address })

// Source: k8s.io/cloud-provider/node/helpers/address_test.go TestGetNodeAddressesFromNodeIP
describe('addresses that the kubelet was told to use', () => {
  test.each([
    ['one of the cloud', '10.1.1.1', [internal('10.1.1.1'), external('55.55.55.55'), hostname('k8s')], undefined],
    ['the second of a type', '10.1.1.2', [internal('10.1.1.2'), external('55.55.55.55'), hostname('k8s')], undefined],
    [
      'an external one',
      '55.55.55.55',
      [external('55.55.55.55'), internal('10.1.1.1'), internal('10.1.1.2'), hostname('k8s')],
      undefined,
    ],
    [
      'one of another',
      '10.1.1.3',
      undefined,
      'failed to get node address from cloud provider that matches ip: 10.1.1.3',
    ],
    ['no address', 'wat', undefined, 'failed to parse node IP "wat": could not parse "wat"'],
  ])('%s', (_what, ip, wanted, error) => {
    const cloud = [internal('10.1.1.1'), internal('10.1.1.2'), external('55.55.55.55'), hostname('k8s')]
    const found = preferringNodeIP(ip, cloud)
    expect(found).toEqual(wanted ?? { error })
  })

  test('one that is both internal and external is both', () => {
    const cloud = [internal('10.1.1.1'), external('10.1.1.1'), hostname('k8s')]
    expect(preferringNodeIP('10.1.1.1', cloud)).toEqual(cloud)
    expect(preferringNodeIP(undefined, cloud)).toBe(cloud)
  })
})

// Source: node_controller_test.go TestNodeAddressesChangeDetected
test.each([
  [[internal('10.0.0.1'), external('132.143.154.163')], [internal('10.0.0.1'), external('132.143.154.163')], false],
  [[internal('10.0.0.1'), external('132.143.154.164')], [internal('10.0.0.1'), external('132.143.154.163')], true],
  [
    [internal('10.0.0.1'), external('132.143.154.163')],
    [internal('10.0.0.1'), external('132.143.154.163'), hostname('a')],
    true,
  ],
  [[external('132.143.154.163'), internal('10.0.0.1')], [internal('10.0.0.1'), external('132.143.154.163')], false],
])('addresses differ %#', (a, b, differ) => {
  expect(addressesDiffer(a, b)).toBe(differ)
})

// Source: node_controller_test.go Test_reconcileNodeLabels
test.each([
  ['none', {}, {}],
  [
    'stable ones are missing',
    { 'failure-domain.beta.kubernetes.io/zone': 'foo', 'failure-domain.beta.kubernetes.io/region': 'bar' },
    { 'topology.kubernetes.io/zone': 'foo', 'topology.kubernetes.io/region': 'bar' },
  ],
  [
    'stable ones say something else',
    { 'beta.kubernetes.io/instance-type': 'the-best-type', 'node.kubernetes.io/instance-type': 'the-wrong-type' },
    { 'node.kubernetes.io/instance-type': 'the-best-type' },
  ],
  ['only stable ones', { 'topology.kubernetes.io/zone': 'foo' }, {}],
])('labels to reconcile: %s', (_what, labels, wanted) => {
  expect(labelsToReconcile(nodeOf('a', { labels }))).toEqual(wanted)
})

test('a cloud adds labels of its own, but none of Kubernetes and none in the place of another', () => {
  const additionalLabels = { 'topology.k8s.io/rack': 'r1', 'sub.kubernetes.io/a': 'b', mine: 'new', theirs: 'new' }
  const metadata = { providerID: 'x', instanceType: '', nodeAddresses: [], zone: 'z', region: '', additionalLabels }
  expect(withCloudLabels({ theirs: 'old' }, metadata)).toEqual({
    theirs: 'old',
    mine: 'new',
    'failure-domain.beta.kubernetes.io/zone': 'z',
    'topology.kubernetes.io/zone': 'z',
  })
})

describe('a node', () => {
  test('is initialised: provider id, labels, addresses, and the taint goes', () => {
    const { client, clock, machine, node, start, told } = createTestCloud()
    const { id } = machine('node0', { privateIP: '10.0.0.1', publicIP: '132.143.154.163' })
    start()
    client.create(nodeOf('node0', { taints: [UNINITIALIZED], addresses: [hostname('node0.cloud.internal')] }))
    clock.settle()
    expect(node('node0')).toMatchObject({
      metadata: {
        labels: {
          'beta.kubernetes.io/instance-type': 'standard-4',
          'node.kubernetes.io/instance-type': 'standard-4',
          'failure-domain.beta.kubernetes.io/zone': 'region-1a',
          'topology.kubernetes.io/zone': 'region-1a',
          'failure-domain.beta.kubernetes.io/region': 'region-1',
          'topology.kubernetes.io/region': 'region-1',
        },
      },
      spec: { providerID: `kubedrill://region-1a/${id}` },
      status: { addresses: [internal('10.0.0.1'), external('132.143.154.163'), hostname('node0')] },
    })
    expect(node('node0')?.spec?.taints).toBeUndefined()
    expect(told()).toEqual(['Normal Synced Node synced successfully'])
  })

  test('keeps its own provider id and its other taints, and is left alone without the taint', () => {
    const { client, clock, machine, node, start, told } = createTestCloud()
    const { id } = machine('renamed')
    machine('node1')
    const dedicated = { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' as const }
    start()
    client.create(nodeOf('node0', { taints: [dedicated, UNINITIALIZED], providerID: `kubedrill:///${id}` }))
    client.create(nodeOf('node1'))
    clock.advance(600_000)
    expect(node('node0')?.spec).toEqual({ taints: [dedicated], providerID: `kubedrill:///${id}` })
    expect(node('node1')?.spec?.providerID).toBeUndefined()
    expect(told()).toHaveLength(1)
  })

  test('waits, retried ever later, while the cloud does not know it or the given address is none of its own', () => {
    const { client, clock, cloud, machine, node, start, log, told } = createTestCloud()
    start()
    client.create(nodeOf('node0', { taints: [UNINITIALIZED] }))
    machine('node1')
    const annotations = { 'alpha.kubernetes.io/provided-node-ip': '10.9.9.9' }
    client.create(nodeOf('node1', { taints: [UNINITIALIZED], annotations }))
    clock.advance(60_000)
    expect(node('node0')?.spec?.taints).toEqual([UNINITIALIZED])
    expect(told()).toEqual([])
    expect(log).toContain(
      `E node_controller.go:253] "Unhandled Error" err="error syncing 'node0': failed to get instance metadata for node node0: instance not found, requeuing"`,
    )
    expect(log).toContain(
      `E node_controller.go:253] "Unhandled Error" err="error syncing 'node1': failed to get node modifiers from cloud provider: provided node ip for node "node1" is not valid: failed to get node address from cloud provider that matches ip: 10.9.9.9, requeuing"`,
    )
    // 5 ms, doubling: fewer than 20 times in a minute.
    expect(log.filter((line) => line.includes("'node0'")).length).toBeLessThan(20)
    machine('node0')
    cloud.setQuota('instances', 3)
    clock.advance(120_000)
    expect(node('node0')?.spec?.taints).toBeUndefined()
  })

  test('gets new addresses at the next look, every five minutes, and keeps a hostname the cloud does not know', () => {
    const { client, clock, node, start } = createTestCloud()
    let addresses = [internal('10.0.0.1')]
    let changed = () => {}
    const metadata = () => ({
      providerID: 'fake://1',
      instanceType: '',
      zone: '',
      region: '',
      nodeAddresses: addresses,
    })
    const provider = {
      name: 'fake',
      instances: { exists: () => true, isShutdown: () => false, metadata },
      onChange(listener: () => void) {
        changed = listener
        return () => {}
      },
    } as unknown as CloudProvider
    start(['--controllers=cloud-node'], provider)
    client.create(nodeOf('node0', { taints: [UNINITIALIZED], addresses: [hostname('node0')] }))
    clock.advance(1000)
    expect(node('node0')?.status?.addresses).toEqual([internal('10.0.0.1'), hostname('node0')])
    clock.advance(310_000)
    addresses = [internal('10.0.0.2')]
    changed()
    clock.advance(280_000)
    expect(node('node0')?.status?.addresses).toEqual([internal('10.0.0.1'), hostname('node0')])
    clock.advance(10_000)
    expect(node('node0')?.status?.addresses).toEqual([internal('10.0.0.2'), hostname('node0')])
    clock.advance(300_000)
    expect(clock.nextDue()).toBeUndefined()
  })
})
