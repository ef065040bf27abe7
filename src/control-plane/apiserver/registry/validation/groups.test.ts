import { describe, expect, it } from 'vitest'
import { isStatus } from '../../../../api/types.ts'
import { World } from '../../testing/world.ts'

/** What the server says is wrong with an object: `field: message` of each cause. */
function refusals(resource: string, kind: string, rest: object, name = 'x'): readonly string[] {
  const world = new World()
  const { definition } = world.server.endpoints.find((each) => each.definition.kind === kind)!
  const { group, version, namespaced } = definition
  const namespace = namespaced ? 'default' : undefined
  const body = { apiVersion: `${group}/${version}`, kind, metadata: { name }, ...rest }
  const answer = world.ask('create', resource, namespace, undefined, { body, wire: {} }).body
  if (!isStatus(answer)) return []
  return answer.details?.causes?.map(({ field, message }) => `${field}: ${message}`) ?? [answer.message ?? '']
}

const rule = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }
const policy = (validations: readonly object[]) => ({
  spec: { matchConstraints: { resourceRules: [rule] }, validations },
})

/** Answers recorded from a real v1.36 server. */
const cases: readonly (readonly [string, string, object, readonly string[]])[] = [
  ['storage/storageclasses', 'StorageClass', { provisioner: 'example.com/disk' }, []],
  [
    'storage/storageclasses',
    'StorageClass',
    { provisioner: '', reclaimPolicy: 'Recycle' },
    [
      'provisioner: Required value',
      'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
    ],
  ],
  [
    'storage/csidrivers',
    'CSIDriver',
    { spec: { serviceAccountTokenInSecrets: true } },
    [
      'spec.serviceAccountTokenInSecrets: Invalid value: true: serviceAccountTokenInSecrets is set but no tokenRequests are specified',
    ],
  ],
  [
    'certificates/certificatesigningrequests',
    'CertificateSigningRequest',
    { spec: { request: 'Zm9v', signerName: 'example.com/x', usages: ['client auth', 'client auth'] } },
    [
      'spec.request: Invalid value: "Zm9v": PEM block type must be CERTIFICATE REQUEST',
      'spec.usages[1]: Duplicate value: "client auth"',
    ],
  ],
  [
    'apiregistration/apiservices',
    'APIService',
    { spec: { group: 'a.b', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 } },
    ['metadata.name: Invalid value: "x": must be `spec.version+"."+spec.group`: "v1.a.b"'],
  ],
  [
    'flowcontrol/prioritylevelconfigurations',
    'PriorityLevelConfiguration',
    {
      spec: {
        type: 'Limited',
        limited: { limitResponse: { type: 'Queue', queuing: { queues: 10_000, handSize: 20 } } },
      },
    },
    [
      'spec.limited.limitResponse.queuing.handSize: Invalid value: 20: required entropy bits of deckSize 10000 and handSize 20 should not be greater than 60',
    ],
  ],
  [
    'admissionregistration/validatingadmissionpolicies',
    'ValidatingAdmissionPolicy',
    policy([{ expression: 'true' }]),
    [],
  ],
  [
    'admissionregistration/validatingadmissionpolicies',
    'ValidatingAdmissionPolicy',
    policy([{ expression: '1' }, { expression: 'params.x' }]),
    [
      'spec.validations[0].expression: Invalid value: "1": must evaluate to bool but got int',
      "spec.validations[1].expression: Invalid value: \"params.x\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')\n | params.x\n | ^",
    ],
  ],
  [
    'resource/resourceclaims',
    'ResourceClaim',
    { spec: { devices: { requests: [{ name: 'r' }, { name: 'r', exactly: { deviceClassName: 'c', count: -1 } }] } } },
    [
      'spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required',
      'spec.devices.requests[1].exactly.count: Invalid value: -1: must be greater than zero',
      'spec.devices.requests[1]: Duplicate value: "r"',
    ],
  ],
]

describe('rules of the smaller groups', () => {
  it.each(cases)('%s %s %j', (resource, kind, rest, expected) => {
    expect(refusals(resource, kind, rest)).toEqual(expected)
  })
})
