import { decodeBase64Bytes, encodeBase64 } from '../base64.ts'

/** The first block of a PEM text; undefined where there is none. Source: encoding/pem Decode */
export function readPem(text: string): { readonly type: string; readonly bytes: Uint8Array } | undefined {
  const found = /-----BEGIN ([^-\n]+)-----\r?\n([\s\S]*?)-----END \1-----/.exec(text)
  if (found === null) return undefined
  const body = found[2]!.replace(/^[^\n]*:[^\n]*\n/gm, '').replace(/\s/g, '')
  try {
    return { type: found[1]!, bytes: decodeBase64Bytes(body) }
  } catch {
    return undefined
  }
}

export function writePem(type: string, bytes: Uint8Array): string {
  const lines = encodeBase64(bytes).replace(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN ${type}-----\n${lines}\n-----END ${type}-----\n`
}
