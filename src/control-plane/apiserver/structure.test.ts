import { describe, expect, it, test } from 'vitest'
import { isStatus } from '../../api/types.ts'
import { checkStructure, type FieldValidation } from './structure.ts'

const POD = 'io.k8s.api.core.v1.Pod'
const container = { name: 'c', image: 'i' }

function check(body: unknown, validation?: FieldValidation, duplicates?: readonly string[]) {
  return checkStructure(POD, 'Pod', body, validation, duplicates)
}

const pod = (spec: unknown) => ({ kind: 'Pod', apiVersion: 'v1', metadata: { name: 'x' }, spec })

function refusal(answer: ReturnType<typeof check>): string | undefined {
  return isStatus(answer) ? answer.message : undefined
}

describe('checkStructure', () => {
  it.each([
    [
      { containers: 'a' },
      'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container',
    ],
    [
      { containers: [{ image: 1 }] },
      'json: cannot unmarshal number into Go struct field Container.spec.containers.image of type string',
    ],
    [
      { containers: [], restartPolicy: 1 },
      'json: cannot unmarshal number into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy',
    ],
    [{ priority: 1.5 }, 'json: cannot unmarshal number 1.5 into Go struct field PodSpec.spec.priority of type int32'],
    [
      { priority: 3_000_000_000 },
      'json: cannot unmarshal number 3000000000 into Go struct field PodSpec.spec.priority of type int32',
    ],
    [
      { hostNetwork: 'yes' },
      'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool',
    ],
    [
      { nodeSelector: { a: true } },
      'json: cannot unmarshal bool into Go struct field PodSpec.spec.nodeSelector of type string',
    ],
    [
      { nodeSelector: [] },
      'json: cannot unmarshal array into Go struct field PodSpec.spec.nodeSelector of type map[string]string',
    ],
    [[], 'json: cannot unmarshal array into Go struct field Pod.spec of type v1.PodSpec'],
    [
      { containers: [{ resources: { limits: { cpu: 'x' } } }] },
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    [{ containers: [{ resources: { limits: { cpu: '1ki' } } }] }, "unable to parse quantity's suffix"],
  ])('refuses %j in the words of Go', (spec, why) => {
    expect(refusal(check(pod(spec)))).toBe(`Pod in version "v1" cannot be handled as a Pod: ${why}`)
  })

  it('reports unknown and duplicate fields as asked', () => {
    const body = pod({ foo: 1, replicas: { a: 1 }, containers: [{ ...container, bar: 1 }] })
    const found = [
      'unknown field "spec.foo"',
      'unknown field "spec.replicas"',
      'unknown field "spec.containers[0].bar"',
    ]
    expect(check(body, 'Warn')).toMatchObject({ warnings: found, object: pod({ containers: [container] }) })
    expect(check(body, 'Ignore')).toMatchObject({ warnings: [] })
    expect(refusal(check(body, 'Strict'))).toBe(
      `Pod in version "v1" cannot be handled as a Pod: strict decoding error: ${found.join(', ')}`,
    )
    const twice = check(pod({ containers: [container] }), 'Warn', ['spec.containers[0].name', 'spec.foo'])
    expect(twice).toMatchObject({ warnings: ['duplicate field "spec.containers[0].name"'] })
  })

  it('leaves out what Go leaves out, and keeps what it keeps', () => {
    const spec = {
      containers: [{ name: '', resources: {}, args: [], env: null, ports: [{ containerPort: 80, hostPort: 0 }] }],
      terminationGracePeriodSeconds: 0,
      hostNetwork: false,
      nodeSelector: {},
    }
    expect(check({ ...pod(spec), metadata: { creationTimestamp: null, labels: {}, name: '' } })).toMatchObject({
      object: {
        metadata: {},
        spec: {
          containers: [{ name: '', resources: {}, ports: [{ containerPort: 80 }] }],
          terminationGracePeriodSeconds: 0,
        },
      },
    })
    const [kept] = (check(pod(spec)) as unknown as { object: { spec: { containers: object[] } } }).object.spec
      .containers
    expect(Object.keys(kept!)).toEqual(['name', 'resources', 'ports'])
  })

  it('writes quantities as text and keeps ints and strings apart', () => {
    const spec = {
      containers: [
        {
          ...container,
          resources: { limits: { cpu: 2 } },
          livenessProbe: { httpGet: { port: 'web' } },
          readinessProbe: { httpGet: { port: 80 } },
        },
      ],
    }
    expect(check(pod(spec))).toMatchObject({
      object: pod({
        containers: [
          {
            resources: { limits: { cpu: '2' } },
            livenessProbe: { httpGet: { port: 'web' } },
            readinessProbe: { httpGet: { port: 80 } },
          },
        ],
      }),
    })
  })

  it('names the kind that came instead', () => {
    expect(
      refusal(checkStructure('io.k8s.api.core.v1.ConfigMap', 'ConfigMap', { kind: 'Secret', apiVersion: 'v1' })),
    ).toBe(
      'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
    )
    expect(refusal(check({ kind: 'Pod', apiVersion: 'v2' }))).toContain('no kind "Pod" is registered for version "v2"')
    expect(check({ metadata: {} })).toMatchObject({ object: { kind: 'Pod', apiVersion: 'v1' } })
  })

  it('is not misled by names of Object.prototype', () => {
    const body: unknown = JSON.parse(
      '{"kind":"Pod","apiVersion":"v1","__proto__":{"a":1},"constructor":1,"metadata":{"labels":{"__proto__":"x"}}}',
    )
    expect(check(body)).toMatchObject({ warnings: ['unknown field "__proto__"', 'unknown field "constructor"'] })
  })
})

test.each([
  [
    'io.k8s.api.core.v1.PersistentVolume',
    'PersistentVolume',
    { spec: { csi: { driver: [] } } },
    'Go struct field CSIPersistentVolumeSource.spec.PersistentVolumeSource.csi.driver of type string',
  ],
  [
    'io.k8s.api.core.v1.Pod',
    'Pod',
    { spec: { containers: [{ livenessProbe: { httpGet: { path: 1 } } }] } },
    'Go struct field HTTPGetAction.spec.containers.livenessProbe.ProbeHandler.httpGet.path of type string',
  ],
])('type errors of %s name embedded structs', (schema, kind, body, text) => {
  expect(JSON.stringify(checkStructure(schema, kind, body))).toContain(text)
})

test('what is no pointer in Go is there, and zero', () => {
  const body = { metadata: { name: 'a' }, spec: { selector: { matchExpressions: [{ key: 'a' }] } } }
  expect(checkStructure('io.k8s.api.policy.v1.PodDisruptionBudget', 'PodDisruptionBudget', body)).toMatchObject({
    object: { spec: { selector: { matchExpressions: [{ key: 'a', operator: '' }] } } },
  })
})
