import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { kubeconfig } from './kubeconfig.ts'
import { createCredentials, newServiceAccountKey } from './pki.ts'
import { createTokenAuthority, parseTokenFile } from './tokens.ts'

describe('createTokenAuthority', () => {
  const authority = createTokenAuthority(newServiceAccountKey())

  it('knows its own tokens, and no others', () => {
    const claims = { sub: 'system:serviceaccount:default:default', exp: 5 }
    const token = authority.sign(claims)
    expect(authority.verify(token)).toEqual(claims)
    expect(createTokenAuthority(newServiceAccountKey()).verify(token)).toBeUndefined()
    const [head, body, signature] = token.split('.') as [string, string, string]
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'root' })).toString('base64url')
    const unsigned = Buffer.from('{"alg":"none"}').toString('base64url')
    for (const bad of [`${head}.${forged}.${signature}`, `${unsigned}.${body}.`, `${head}.${body}`, 'x', '..', ''])
      expect(authority.verify(bad)).toBeUndefined()
  })

  it('works again from the saved key', () => {
    const key = newServiceAccountKey()
    expect(createTokenAuthority(key).verify(createTokenAuthority(key).sign({ a: 1 }))).toEqual({ a: 1 })
  })
})

describe('parseTokenFile', () => {
  it('reads users with their groups', () => {
    expect([...parseTokenFile('admin-token,admin,,"system:masters"\nt,jane,7,"a,b"\n\n')]).toEqual([
      ['admin-token', { name: 'admin', uid: '', groups: ['system:masters'] }],
      ['t', { name: 'jane', uid: '7', groups: ['a', 'b'] }],
    ])
    expect(() => parseTokenFile('a,b')).toThrow('line 1')
  })
})

describe('createCredentials', () => {
  it('makes certificates that hold together, as plain data', async () => {
    const credentials = await createCredentials('10.0.0.1')
    expect(JSON.parse(JSON.stringify(credentials))).toEqual(credentials)
    const ca = new X509Certificate(credentials.ca.certificate)
    const serving = new X509Certificate(credentials.serving.certificate)
    const admin = new X509Certificate(credentials.admin.certificate)
    expect([serving.verify(ca.publicKey), admin.verify(ca.publicKey), ca.ca]).toEqual([true, true, true])
    for (const name of ['localhost', 'kubernetes.default.svc.cluster.local']) expect(serving.checkHost(name)).toBe(name)
    for (const ip of ['127.0.0.1', '10.0.0.1']) expect(serving.checkIP(ip)).toBe(ip)
    expect(admin.subject).toBe('O=kubeadm:cluster-admins\nCN=kubernetes-admin')
    const config = parse(kubeconfig('https://127.0.0.1:6443', credentials))
    expect(Buffer.from(config.users[0].user['client-key-data'], 'base64').toString()).toBe(credentials.admin.key)
  })
})
