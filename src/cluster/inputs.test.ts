import { expect, test } from 'vitest'
import type { ApiRequest } from '../api/request.ts'
import type { KubernetesObject } from '../api/types.ts'
import { World } from '../control-plane/apiserver/testing/world.ts'
import { type Input, recorded } from './inputs.ts'

const admin: ApiRequest['credentials'] = { type: 'user', user: { name: 'admin', groups: ['system:masters'] } }

function create(group: string, resource: string, body: object, more: Partial<ApiRequest> = {}): ApiRequest {
  return { verb: 'create', credentials: admin, resource: { group, version: 'v1', resource }, body, ...more }
}

const namespace = create('', 'namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } })
const webhooks = create('admissionregistration.k8s.io', 'validatingwebhookconfigurations', {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'w' },
  webhooks: [
    {
      name: 'w.example.com',
      clientConfig: { url: 'https://127.0.0.1:9443/' },
      rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
    },
  ],
})
const configMap = create(
  '',
  'configmaps',
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'c-' } },
  { namespace: 'default' },
)

test('a request that needs the outside is recorded once, with the outcome, and replays without asking', () => {
  const live = new World()
  const journal: Input[] = []
  const server = recorded(live.server, (input) => journal.push(input))
  server.handle(namespace)
  server.handle(webhooks)
  const first = server.handle({ ...configMap, outside: [] })
  const [call] = first.outside!
  const body = JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid: call!.uid, allowed: true },
  })
  const created = server.handle({ ...configMap, outside: [{ key: call!.key, uid: call!.uid, code: 200, body }] })
  expect(created.code).toBe(201)
  expect(journal).toHaveLength(3)

  const again = new World()
  const replayed = journal.map((input) => {
    const { request } = JSON.parse(JSON.stringify(input)) as { request: ApiRequest }
    return again.server.handle(request)
  })
  expect((replayed.at(-1)!.body as KubernetesObject).metadata).toEqual((created.body as KubernetesObject).metadata)
})
