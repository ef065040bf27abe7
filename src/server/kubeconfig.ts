import { writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeDirectory } from './directory.ts'
import type { Credentials, KeyedCertificate } from './pki.ts'

/**
 * A kubeconfig with everything embedded.
 *
 * @param user certificate to show; default the admin's
 * @param userName as in the file; default `kubernetes-admin`
 */
export function kubeconfig(
  server: string,
  credentials: Credentials,
  user: KeyedCertificate = credentials.admin,
  userName = 'kubernetes-admin',
): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  // JSON strings are YAML: a name may be anything.
  const name = JSON.stringify(userName)
  const context = JSON.stringify(`${userName}@kubernetes`)
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${base64(credentials.ca.certificate)}
    server: ${server}
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: ${name}
  name: ${context}
current-context: ${context}
kind: Config
preferences: {}
users:
- name: ${name}
  user:
    client-certificate-data: ${base64(user.certificate)}
    client-key-data: ${base64(user.key)}
`
}

/** Writes it where only its owner can read it. */
export function writeKubeconfig(path: string, content: string): void {
  makeDirectory(dirname(path))
  writeFileSync(path, content, { mode: 0o600 })
}
