import { expect, test } from 'vitest'
import { parseAuditPolicy } from '../api/audit/index.ts'
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

test('what the audit log says comes again: of reads, of writes, and of what a door has written itself', () => {
  const policy = parseAuditPolicy(
    'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{level: Request, verbs: [create, list]}]',
  )
  const audited = () => {
    const lines: string[] = []
    return { lines, server: new World({ audit: { policy, write: (line) => lines.push(line) } }).server }
  }
  const live = audited()
  const journal: Input[] = []
  const server = recorded(live.server, (input) => journal.push(input))
  const list: ApiRequest = { verb: 'list', credentials: admin, resource: namespace.resource }
  live.lines.length = 0
  server.handle(namespace)
  server.handle(list)
  server.handle({ ...list, verb: 'get', name: 'default' })
  server.handle({ ...list, unaudited: true })
  server.audit!.write('from the door')
  expect(live.lines.map((line) => (line.startsWith('{') ? JSON.parse(line).verb : line))).toEqual([
    'create',
    'list',
    'from the door',
  ])
  expect(journal.map(({ type }) => type)).toEqual(['request', 'request', 'audit'])

  const again = audited()
  again.lines.length = 0
  for (const input of JSON.parse(JSON.stringify(journal)) as Input[])
    if (input.type === 'request') again.server.handle(input.request)
    else if (input.type === 'audit') again.server.audit!.write(input.line)
  expect(again.lines).toEqual(live.lines)
})
