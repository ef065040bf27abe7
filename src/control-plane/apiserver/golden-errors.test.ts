import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ApiRequest, ObjectList, RequestOptions, Verb } from '../../api/request.ts'
import { isStatus, type KubernetesObject } from '../../api/types.ts'
import { World } from './testing/world.ts'

/** Answers recorded from a real server; the file is kept beside the repository. */
const GOLDEN = new URL('../../../../shared/golden/errors.json', import.meta.url)

interface Recorded {
  readonly status: number
  readonly warning: string | null
  readonly body: string
}

const recorded: Record<string, Recorded> = existsSync(GOLDEN) ? JSON.parse(readFileSync(GOLDEN, 'utf8')) : {}

/** What the door refuses by itself: paths, media types, JSON that is none. */
const DOOR =
  /\/apis\/nope|text\/plain|application\/xml|application\/json \{$|configmaps\/kube-root-ca.crt application\/json \{\}/

function requestOf(line: string): ApiRequest {
  const match = /^(GET|POST|PUT|PATCH|DELETE) \/api\/v1\/(\S+?)(?:\?(\S*))?(?: application\/json (.*))?$/.exec(line)!
  const [, method, path = '', query = '', body] = match
  const parameters = new URLSearchParams(query)
  const parts = path.split('/')
  const namespaced = parts[0] === 'namespaces' && parts.length > 2
  const [resource = '', name] = namespaced ? parts.slice(2) : parts
  const verbs: Record<string, Verb> = { POST: 'create', PUT: 'update', DELETE: 'delete' }
  const reading: Verb = parameters.has('watch') ? 'watch' : name === undefined ? 'list' : 'get'
  return {
    verb: verbs[method!] ?? reading,
    credentials: { type: 'user', user: { name: 'admin', groups: ['system:masters'] } },
    resource: { group: '', version: 'v1', resource },
    ...(namespaced && { namespace: parts[1]! }),
    ...(name !== undefined && { name }),
    options: optionsOf(parameters),
    ...(body !== undefined && { body: JSON.parse(body), wire: {} }),
  }
}

function optionsOf(parameters: URLSearchParams): RequestOptions {
  const options: Record<string, unknown> = {}
  for (const [key, value] of parameters) {
    if (key === 'watch') continue
    if (key === 'limit' || key === 'timeoutSeconds') options[key] = Number(value)
    else if (key === 'sendInitialEvents') options[key] = value === 'true'
    else if (key === 'dryRun') options[key] = true
    else options[key] = value
  }
  return options
}

describe.skipIf(!existsSync(GOLDEN))('errors as recorded from a real server', () => {
  const lines = Object.keys(recorded).filter((line) => !DOOR.test(line))
  it.each(lines)('%s', (line) => {
    const world = new World()
    world.create('serviceaccounts', serviceAccount())
    world.create('configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kube-root-ca.crt', namespace: 'default' },
    })
    const request = requestOf(line)
    const { status, warning, body } = recorded[line]!
    if (request.verb === 'watch') {
      const answer = world.server.watch(request, () => {})
      expect(answer).toEqual(JSON.parse(body))
      return
    }
    const response = world.server.handle(request)
    expect(response.code).toBe(status)
    if (warning !== null) expect(response.warnings).toEqual([JSON.parse(warning.slice('299 - '.length))])
    if (isStatus(response.body)) expect(response.body).toEqual(JSON.parse(body))
    else if (request.verb === 'list') expect((response.body as ObjectList).items).toEqual([])
  })
})

function serviceAccount(): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } }
}
