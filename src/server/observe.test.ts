import { afterEach, describe, expect, it } from 'vitest'
import { parseAuditPolicy } from '../api/audit/index.ts'
import { Served } from './testing/served.ts'

let served: Served
afterEach(() => served.stop())

const closed = () => new Promise((resolve) => setTimeout(resolve, 20))

describe('what the server measures', () => {
  it('counts requests by what they asked for, and tells what is stored', async () => {
    served = await Served.start()
    await served.json('GET', '/api/v1/namespaces')
    await served.json('GET', '/api/v1/namespaces/nope')
    await closed()
    const { body, headers } = await served.ask('GET', '/metrics')
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8; escaping=underscores')
    expect(body).toContain(
      'apiserver_request_total{code="200",component="apiserver",dry_run="",group="",resource="namespaces",scope="cluster",subresource="",verb="LIST",version="v1"} 1\n',
    )
    expect(body).toContain(
      'code="404",component="apiserver",dry_run="",group="",resource="namespaces",scope="resource"',
    )
    expect(body).toMatch(/^apiserver_request_duration_seconds_bucket\{.*verb="LIST",version="v1",le="60"\} 1$/m)
    expect(body).toMatch(/^apiserver_storage_objects\{resource="namespaces"\} 4$/m)
    expect(body).toMatch(/^process_resident_memory_bytes \d/m)
    expect(body.match(/^# HELP apiserver_request_total /gm)).toHaveLength(1)
  })

  it('tells how it is, for SLIs', async () => {
    served = await Served.start()
    expect((await served.ask('GET', '/metrics/slis')).body).toContain(
      'kubernetes_healthcheck{name="etcd",type="livez"} 1\n',
    )
  })

  it('names the flow schema that took the request', async () => {
    served = await Served.start()
    const { headers } = await served.ask('GET', '/api/v1/namespaces')
    const exempt = served.world.server.handle({
      verb: 'get',
      credentials: { type: 'user', user: { name: 'admin', groups: ['system:masters'] } },
      resource: { group: 'flowcontrol.apiserver.k8s.io', version: 'v1', resource: 'flowschemas' },
      name: 'exempt',
    }).body
    expect(headers['x-kubernetes-pf-flowschema-uid']).toBe((exempt as { metadata: { uid: string } }).metadata.uid)
  })
})

const policy = (rules: string) => parseAuditPolicy(`apiVersion: audit.k8s.io/v1\nkind: Policy\n${rules}`)

describe('the audit log', () => {
  interface Event {
    readonly stage: string
    readonly verb: string
    readonly [field: string]: unknown
  }
  async function audited(rules: string): Promise<Event[]> {
    const events: Event[] = []
    served = await Served.start({ audit: { policy: policy(rules), write: (line) => events.push(JSON.parse(line)) } })
    return events
  }

  it('has the stages of a request, with as much as its level says', async () => {
    const events = await audited('rules: [{level: Request, resources: [{group: "", resources: [configmaps]}]}]')
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { k: 'v' } }
    await served.json('POST', '/api/v1/namespaces/default/configmaps', body)
    await served.json('GET', '/api/v1/namespaces')
    await closed()
    expect(events.map(({ stage }) => stage)).toEqual(['RequestReceived', 'ResponseComplete'])
    expect(events[1]).toMatchObject({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'Request',
      verb: 'create',
      requestURI: '/api/v1/namespaces/default/configmaps',
      user: { username: 'master', groups: ['system:masters', 'system:authenticated'] },
      sourceIPs: ['127.0.0.1'],
      objectRef: { resource: 'configmaps', namespace: 'default', name: 'a', apiVersion: 'v1' },
      responseStatus: { code: 201 },
      requestObject: body,
      annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
    })
    expect(events[1]).not.toHaveProperty('responseObject')
  })

  it('says who acted for whom, and why that was refused', async () => {
    const events = await audited('omitStages: [RequestReceived]\nrules: [{level: RequestResponse, verbs: [list]}]')
    await served.json('GET', '/api/v1/secrets', undefined, { 'impersonate-user': 'jane' })
    await served.json('GET', '/api/v1/namespaces')
    await closed()
    expect(events[0]).toMatchObject({
      user: { username: 'master' },
      impersonatedUser: { username: 'jane', groups: ['system:authenticated'] },
      responseStatus: { status: 'Failure', reason: 'Forbidden', code: 403 },
      annotations: { 'authorization.k8s.io/decision': 'forbid' },
    })
    expect(events[1]).toMatchObject({ responseObject: { kind: 'NamespaceList', apiVersion: 'v1' } })
  })

  it.each([
    ['rules: []', 'loaded illegal policy with 0 rules'],
    ['rules: [{level: All}]', 'rules[0].level: Unsupported value: "All"'],
    ['rules: [{level: None, omitStages: [Never]}]', 'rules[0].omitStages: Invalid value: "Never"'],
  ])('refuses a policy with %s', (rules, message) => {
    served = { stop: async () => {} } as Served
    expect(() => policy(rules)).toThrow(message)
  })
})
