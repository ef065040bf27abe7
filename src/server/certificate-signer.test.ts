import { webcrypto, X509Certificate } from 'node:crypto'
// The library asks for it to be there first.
import 'reflect-metadata'
import { request } from 'node:https'
import { Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension } from '@peculiar/x509'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeBase64, encodeBase64 } from '../api/base64.ts'
import { type CertificateSigningRequest, isStatus } from '../api/types.ts'
import { parseCertificateRequest } from '../api/x509/certificate-request.ts'
import { type Cluster, createCluster, servedKinds } from '../cluster/index.ts'
import { createCertificateSigner } from './certificate-signer.ts'
import type { Server } from './contract.ts'
import { startServer } from './index.ts'
import { Pace } from './pace.ts'
import { type Credentials, createCredentials } from './pki.ts'

const MINUTE = 60_000

async function newRequest(name: string, names: readonly string[] = []) {
  const keys = (await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair
  const csr = await Pkcs10CertificateRequestGenerator.create({
    name,
    keys: keys as never,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    ...(names.length > 0 && {
      extensions: [new SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value }) as const))],
    }),
  })
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return { pem: csr.toString('pem'), key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n` }
}

describe('a certificate request', () => {
  it('tells its subject and its names', async () => {
    const { pem } = await newRequest('CN=jane, O=devs, O=admins', ['a.example', 'b.example'])
    expect(parseCertificateRequest(pem)).toMatchObject({
      commonName: 'jane',
      organizations: ['devs', 'admins'],
      dnsNames: ['a.example', 'b.example'],
      ipAddresses: [],
    })
  })

  it.each(['', 'nonsense', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])('is not %j', (text) => {
    expect(() => parseCertificateRequest(text)).toThrow('PEM block type must be CERTIFICATE REQUEST')
  })
})

/** One cluster, so the order of the tests matters. */
describe('CertificateSigningRequests', () => {
  let credentials: Credentials
  let cluster: Cluster
  let pace: Pace
  let server: Server

  beforeAll(async () => {
    credentials = await createCredentials()
    cluster = createCluster({
      profile: 'control-plane',
      startAt: Date.now(),
      certificates: createCertificateSigner(credentials.ca),
    })
    pace = new Pace(cluster.clock, cluster.barrier)
    server = await startServer({
      connect: () => cluster.apiServer(),
      kinds: servedKinds,
      world: pace,
      credentials,
      port: 0,
    })
    pace.start()
  })
  afterAll(async () => {
    pace?.stop()
    await server?.close()
  })

  const client = () => cluster.client()
  const csr = (name: string) => client().get('CertificateSigningRequest', name)
  function create(name: string, pem: string, spec: Partial<CertificateSigningRequest['spec']> = {}) {
    const answer = client().create({
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name },
      spec: {
        request: encodeBase64(pem),
        signerName: 'kubernetes.io/kube-apiserver-client',
        usages: ['client auth'],
        ...spec,
      },
    } as CertificateSigningRequest)
    if (isStatus(answer)) throw new Error(answer.message)
  }
  function approve(name: string) {
    client().updateSubresource!('CertificateSigningRequest', name, undefined, 'approval', (now) => ({
      ...now,
      status: { conditions: [{ type: 'Approved', status: 'True', reason: 'Test', message: '' }] },
    }))
  }

  async function statusAs(certificate: string, key: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const options = { agent: false, ca: credentials.ca.certificate, cert: certificate, key }
      const asked = request(`${server.url}/apis/authentication.k8s.io/v1/selfsubjectreviews`, options, (answer) => {
        answer.resume()
        resolve(answer.statusCode!)
      })
      asked.on('error', reject)
      asked.end()
    })
  }

  it('are signed once approved, for as long as asked; the door takes the certificate until its virtual end', async () => {
    const { pem, key } = await newRequest('CN=jane, O=devs')
    create('jane', pem, { expirationSeconds: 3600 })
    await pace.skip(MINUTE)
    expect(csr('jane')?.status?.certificate).toBeUndefined()
    approve('jane')
    await pace.skip(MINUTE)
    const certificate = decodeBase64(csr('jane')!.status!.certificate!)
    const read = new X509Certificate(certificate)
    expect(read.subject.split('\n').sort()).toEqual(['CN=jane', 'O=devs'])
    expect(read.verify(new X509Certificate(credentials.ca.certificate).publicKey)).toBe(true)
    expect(Date.parse(read.validTo) - Date.parse(read.validFrom)).toBe(65 * MINUTE)
    expect(await statusAs(certificate, key)).not.toBe(401)
    await pace.skip(50 * MINUTE)
    expect(await statusAs(certificate, key)).not.toBe(401)
    await pace.skip(15 * MINUTE)
    expect(await statusAs(certificate, key)).toBe(401)
  })

  it('go after an hour', async () => {
    await pace.skip(120 * MINUTE)
    expect(csr('jane')).toBeUndefined()
  })

  it('fail where the signer does not take them, with the reason', async () => {
    const { pem } = await newRequest('CN=jane')
    create('wrong', pem, { usages: ['server auth'] })
    approve('wrong')
    await pace.skip(MINUTE)
    expect(csr('wrong')!.status!.conditions).toMatchObject([
      { type: 'Approved' },
      {
        type: 'Failed',
        reason: 'SignerValidationFailure',
        message: 'invalid usage for client certificate: server auth',
      },
    ])
  })

  it("approves a kubelet's by itself where its group may have it", async () => {
    const { pem } = await newRequest('CN=system:node:worker-9, O=system:nodes')
    create('kubelet', pem, {
      signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
      usages: ['digital signature', 'client auth'],
    })
    await pace.skip(MINUTE)
    const { status } = csr('kubelet')!
    expect(status!.conditions).toMatchObject([
      {
        type: 'Approved',
        reason: 'AutoApproved',
        message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
      },
    ])
    expect(status!.certificate).toBeDefined()
  })
})
