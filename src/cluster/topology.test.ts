import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createCluster } from './index.ts'
import { parseTopology, TopologyError, topologyOf } from './topology.ts'

const FILE = `nodes:
  - name: cp-1
    role: control-plane
  - name: worker-1
    role: worker
    cpu: 2
    memory: 4Gi
    labels: {disk: ssd}
    taints: ["dedicated=db:NoSchedule"]
`

function refusal(text: string): string {
  try {
    parseTopology(text, 'ha.yaml')
  } catch (error) {
    expect(error).toBeInstanceOf(TopologyError)
    return (error as Error).message
  }
  throw new Error('nothing was refused')
}

test('a topology that is right, and the cluster of it', () => {
  const topology = parseTopology(FILE, 'ha.yaml')
  expect(topology.nodes.map(({ name }) => name)).toEqual(['cp-1', 'worker-1'])
  const worker = createCluster({ topology }).client().get('Node', 'worker-1')!
  expect(worker.metadata.labels).toMatchObject({ disk: 'ssd', 'kubernetes.io/hostname': 'worker-1' })
  expect(worker.status?.capacity).toMatchObject({ cpu: '2', memory: '4194304Ki' })
  expect(worker.spec.taints).toMatchObject([{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }])
})

test('a cluster whose machines are rented', () => {
  const file = 'fixtures/topologies/cloud.yaml'
  const topology = parseTopology(readFileSync(file, 'utf8'), file)
  const cluster = createCluster({ topology })
  const instances = cluster.cloud?.instances.list().map(({ name, type, zone, state }) => [name, type, zone, state])
  expect(instances).toEqual([
    ['cp-1', 'standard-4', 'region-1a', 'running'],
    ['worker-1', 'standard-4', 'region-1a', 'running'],
    ['worker-2', 'standard-4', 'region-1b', 'running'],
    ['worker-3', 'standard-8', 'region-1a', 'running'],
  ])
  expect(cluster.cloud?.quotas.loadBalancers).toBe(3)
  const [pod] = cluster
    .client()
    .list('Pod', { namespace: 'kube-system', labelSelector: 'k8s-app=cloud-controller-manager' })
  expect(pod?.spec.nodeName).toBe('cp-1')
})

test('JSON is YAML too', () => {
  expect(parseTopology(JSON.stringify(topologyOf(3, 2)), 'ha.json')).toEqual(topologyOf(3, 2))
})

describe('what is wrong is said with file, line and field', () => {
  test.each([
    ['', 'ha.yaml:1: topology must be object'],
    ['nodes: []', 'ha.yaml:1: nodes must NOT have fewer than 1 items'],
    ['nodes: 3', 'ha.yaml:1: nodes must be array'],
    ['nodes: [', 'ha.yaml:1: Flow sequence in block collection must be'],
    [FILE.replace('cpu: 2', 'cpu: many'), 'ha.yaml:6: nodes.1.cpu must match pattern'],
    [FILE.replace('memory: 4Gi', 'memory: 4GB'), 'ha.yaml:7: nodes.1.memory must match pattern'],
    [FILE.replace('cpu: 2', 'pods: 0'), 'ha.yaml:6: nodes.1.pods must be >= 1'],
    [FILE.replace('cpu: 2', 'cpus: 2'), 'ha.yaml:6: nodes.1 must NOT have additional properties: cpus'],
    [
      FILE.replace('role: worker', 'role: slave'),
      'ha.yaml:5: nodes.1.role must be equal to one of the allowed values: control-plane, worker',
    ],
    [FILE.replace('name: worker-1', 'name: Worker_1'), 'ha.yaml:4: nodes.1.name must match pattern'],
    [FILE.replace('name: worker-1', 'name: cp-1'), 'ha.yaml:4: nodes.1.name "cp-1" is used twice'],
    [FILE.replace('    role: worker\n', ''), "ha.yaml:4: nodes.1 must have required property 'role'"],
    [FILE.replace('control-plane', 'worker'), 'ha.yaml:2: nodes must have at least one node with role control-plane'],
    [FILE.replace('NoSchedule', 'Never'), 'ha.yaml:9: nodes.1.taints.0 must match pattern'],
    [FILE.replace('{disk: ssd}', '[disk]'), 'ha.yaml:8: nodes.1.labels must be object'],
    [FILE.replace('cpu: 2', 'zone: region-1a'), 'ha.yaml:6: nodes.1.zone needs a cloud'],
    [`cloud: {zones: [a, b]}\n${FILE.replace('cpu: 2', 'zone: c')}`, 'ha.yaml:7: nodes.1.zone must be one of a, b'],
    [`${FILE}cloud: {quotas: {beds: 1}}\n`, 'ha.yaml:10: cloud.quotas must NOT have additional properties: beds'],
    [`${FILE}podCIDR: 10.0.0.0/8\n`, 'ha.yaml:10: podCIDR must match pattern'],
    [`${FILE}kubernetesVersion: 1.36\n`, 'ha.yaml:10: kubernetesVersion must be string'],
    [`${FILE}extra: 1\n`, 'ha.yaml:10: topology must NOT have additional properties: extra'],
  ])('%j', (text, says) => {
    expect(refusal(text).slice(0, says.length)).toBe(says)
  })
})
