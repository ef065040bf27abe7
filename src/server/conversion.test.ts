import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { playWebhook } from './testing/played-webhook.ts'
import { Served } from './testing/served.ts'

/** How many objects the webhook has been asked to convert. */
let asked = 0

interface Gizmo {
  apiVersion: string
  metadata: { uid?: string; labels?: Record<string, string> }
  hostPort?: string
  host?: string
  port?: string
}

interface Review {
  request: { uid: string; desiredAPIVersion: string; objects: Gizmo[] }
}

/** v1 has `hostPort`, v2 has `host` and `port`. */
function convert(desired: string, { hostPort, host, port: own, ...rest }: Gizmo): Gizmo {
  const [a, b] = (hostPort ?? '').split(':')
  const parts = desired.endsWith('v2') ? { host: a!, port: b! } : { hostPort: `${host}:${own}` }
  return { ...rest, apiVersion: desired, ...parts }
}

function answerTo({ request }: Review, path: string): object {
  const { uid, desiredAPIVersion, objects } = request
  asked += objects.length
  const result = path.startsWith('/refuse') ? { status: 'Failure', message: 'no idea' } : { status: 'Success' }
  const convertedObjects = path.startsWith('/none') ? [] : objects.map((object) => convert(desiredAPIVersion, object))
  if (path.startsWith('/rename')) convertedObjects[0]!.metadata = { uid: 'another' }
  const response = { uid: path.startsWith('/uid') ? 'x' : uid, result, convertedObjects }
  return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', response }
}

const webhook = playWebhook((review, path) => answerTo(review as Review, path))

const text = { type: 'string' }
const version = (name: string, storage: boolean, properties: object) => ({
  name,
  storage,
  served: true,
  schema: { openAPIV3Schema: { type: 'object', properties } },
})

const definition = (clientConfig: object) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gizmos.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'gizmos', kind: 'Gizmo' },
    conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig } },
    versions: [
      version('v1', true, { hostPort: { ...text, pattern: ':' } }),
      version('v2', false, { host: text, port: { ...text, pattern: '^[0-9]+$' } }),
    ],
  },
})

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const v1 = '/apis/example.com/v1/namespaces/default/gizmos'
const v2 = '/apis/example.com/v2/namespaces/default/gizmos'

let served: Served
beforeEach(async () => {
  served = await Served.start()
  await served.json('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
})
afterEach(() => served.stop())

async function define(path: string): Promise<void> {
  const { port, bundle: caBundle } = webhook
  await served.json('POST', DEFINITIONS, definition({ url: `https://127.0.0.1:${port}${path}`, caBundle }))
  await establish()
}

async function establish(): Promise<void> {
  for (let i = 0; i < 100; i++) if ((await served.ask('GET', v1)).status === 200) return
  throw new Error('never served')
}

const create = (at: string, name: string, more: object) =>
  served.json('POST', at, {
    apiVersion: at.split('/').slice(2, 4).join('/'),
    kind: 'Gizmo',
    metadata: { name },
    ...more,
  })

describe('a conversion webhook at a URL of this machine', () => {
  it('converts what is written and read in another version than it is stored in', async () => {
    await define('/')
    expect((await create(v1, 'a', { hostPort: 'here:80' })).body).toMatchObject({ hostPort: 'here:80' })
    expect((await create(v2, 'b', { host: 'there', port: '81' })).body).toMatchObject({ host: 'there', port: '81' })
    expect((await served.json('GET', `${v1}/b`)).body).toMatchObject({
      apiVersion: 'example.com/v1',
      hostPort: 'there:81',
    })
    expect((await served.json('GET', `${v2}/a`)).body).toMatchObject({ apiVersion: 'example.com/v2', host: 'here' })
    const { body } = await served.json('GET', v2)
    expect((body as { items: Gizmo[] }).items.map(({ host }) => host)).toEqual(['here', 'there'])
    const patched = await served.ask('PATCH', `${v2}/a`, {
      headers: { 'content-type': 'application/merge-patch+json' },
      body: '{"port":"82"}',
    })
    expect(JSON.parse(patched.body)).toMatchObject({ host: 'here', port: '82' })
    expect((await served.json('GET', `${v1}/a`)).body).toMatchObject({ hostPort: 'here:82' })
    expect((await served.json('DELETE', `${v2}/a`)).status).toBe(200)
    expect((await served.json('GET', `${v1}/a`)).status).toBe(404)
  })

  it('leaves alone what is in the right version, and checks what comes in the version it came in', async () => {
    await define('/')
    asked = 0
    await create(v1, 'a', { hostPort: 'here:80' })
    await served.json('GET', `${v1}/a`)
    expect(asked).toBe(0)
    expect((await create(v2, 'b', { host: 'there', port: 'none' })).body).toMatchObject({
      message: `Gizmo.example.com "b" is invalid: port: Invalid value: "none": port in body should match '^[0-9]+$'`,
    })
    expect((await served.json('GET', `${v1}/b`)).status).toBe(404)
  })

  it('is asked for what watchers see, in order', async () => {
    await define('/')
    await create(v1, 'a', { hostPort: 'one:1' })
    await create(v1, 'b', { hostPort: 'two:2' })
    const { body } = await served.ask('GET', `${v2}?watch=1&timeoutSeconds=1`)
    const events = body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; object: Gizmo })
    expect(events.map(({ type, object: { host } }) => [type, host])).toEqual([
      ['ADDED', 'one'],
      ['ADDED', 'two'],
    ])
  })

  const gone = 'conversion webhook for example.com/v1, Kind=Gizmo'
  it.each([
    ['/refuse', `${gone} failed: no idea`],
    ['/none', `${gone} returned 0 objects, expected 1`],
  ])('fails at %s as upstream says it', async (path, message) => {
    await define(path)
    await create(v1, 'a', { hostPort: 'here:80' })
    for (const [method, at] of [
      ['GET', `${v2}/a`],
      ['GET', v2],
      ['DELETE', `${v2}/a`],
    ] as const)
      expect((await served.json(method, at)).body, at).toMatchObject({ code: 500, message })
    const { body } = await served.ask('GET', `${v2}?watch=1&timeoutSeconds=5`)
    expect(JSON.parse(body)).toMatchObject({ type: 'ERROR', object: { message } })
  })

  it('must answer for the request and keep what is whose', async () => {
    await define('/uid')
    await create(v1, 'a', { hostPort: 'here:80' })
    const { body } = await served.json('GET', `${v2}/a`)
    expect((body as { message: string }).message).toMatch(/failed: expected response.uid="[-0-9a-f]{36}", got "x"$/)
    await served.json('DELETE', `${DEFINITIONS}/gizmos.example.com`)
  })

  it('cannot change the name', async () => {
    await define('/rename')
    await create(v1, 'a', { hostPort: 'here:80' })
    expect((await served.json('GET', `${v2}/a`)).body).toMatchObject({
      message: `${gone} returned invalid object: must have the same name: a != `,
    })
  })
})

it('a conversion webhook behind a Service that is not there', async () => {
  const service = { namespace: 'default', name: 'hook', path: '/convert' }
  await served.json('POST', DEFINITIONS, definition({ service }))
  await establish()
  await create(v1, 'a', { hostPort: 'here:80' })
  expect((await served.json('GET', `${v2}/a`)).body).toMatchObject({
    message:
      'conversion webhook for example.com/v1, Kind=Gizmo failed: Post "https://hook.default.svc:443/convert?timeout=30s": this API server is in no network',
  })
})
