import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kinds } from '../control-plane/apiserver/registry/index.ts'
import { Discovery } from './discovery.ts'
import { Served } from './testing/served.ts'

/** Answers recorded from a real v1.36 server; kept beside the repository, so these tests are skipped where it is alone. */
const golden = join(import.meta.dirname, '../../../shared/golden')
const recorded = (file: string) => JSON.parse(readFileSync(join(golden, file), 'utf8'))

interface Resource {
  readonly name: string
}

describe.skipIf(!existsSync(golden))('golden answers', () => {
  const discovery = existsSync(golden) ? new Discovery(kinds) : undefined!
  const groupVersions = [...new Set(kinds.map(({ group, version }) => `${group}/${version}`))]

  it.each(groupVersions)('discovers %s as recorded', (groupVersion) => {
    const [group, version] = groupVersion.split('/') as [string, string]
    const ours = discovery.resourceList(group, version) as { readonly resources: readonly Resource[] }
    const theirs = recorded(`group_${group || 'core'}_${version}.json`) as typeof ours
    const served = (name: string) => ours.resources.some((resource) => resource.name === name.split('/')[0])
    expect(ours).toEqual({ ...theirs, resources: theirs.resources.filter(({ name }) => served(name)) })
  })

  it('orders groups as recorded', () => {
    const { groups } = discovery.groupList() as { readonly groups: readonly { readonly name: string }[] }
    const theirs = (recorded('apis.json').groups as readonly { readonly name: string }[]).map(({ name }) => name)
    const ours = groups.map(({ name }) => name)
    expect(ours).toEqual(theirs.filter((name) => ours.includes(name)))
  })

  it.each(['api', 'apis'])('aggregates /%s as recorded', (root) => {
    const ours = JSON.parse(discovery.aggregated(root === 'api').body)
    const theirs = recorded(`${root}-aggregated.json`)
    for (const group of ours.items) {
      const recordedGroup = theirs.items.find((each: typeof group) => each.metadata.name === group.metadata.name)
      for (const version of group.versions) {
        const recordedVersion = recordedGroup.versions.find((each: typeof version) => each.version === version.version)
        const names = version.resources.map((each: { readonly resource: string }) => each.resource)
        const resources = recordedVersion.resources.filter((each: { readonly resource: string }) =>
          names.includes(each.resource),
        )
        expect(version).toEqual({ ...recordedVersion, resources })
      }
    }
  })

  describe('over HTTPS', () => {
    let served: Served
    beforeAll(async () => {
      served = await Served.start()
      for (const [path, body] of objects) await served.json('POST', path, body)
    })
    afterAll(() => served.stop())

    const errors = existsSync(golden) ? Object.entries(recorded('errors.json') as Record<string, RecordedError>) : []

    it.each(errors.filter(([request]) => !notComparable.test(request)))('%s', async (request, expected) => {
      const [, method, path, , type, body] = /^(\S+) (\S+)(?: accept=(\S+))?(?: (\S+) (.*))?$/s.exec(request)!
      const accept = / accept=(\S+)$/.exec(request)?.[1]
      const answer = await served.ask(method!, path!, {
        headers: { ...(type && { 'content-type': type }), ...(accept && { accept }) },
        ...(body !== undefined && { body }),
      })
      expect(answer.status).toBe(expected.status)
      expect(answer.headers.warning ?? null).toBe(expected.warning ?? null)
      if (expected.type) expect(answer.headers['content-type']).toBe(expected.type)
      if (expected.status >= 300 && expected.body.startsWith('{'))
        expect(JSON.parse(answer.body)).toEqual(JSON.parse(expected.body))
      else if (expected.status >= 300) expect(answer.body).toBe(expected.body)
    })

    it.each(['readyz', 'livez'])('says of %s what was recorded', async (endpoint) => {
      const answer = await served.ask('GET', `/${endpoint}?verbose`)
      expect(answer.body).toBe(readFileSync(join(golden, `${endpoint}-verbose.txt`), 'utf8'))
    })

    it('has the recorded version and headers', async () => {
      expect(JSON.parse((await served.ask('GET', '/version')).body)).toEqual(recorded('version.json'))
      for (const [request, { status, headers }] of Object.entries(
        recorded('headers.json') as Record<string, RecordedHeaders>,
      )) {
        const [path, accept] = request.split(' | ') as [string, string]
        if (path === '/metrics') continue
        const answer = await served.ask('GET', path, { headers: { accept } })
        expect([request, answer.status]).toEqual([request, status])
        for (const [name, value] of Object.entries(headers)) {
          const ours = answer.headers[name.toLowerCase()]
          if (/^(Audit-Id|Etag|X-Kubernetes-Pf)/.test(name)) expect(ours, `${request} ${name}`).toBeDefined()
          else expect(ours, `${request} ${name}`).toBe(value)
        }
      }
    })
  })
})

/** Requests whose answer rests on something else than the door and the API server. */
const notComparable = /^PATCH .* application\/json/

interface RecordedError {
  readonly status: number
  readonly warning?: string | null
  readonly type?: string
  readonly body: string
}

interface RecordedHeaders {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** What a fresh server has, as far as the requests need it; what the server made itself by now is there already. */
const objects: readonly (readonly [string, unknown])[] = [
  ['/api/v1/namespaces', { metadata: { name: 'default' } }],
  ['/api/v1/namespaces', { metadata: { name: 'kube-system' } }],
  ['/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } }],
  ['/api/v1/namespaces/default/configmaps', { metadata: { name: 'kube-root-ca.crt' } }],
]
