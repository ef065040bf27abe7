import { decodeBase64 } from '../../../../api/base64.ts'
import { quote } from '../../../../api/names.ts'
import type { Secret } from '../../../../api/types.ts'

/**
 * A pair that no TLS server could take. Whether the certificate itself can be read and fits the key is not looked at.
 * Source: pkg/registry/core/secret/strategy.go warningsForSecret, crypto/tls X509KeyPair
 */
export function secretWarnings({ type, data }: Secret): readonly string[] {
  if (type !== 'kubernetes.io/tls') return []
  const problem = certificateProblem(blocksOf(data?.['tls.crt'])) ?? keyProblem(blocksOf(data?.['tls.key']))
  return problem === undefined ? [] : [`tls: ${problem}`]
}

const PEM = /-----BEGIN ([^\n]*?)-----\s[\s\S]*?-----END \1-----/g
const KEY = 'PRIVATE KEY'

/** The types of the PEM blocks. */
const blocksOf = (content: string | undefined): readonly string[] =>
  Array.from(decodeBase64(content ?? '').matchAll(PEM), ([, type]) => type!)

function certificateProblem(blocks: readonly string[]): string | undefined {
  if (blocks.includes('CERTIFICATE')) return undefined
  if (blocks.length === 0) return 'failed to find any PEM data in certificate input'
  if (blocks.length === 1 && blocks[0]!.endsWith(KEY))
    return 'failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'
  return `failed to find ${quote('CERTIFICATE')} PEM block in certificate input after skipping PEM blocks of the following types: [${blocks.join(' ')}]`
}

function keyProblem(blocks: readonly string[]): string | undefined {
  if (blocks.some((type) => type === KEY || type.endsWith(` ${KEY}`))) return undefined
  if (blocks.length === 0) return 'failed to find any PEM data in key input'
  if (blocks.length === 1 && blocks[0] === 'CERTIFICATE')
    return 'found a certificate rather than a key in the PEM for the private key'
  return `failed to find PEM block with type ending in ${quote(KEY)} in key input after skipping PEM blocks of the following types: [${blocks.join(' ')}]`
}
