import { expect, test } from 'vitest'
import { kinds } from '../index.ts'

const NOW = Date.parse('2026-01-01T01:00:00Z')
const metadata = { name: 'web', namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z' }

/** The row of a table, as `kubectl get -o wide` shows it. */
function row(kind: string, object: object): Record<string, unknown> {
  const { columns } = kinds.find((each) => each.kind === kind && !each.view)!
  return Object.fromEntries(columns.map(({ name, cell }) => [name, cell({ metadata, ...object } as never, NOW)]))
}

test('Deployment', () => {
  const containers = [
    { name: 'a', image: 'nginx' },
    { name: 'b', image: 'envoy' },
  ]
  const spec = { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: { spec: { containers } } }
  expect(row('Deployment', { spec, status: { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 2 } })).toEqual({
    Name: 'web',
    Ready: '2/3',
    'Up-to-date': 3,
    Available: 2,
    Age: '60m',
    Containers: 'a,b',
    Images: 'nginx,envoy',
    Selector: 'app=web',
  })
})

test('Node', () => {
  const node = {
    metadata: { ...metadata, labels: { 'node-role.kubernetes.io/control-plane': '', 'kubernetes.io/role': 'edge' } },
    spec: { unschedulable: true },
    status: {
      conditions: [{ type: 'Ready', status: 'False' }],
      addresses: [{ type: 'InternalIP', address: '172.30.1.2' }],
      nodeInfo: {
        kubeletVersion: 'v1.36.2',
        osImage: 'Ubuntu',
        kernelVersion: '6.8.0',
        containerRuntimeVersion: 'containerd://2.1.4',
      },
    },
  }
  expect(row('Node', node)).toEqual({
    Name: 'web',
    Status: 'NotReady,SchedulingDisabled',
    Roles: 'control-plane,edge',
    Age: '60m',
    Version: 'v1.36.2',
    'Internal-IP': '172.30.1.2',
    'External-IP': '<none>',
    'OS-Image': 'Ubuntu',
    'Kernel-Version': '6.8.0',
    'Container-Runtime': 'containerd://2.1.4',
  })
})

test('Service', () => {
  const ports = [{ port: 80, nodePort: 30080, protocol: 'TCP' }]
  const spec = { type: 'LoadBalancer', clusterIPs: ['10.96.0.20'], ports, selector: { b: '2', a: '1' } }
  expect(row('Service', { spec, status: {} })).toMatchObject({
    Type: 'LoadBalancer',
    'Cluster-IP': '10.96.0.20',
    'External-IP': '<pending>',
    'Port(s)': '80:30080/TCP',
    Selector: 'a=1,b=2',
  })
})

test('Event', () => {
  const event = {
    involvedObject: { kind: 'Pod', name: 'web-1' },
    firstTimestamp: '2026-01-01T00:30:00Z',
    lastTimestamp: '2026-01-01T00:59:00Z',
    count: 4,
    type: 'Warning',
    reason: 'BackOff',
    message: 'Back-off restarting\n',
    source: { component: 'kubelet', host: 'n1' },
  }
  expect(row('Event', event)).toMatchObject({
    'Last Seen': '60s',
    'First Seen': '30m',
    Object: 'pod/web-1',
    Source: 'kubelet, n1',
    Message: 'Back-off restarting',
    Count: 4,
  })
})

test('RoleBinding', () => {
  const subjects = [
    { kind: 'User', name: 'jane' },
    { kind: 'Group', name: 'devs' },
    { kind: 'ServiceAccount', name: 'ci', namespace: 'tools' },
  ]
  expect(row('RoleBinding', { roleRef: { kind: 'ClusterRole', name: 'view' }, subjects })).toMatchObject({
    Role: 'ClusterRole/view',
    Users: 'jane',
    Groups: 'devs',
    ServiceAccounts: 'tools/ci',
  })
})

test('EndpointSlice', () => {
  const slice = {
    addressType: 'IPv4',
    ports: [{ port: 80 }],
    endpoints: [{ addresses: ['10.0.0.1'] }, { addresses: ['10.0.0.2'] }],
  }
  expect(row('EndpointSlice', slice)).toMatchObject({
    AddressType: 'IPv4',
    Ports: '80',
    Endpoints: '10.0.0.1,10.0.0.2',
  })
})
