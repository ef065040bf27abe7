import { expect, test } from 'vitest'
import type { KubernetesObject } from '../../../../api/types.ts'
import type { KindDefinition } from '../contract.ts'
import { kinds } from '../index.ts'

function warningsOf(kind: string, object: object, old?: object): readonly string[] {
  const definition = kinds.find((each) => each.kind === kind && !each.view) as KindDefinition
  return definition.warnings!(object as KubernetesObject, old as KubernetesObject | undefined)
}

const metadata = { name: 'web', generation: 1 }
const container = { name: 'a', image: 'nginx' }

test('a plain pod gets none', () => {
  expect(warningsOf('Pod', { metadata, spec: { containers: [container] } })).toEqual([])
})

test('pods', () => {
  const env = [
    { name: 'A', value: '1' },
    { name: 'A', value: '2' },
    { name: 'B', value: '1' },
    { name: 'B', value: '$(B)2' },
  ]
  const ports = [{ name: 'http', containerPort: 80, protocol: 'TCP' }]
  const resources = { requests: { memory: '128m' } }
  const spec = {
    nodeSelector: { 'beta.kubernetes.io/os': 'linux' },
    terminationGracePeriodSeconds: -1,
    containers: [
      { ...container, env, ports, resources },
      { ...container, name: 'b', ports },
    ],
  }
  const pod = { metadata: { ...metadata, name: 'web.1' }, spec }
  expect(warningsOf('Pod', pod)).toEqual([
    "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
    'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
    'spec.containers[0].resources.requests[memory]: fractional byte value "128m" is invalid, must be an integer',
    'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
    'spec.containers[1].ports[0]: duplicate port definition with spec.containers[0].ports[0]',
    'spec.containers[1].ports[0]: duplicate port name "http" with spec.containers[0].ports[0], services and probes that select ports by name will use spec.containers[0].ports[0]',
    'spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1',
  ])
  expect(warningsOf('Pod', pod, pod)).toEqual([])
})

test('templates, when they may have changed', () => {
  const template = { spec: { containers: [container], nodeSelector: { 'node-role.kubernetes.io/master': '' } } }
  const expected = [
    'spec.template.spec.nodeSelector[node-role.kubernetes.io/master]: use "node-role.kubernetes.io/control-plane" instead',
  ]
  const now = { metadata, spec: { template } }
  for (const kind of ['Deployment', 'ReplicaSet', 'DaemonSet']) {
    expect(warningsOf(kind, now)).toEqual(expected)
    expect(warningsOf(kind, now, now)).toEqual([])
  }
  expect(warningsOf('Deployment', { ...now, metadata: { ...metadata, generation: 2 } }, now)).toEqual(expected)
})

test('services', () => {
  const spec = {
    type: 'ClusterIP',
    sessionAffinity: 'None',
    externalIPs: ['1.2.3.4'],
    trafficDistribution: 'PreferClose',
  }
  expect(warningsOf('Service', { metadata, spec })).toEqual([
    'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
    'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
  ])
})
