import { describe, expect, test } from 'vitest'
import type { Container, Pod, PodSpec, PodTemplateSpec } from '../../../../api/types.ts'
import type { KindDefinition } from '../contract.ts'
import { pod as definition } from './pod.ts'
import { podTemplateDefaults } from './pod-defaults.ts'
import { podQOSClass } from './pod-qos.ts'

const { defaults, gracePeriodSeconds, prepareForCreate, validate, validateUpdate, fieldSelectors } =
  definition as unknown as KindDefinition<Pod>
const template = (): PodTemplateSpec =>
  ({ metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } }) as never
const make = (spec: Partial<PodSpec>, rest: Partial<Pod> = {}): Pod =>
  defaults!({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default' },
    spec: { containers: [{ name: 'web', image: 'nginx' }], ...spec },
    ...rest,
  } as Pod)

describe('defaults', () => {
  test('are those of a pod that names only an image', () => {
    expect(make({}).spec).toEqual({
      containers: [
        {
          name: 'web',
          image: 'nginx',
          imagePullPolicy: 'Always',
          resources: {},
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
        },
      ],
      dnsPolicy: 'ClusterFirst',
      enableServiceLinks: true,
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      securityContext: {},
      terminationGracePeriodSeconds: 30,
    })
  })

  test('take the pull policy from the tag, requests from limits, host ports from host networking', () => {
    const container = {
      name: 'a',
      image: 'nginx:1.27',
      ports: [{ containerPort: 80 }],
      resources: { limits: { cpu: '0.5' } },
    } as unknown as Container
    expect(make({ containers: [container], hostNetwork: true }).spec.containers[0]).toMatchObject({
      imagePullPolicy: 'IfNotPresent',
      ports: [{ containerPort: 80, hostPort: 80, protocol: 'TCP' }],
      resources: { limits: { cpu: '500m' }, requests: { cpu: '500m' } },
    })
  })

  test('keep the old name of the service account equal to the new one', () => {
    expect(make({ serviceAccount: 'old' }).spec.serviceAccountName).toBe('old')
    expect(make({ serviceAccountName: 'new', serviceAccount: 'old' }).spec.serviceAccount).toBe('new')
  })

  test('are worked out once per template, and shared by its pods', () => {
    const given = template()
    const complete = podTemplateDefaults(given)
    expect(podTemplateDefaults(given)).toBe(complete)
    expect(podTemplateDefaults(complete)).toBe(complete)
    const [one, two] = [make({ ...complete.spec! }), make({ ...complete.spec! })]
    expect(one.spec.containers).toBe(two.spec.containers)
    expect(one.spec.containers).toBe(complete.spec!.containers)
    expect(defaults!(one)).toBe(one)
  })
})

test('prepareForCreate starts every pod as Pending, without the status a client sent', () => {
  const context = { now: () => 0 } as never
  expect(prepareForCreate!(make({}, { status: { phase: 'Running' } as never }), context).status).toEqual({
    phase: 'Pending',
    qosClass: 'BestEffort',
  })
  const gated = prepareForCreate!(make({ schedulingGates: [{ name: 'example.com/wait' }] }), context)
  expect(gated.status?.conditions?.[0]).toMatchObject({
    reason: 'SchedulingGated',
    lastTransitionTime: '1970-01-01T00:00:00Z',
  })
})

test('prepareForCreate writes label keys into selectors, with the values of the pod', () => {
  const labelSelector = { matchLabels: { app: 'web' } }
  const topologyKey = 'kubernetes.io/hostname'
  const spec = {
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey, labelSelector, matchLabelKeys: ['hash', 'absent'], mismatchLabelKeys: ['tenant'] },
        ],
      },
    },
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey, whenUnsatisfiable: 'DoNotSchedule', labelSelector, matchLabelKeys: ['hash'] },
    ],
  }
  const pod = make(spec as never, { metadata: { name: 'web', labels: { hash: '1', tenant: 'a' } } })
  const { affinity, topologySpreadConstraints } = prepareForCreate!(pod, {} as never).spec
  const hash = { key: 'hash', operator: 'In', values: ['1'] }
  const [term] = affinity!.podAntiAffinity!.requiredDuringSchedulingIgnoredDuringExecution!
  expect(term!.labelSelector).toEqual({
    ...labelSelector,
    matchExpressions: [hash, { key: 'tenant', operator: 'NotIn', values: ['a'] }],
  })
  expect(topologySpreadConstraints![0]!.labelSelector).toEqual({ ...labelSelector, matchExpressions: [hash] })
})

test('prepareForCreate drops stop signals, which only a feature gate allows', () => {
  const containers = [{ name: 'web', image: 'nginx', lifecycle: { stopSignal: 'SIGTERM' } }] as never
  expect(prepareForCreate!(make({ containers }), {} as never).spec.containers[0]!.lifecycle).toEqual({})
})

test.each([
  ['True', 'IfNotPresent'],
  ['/abs', 'IfNotPresent'],
  ['nginx', 'Always'],
  ['localhost:5000/a/b:1', 'IfNotPresent'],
  ['localhost:5000/a/b', 'Always'],
])('image %s is pulled %s', (image, policy) => {
  expect(make({ containers: [{ name: 'web', image }] }).spec.containers[0]!.imagePullPolicy).toBe(policy)
})

test.each([
  ['BestEffort', [{}]],
  ['Burstable', [{ requests: { cpu: '1' } }]],
  ['Burstable', [{ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } }, {}]],
  ['Guaranteed', [{ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m', memory: '1024Mi' } }]],
])('QoS class %s', (expected, resources) => {
  expect(podQOSClass({ containers: resources.map((each, i) => ({ name: `c${i}`, resources: each })) } as never)).toBe(
    expected,
  )
})

describe('validation', () => {
  const texts = (errors: readonly { field: string; message: string }[]) =>
    errors.map(({ field, message }) => `${field}: ${message}`)

  test('names what is missing', () => {
    expect(texts(validate!(make({ containers: [] })))).toEqual(['spec.containers: Required value'])
    expect(texts(validate!(make({ containers: [{ name: 'Web' } as Container] })))).toEqual([
      "spec.containers[0].name: Invalid value: \"Web\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      'spec.containers[0].image: Required value',
    ])
  })

  test('lets an update change an image and little else', () => {
    const old = make({})
    const image = make({ containers: [{ ...old.spec.containers[0]!, image: 'nginx:2' }] })
    expect(validateUpdate!(image, old)).toEqual([])
    const [error] = validateUpdate!(make({ hostname: 'other' }), old)
    expect(error?.type).toBe('FieldValueForbidden')
    expect(error?.message).toMatch(
      /^Forbidden: pod updates may not change fields other than `spec\.containers\[\*\]\.image`,`spec\.initContainers/,
    )
    expect(error?.message).toContain('- "Hostname": "",\n+ "Hostname": "other",')
  })
})

test('only running pods are given time to end', () => {
  const bound = make({ nodeName: 'n', terminationGracePeriodSeconds: 7 })
  expect(gracePeriodSeconds!(bound, undefined)).toBe(7)
  expect(gracePeriodSeconds!(bound, 3)).toBe(3)
  expect(gracePeriodSeconds!(make({}), 3)).toBe(0)
  expect(gracePeriodSeconds!({ ...bound, status: { phase: 'Succeeded' } } as Pod, 3)).toBe(0)
})

test('fields that are unset select as empty', () => {
  const of = (field: string) => fieldSelectors![field]!(make({}))
  expect([of('spec.nodeName'), of('status.phase'), of('spec.hostNetwork')]).toEqual(['', '', 'false'])
})
