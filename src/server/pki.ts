import { generateKeyPairSync } from 'node:crypto'

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

/** @param serviceIP the address of the Service `kubernetes` */
export async function createCredentials(serviceIP = '10.96.0.1'): Promise<Credentials> {
  const { makeCredentials } = await import('./certificates.ts')
  return { ...(await makeCredentials(serviceIP)), serviceAccountKey: newServiceAccountKey() }
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
  const { makeCertificate } = await import('./certificates.ts')
  return makeCertificate(ca, request)
}

/** P-256: a pair takes a millisecond, an RSA one would hold up the boot. The API server takes either. */
export function newServiceAccountKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}
