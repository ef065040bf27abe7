import { describe, expect, it } from 'vitest'
import { isStatus, type KubernetesObject } from '../../api/types.ts'
import { World } from './testing/world.ts'

function answerTo(resource: string, kind: string, rest: object): unknown {
  const world = new World()
  const { definition } = world.server.endpoints.find(
    (each) => each.definition.kind === kind && `${each.definition.group}/${each.definition.resource}` === resource,
  )!
  const { group, version, namespaced } = definition
  const namespace = namespaced ? 'default' : undefined
  const body = { apiVersion: `${group}/${version}`, kind, metadata: { name: 'x' }, ...rest }
  return world.ask('create', definition.resource, namespace, undefined, {
    body,
    wire: {},
    resource: { group, version, resource: definition.resource },
  }).body
}

/** Answers recorded from a real v1.36 server. */
describe('what Go writes whether or not it was given', () => {
  it.each<readonly [string, string, object, object]>([
    ['rbac.authorization.k8s.io/roles', 'Role', {}, { rules: null }],
    ['rbac.authorization.k8s.io/roles', 'Role', { rules: [] }, { rules: null }],
    ['scheduling.k8s.io/priorityclasses', 'PriorityClass', {}, { value: 0 }],
    [
      'storage.k8s.io/csinodes',
      'CSINode',
      { spec: { drivers: [{ name: 'a.b', nodeID: 'n' }] } },
      { spec: { drivers: [{ name: 'a.b', nodeID: 'n', topologyKeys: null }] } },
    ],
    [
      'discovery.k8s.io/endpointslices',
      'EndpointSlice',
      { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'], deprecatedTopology: { a: 'b' } }] },
      { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'], conditions: {} }], ports: null },
    ],
    [
      'resource.k8s.io/resourceclaims',
      'ResourceClaim',
      { spec: { devices: {} } },
      { spec: { devices: { requests: null } } },
    ],
    [
      'coordination.k8s.io/leases',
      'Lease',
      { spec: { strategy: 'OldestEmulationVersion', preferredHolder: 'p' } },
      { spec: {} },
    ],
  ])('%s %s %j', (resource, kind, rest, expected) => {
    const { metadata: _, apiVersion: __, kind: ___, ...answer } = answerTo(resource, kind, rest) as KubernetesObject
    expect(answer).toMatchObject(expected)
    if ('spec' in expected) expect((answer as { spec: object }).spec).toEqual(expected.spec)
  })

  it.each<readonly [string, string, object, string]>([
    [
      'rbac.authorization.k8s.io/rolebindings',
      'RoleBinding',
      {},
      'RoleBinding.rbac.authorization.k8s.io "x" is invalid: [roleRef.kind: Unsupported value: "": supported values: "Role", "ClusterRole", roleRef.name: Required value]',
    ],
    [
      'admissionregistration.k8s.io/validatingwebhookconfigurations',
      'ValidatingWebhookConfiguration',
      { webhooks: [{ rules: [{ apiVersions: '1' }] }] },
      'ValidatingWebhookConfiguration in version "v1" cannot be handled as a ValidatingWebhookConfiguration: json: cannot unmarshal string into Go struct field RuleWithOperations.webhooks.rules.Rule.apiVersions of type []string',
    ],
    [
      'certificates.k8s.io/certificatesigningrequests',
      'CertificateSigningRequest',
      { spec: { usages: [{}] } },
      'CertificateSigningRequest in version "v1" cannot be handled as a CertificateSigningRequest: json: cannot unmarshal object into Go struct field CertificateSigningRequestSpec.spec.usages of type v1.KeyUsage',
    ],
    [
      'coordination.k8s.io/leases',
      'Lease',
      { spec: { acquireTime: '2024-01-02T03:04:05.123456Z ' } },
      'Lease in version "v1" cannot be handled as a Lease: parsing time "2024-01-02T03:04:05.123456Z ": extra text: " "',
    ],
    [
      'coordination.k8s.io/leases',
      'Lease',
      { spec: { acquireTime: 'x' } },
      'Lease in version "v1" cannot be handled as a Lease: parsing time "x" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "x" as "2006"',
    ],
    [
      'resource.k8s.io/deviceclasses',
      'DeviceClass',
      { spec: { config: [{ opaque: { driver: [''] } }] } },
      'DeviceClass in version "v1" cannot be handled as a DeviceClass: json: cannot unmarshal array into Go struct field OpaqueDeviceConfiguration.spec.config.DeviceConfiguration.opaque.driver of type string',
    ],
    [
      'events.k8s.io/events',
      'Event',
      { type: 'Normal', reason: 'R', regarding: { kind: 'Pod', namespace: 'default', name: 'p' }, deprecatedCount: 3 },
      'Event "x" is invalid: [eventTime: Required value, count: Invalid value: "": needs to be unset]',
    ],
  ])('%s %s %j is refused', (resource, kind, rest, message) => {
    const answer = answerTo(resource, kind, rest)
    expect(isStatus(answer) ? answer.message : answer).toBe(message)
  })
})
