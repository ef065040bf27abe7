import { afterEach, describe, expect, it } from 'vitest'
import { callOutside } from './outside.ts'
import { playWebhook } from './testing/played-webhook.ts'
import { Served } from './testing/served.ts'

const webhook = playWebhook((review, path) => (path === '/silent' ? undefined : answerTo(review as Review, path)))

interface Review {
  request: { uid: string; name: string }
}

/** Denies, or labels what it is shown. */
function answerTo({ request }: Review, url: string): object {
  const patch = Buffer.from(JSON.stringify([{ op: 'add', path: '/metadata/labels', value: { seen: request.name } }]))
  const mutation = { allowed: true, patchType: 'JSONPatch', patch: patch.toString('base64') }
  const said = url.startsWith('/label') ? mutation : { allowed: false, status: { message: 'not on a Friday' } }
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid: request.uid, ...said } }
}

describe('a call outside', () => {
  const call = (url: string, more: object = {}) =>
    callOutside({
      key: 'k',
      uid: 'u',
      url,
      timeoutSeconds: 5,
      body: '{"request":{"uid":"u"}}',
      caBundle: webhook.bundle,
      ...more,
    })

  it('says what came of it in the words of Go', async () => {
    const url = `https://127.0.0.1:${webhook.port}/`
    expect(await call(url)).toMatchObject({ key: 'k', uid: 'u', code: 200 })
    expect(await call(url, { caBundle: undefined })).toMatchObject({
      error: 'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    })
    expect(await call(`${url}silent`, { timeoutSeconds: 0.05 })).toMatchObject({ error: 'context deadline exceeded' })
    expect(await call('https://127.0.0.1:1/')).toMatchObject({
      error: 'dial tcp 127.0.0.1:1: connect: connection refused',
    })
  })
})

describe('webhooks at a URL of this machine', () => {
  let served: Served
  afterEach(() => served.stop())

  const configuration = (kind: string, path: string, labels: object) => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}WebhookConfiguration`,
    metadata: { name: 'hook' },
    webhooks: [
      {
        name: 'hook.example.com',
        clientConfig: { url: `https://127.0.0.1:${webhook.port}${path}`, caBundle: webhook.bundle },
        rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
        objectSelector: { matchLabels: labels },
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      },
    ],
  })

  it('change and refuse what comes over the wire', async () => {
    served = await Served.start()
    const group = '/apis/admissionregistration.k8s.io/v1'
    await served.json('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
    await served.json('POST', `${group}/mutatingwebhookconfigurations`, configuration('Mutating', '/label', { a: 'b' }))
    await served.json(
      'POST',
      `${group}/validatingwebhookconfigurations`,
      configuration('Validating', '/', { seen: 'two' }),
    )
    const create = (name: string) =>
      served.json('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name, labels: { a: 'b' } } })
    expect((await create('one')).body).toMatchObject({ metadata: { labels: { seen: 'one' } } })
    expect((await create('two')).body).toMatchObject({
      code: 400,
      message: 'admission webhook "hook.example.com" denied the request: not on a Friday',
    })
  })
})
