import { describe, expect, test } from 'vitest'
import type { ApiResponse } from '../../../api/request.ts'
import type { KubernetesObject } from '../../../api/types.ts'
import { type Body, message, post, world } from '../testing/admission.ts'
import type { World } from '../testing/world.ts'

const REGISTRATION = 'admissionregistration.k8s.io/v1'
const RULES = [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }]
const configMap = (name: string, data: object = {}): Body => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
})

describe('policies', () => {
  const under = (kind: 'Validating' | 'Mutating', spec: object, binding: object = {}) => {
    const made = world()
    const lower = kind.toLowerCase()
    post(made, `${lower}admissionpolicies`, {
      apiVersion: REGISTRATION,
      kind: `${kind}AdmissionPolicy`,
      metadata: { name: 'p' },
      spec: {
        matchConstraints: { resourceRules: RULES },
        ...(kind === 'Mutating' && { reinvocationPolicy: 'Never' }),
        ...spec,
      },
    })
    post(made, `${lower}admissionpolicybindings`, {
      apiVersion: REGISTRATION,
      kind: `${kind}AdmissionPolicyBinding`,
      metadata: { name: 'b' },
      spec: { policyName: 'p', ...(kind === 'Validating' && { validationActions: ['Deny'] }), ...binding },
    })
    return made
  }

  test.each([
    [{ validations: [{ expression: 'object.data.n == "1"' }] }, 'failed expression: object.data.n == "1"'],
    [
      {
        variables: [{ name: 'n', expression: 'int(object.data.n)' }],
        validations: [{ expression: 'variables.n < 3', messageExpression: '"too big: " + string(variables.n)' }],
      },
      'too big: 5',
    ],
    [
      { validations: [{ expression: 'object.data.nope == "1"' }] },
      `expression 'object.data.nope == "1"' resulted in error: no such key: nope`,
    ],
  ])('%j denies', (spec, why) => {
    expect(post(under('Validating', spec), 'configmaps', configMap('c', { n: '5' }))).toMatchObject({
      code: 422,
      body: {
        message: `configmaps "c" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ${why}`,
        reason: 'Invalid',
      },
    })
  })

  test.each([
    [{ failurePolicy: 'Ignore', validations: [{ expression: 'object.data.nope == "1"' }] }, {}],
    [{ validations: [{ expression: 'false' }] }, { validationActions: ['Warn'] }],
    [{ matchConditions: [{ name: 'm', expression: 'false' }], validations: [{ expression: 'false' }] }, {}],
  ])('%j lets through with %j', (spec, binding) => {
    expect(post(under('Validating', spec, binding), 'configmaps', configMap('c')).code).toBe(201)
  })

  test('mutate by what is applied and by patches', () => {
    const applied = 'Object{metadata: Object.metadata{annotations: {"by": object.metadata.name}}}'
    const patched = '[JSONPatch{op: "add", path: "/metadata/annotations/" + jsonpatch.escapeKey("x/y"), value: "z"}]'
    const made = under('Mutating', {
      mutations: [
        { patchType: 'ApplyConfiguration', applyConfiguration: { expression: applied } },
        { patchType: 'JSONPatch', jsonPatch: { expression: patched } },
      ],
    })
    expect(post(made, 'configmaps', configMap('c', { n: '5' })).body).toMatchObject({
      metadata: { annotations: { by: 'c', 'x/y': 'z' } },
    })
  })
})

describe('webhooks', () => {
  const hook = (kind: string, clientConfig: object, more: object = {}): Body => ({
    apiVersion: REGISTRATION,
    kind: `${kind}WebhookConfiguration`,
    metadata: { name: 'w' },
    webhooks: [
      {
        name: 'w.example.com',
        clientConfig,
        rules: RULES,
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        ...more,
      },
    ],
  })
  const review = (uid: string, response: object) =>
    JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid, ...response } })
  const URL = { url: 'https://127.0.0.1:9443/x' }

  /** As the door does it. */
  function answered(made: World, body: Body, response: (uid: string) => object): ApiResponse {
    const first = post(made, 'configmaps', body, { outside: [] })
    const outside = first.outside!.map(({ key, uid }) => ({ key, uid, ...response(uid) }))
    return post(made, 'configmaps', body, { outside })
  }

  test('a request that needs the outside has done nothing, and goes on with the answer', () => {
    const made = world()
    post(made, 'validatingwebhookconfigurations', hook('Validating', URL))
    const first = post(made, 'configmaps', configMap('c'), { outside: [] })
    expect(first.outside).toMatchObject([{ url: 'https://127.0.0.1:9443/x?timeout=10s', timeoutSeconds: 10 }])
    expect(made.ask('get', 'configmaps', 'a', 'c').code).toBe(404)
    const allowed = answered(made, configMap('c'), (uid) => ({ code: 200, body: review(uid, { allowed: true }) }))
    expect(allowed.code).toBe(201)
  })

  test.each([
    [
      { error: 'dial tcp 127.0.0.1:9443: connect: connection refused' },
      'failed to call webhook: Post "https://127.0.0.1:9443/x?timeout=10s": dial tcp 127.0.0.1:9443: connect: connection refused',
    ],
    [
      { code: 500, body: 'oops' },
      'failed to call webhook: an error on the server ("oops") has prevented the request from succeeding',
    ],
    [
      { code: 200, body: '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}' },
      'received invalid webhook response: webhook response was absent',
    ],
  ])('%j fails, or is ignored', (outcome, why) => {
    const strict = world()
    post(strict, 'validatingwebhookconfigurations', hook('Validating', URL))
    expect(message(answered(strict, configMap('c'), () => outcome))).toBe(
      `Internal error occurred: failed calling webhook "w.example.com": ${why}`,
    )
    const lenient = world()
    post(lenient, 'validatingwebhookconfigurations', hook('Validating', URL, { failurePolicy: 'Ignore' }))
    expect(answered(lenient, configMap('c'), () => outcome).code).toBe(201)
  })

  test('a denial carries the words of the webhook', () => {
    const made = world()
    post(made, 'validatingwebhookconfigurations', hook('Validating', URL))
    const denied = answered(made, configMap('c'), (uid) => ({
      code: 200,
      body: review(uid, { allowed: false, status: { message: 'no way', code: 418 } }),
    }))
    expect(denied).toMatchObject({
      code: 418,
      body: { message: 'admission webhook "w.example.com" denied the request: no way' },
    })
  })

  test('a Service of the cluster is asked at once, and its patch applied', () => {
    const patch = btoa(JSON.stringify([{ op: 'add', path: '/data', value: { hooked: 'yes' } }]))
    const asked: string[] = []
    const made = world(
      {},
      {
        post: ({ url, body }) => {
          asked.push(url)
          const { uid } = (JSON.parse(body) as { request: { uid: string } }).request
          return { code: 200, body: review(uid, { allowed: true, patchType: 'JSONPatch', patch }) }
        },
      },
    )
    const service = { namespace: 'a', name: 's', path: '/m' }
    post(made, 'mutatingwebhookconfigurations', hook('Mutating', { service }))
    expect(post(made, 'configmaps', configMap('c')).body as KubernetesObject).toMatchObject({ data: { hooked: 'yes' } })
    expect(asked).toEqual(['https://s.a.svc:443/m?timeout=10s'])
  })
})
