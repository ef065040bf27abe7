import { generateKeyPairSync, randomBytes, webcrypto } from 'node:crypto'

/** A certificate with its private key, both PEM. */
export interface KeyedCertificate {
  readonly certificate: string
  readonly key: string
}

/**
 * Every key and certificate of one cluster, as plain data: saved with a session, so that a kubeconfig goes on working
 * when the session is opened again. Keys are outside input: they are made here, at the door, never in the core.
 */
export interface Credentials {
  /** Signs what the API server and its clients show each other. Source: kubeadm, /etc/kubernetes/pki/ca.crt */
  readonly ca: KeyedCertificate
  readonly serving: KeyedCertificate
  /** The user of /etc/kubernetes/admin.conf. */
  readonly admin: KeyedCertificate
  /** Signs service account tokens, PEM. Source: kubeadm, /etc/kubernetes/pki/sa.key */
  readonly serviceAccountKey: string
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const HOUR = 3_600_000
const YEAR = 365 * 24 * HOUR

/** Source: kubeadm/app/util/pkiutil/pki_helpers.go GetAPIServerAltNames */
const servingNames = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
]

/** @param serviceIP the address of the Service `kubernetes` */
export async function createCredentials(serviceIP = '10.96.0.1'): Promise<Credentials> {
  const x509 = await loadX509()
  const now = Date.now()
  const lifetime = { notBefore: new Date(now - HOUR), notAfter: new Date(now + 10 * YEAR) }
  const caKeys = await newKeys()
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: 'CN=kubernetes',
    ...lifetime,
    signingAlgorithm: ALGORITHM,
    keys: caKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment | x509.KeyUsageFlags.keyCertSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'kubernetes' }]),
    ],
  })
  const ca = { certificate: authority.toString('pem'), key: await pem(caKeys.privateKey) }
  const addresses = ['127.0.0.1', '::1', serviceIP]
  const [serving, admin] = await Promise.all([
    signCertificate(ca, { commonName: 'kube-apiserver', names: servingNames, addresses, usage: 'server' }),
    signCertificate(ca, { commonName: 'kubernetes-admin', organizations: ['kubeadm:cluster-admins'], usage: 'client' }),
  ])
  return { ca, serving, admin, serviceAccountKey: newServiceAccountKey() }
}

export interface CertificateRequest {
  /** The user. */
  readonly commonName: string
  /** The user's groups. */
  readonly organizations?: readonly string[]
  readonly names?: readonly string[]
  readonly addresses?: readonly string[]
  readonly usage: 'server' | 'client'
}

/** A new key and a certificate for it, good for a year of wall time and signed by `ca`. */
export async function signCertificate(ca: KeyedCertificate, request: CertificateRequest): Promise<KeyedCertificate> {
  const x509 = await loadX509()
  const issuer = new x509.X509Certificate(ca.certificate)
  const keys = await newKeys()
  const names = [
    ...(request.names ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(request.addresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ]
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    issuer: issuer.subject,
    subject: [...(request.organizations ?? []).map((name) => ({ O: [name] })), { CN: [request.commonName] }],
    notBefore: new Date(Date.now() - HOUR),
    notAfter: new Date(Date.now() + YEAR),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: await importKey(ca.key),
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
      new x509.ExtendedKeyUsageExtension([
        request.usage === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
      ]),
      new x509.BasicConstraintsExtension(false, undefined, true),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  })
  return { certificate: certificate.toString('pem'), key: await pem(keys.privateKey) }
}

/** P-256: a pair takes a millisecond, an RSA one would hold up the boot. The API server takes either. */
export function newServiceAccountKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** Loaded on first use: a session that is opened again has its certificates. */
async function loadX509() {
  const x509 = await import('./x509.ts')
  x509.cryptoProvider.set(webcrypto as never)
  return x509
}

async function newKeys() {
  return (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
}

async function pem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64')
  return `-----BEGIN PRIVATE KEY-----\n${der.replace(/.{64}(?!$)/g, '$&\n')}\n-----END PRIVATE KEY-----\n`
}

async function importKey(key: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(key.replace(/-----[^-]+-----|\s/g, ''), 'base64')
  return webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign'])
}

/** Positive, as RFC 5280 asks. */
function serialNumber(): string {
  const bytes = randomBytes(8)
  bytes[0] = (bytes[0]! & 0x7f) | 0x40
  return bytes.toString('hex')
}
