import { expect, test } from 'vitest'
import { encodeBase64 } from '../../../../api/base64.ts'
import { secretWarnings } from './secret-warnings.ts'

const pem = (type: string): string => `-----BEGIN ${type}-----\nYWJj\n-----END ${type}-----\n`

test.each([
  ['a', 'b', 'tls: failed to find any PEM data in certificate input'],
  [
    pem('PRIVATE KEY'),
    'b',
    'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
  ],
  [
    pem('FOO'),
    'b',
    'tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [FOO]',
  ],
  [pem('CERTIFICATE'), 'b', 'tls: failed to find any PEM data in key input'],
  [pem('CERTIFICATE'), pem('CERTIFICATE'), 'tls: found a certificate rather than a key in the PEM for the private key'],
  [
    pem('CERTIFICATE'),
    pem('FOO'),
    'tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [FOO]',
  ],
])('a TLS secret of %j and %j is warned of', (certificate, key, warning) => {
  const data = { 'tls.crt': encodeBase64(certificate), 'tls.key': encodeBase64(key) }
  expect(
    secretWarnings({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, type: 'kubernetes.io/tls', data }),
  ).toEqual([warning])
})
