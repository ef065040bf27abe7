import { decodeBase64, encodeBase64 } from '../../../api/base64.ts'

/** The opaque token that continues a list. Source: apiserver/pkg/storage/continue.go */
export interface Continue {
  /** -1: go on at the newest revision. */
  readonly revision: number
  /** Full key to start from, inclusive. */
  readonly from: string
}

export function encodeContinue(key: string, prefix: string, revision: number): string {
  const text = JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: key.slice(prefix.length - 1) })
  return encodeBase64(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

/** @returns the token, or what is wrong with it in upstream's words */
export function decodeContinue(token: string, prefix: string): Continue | string {
  const text = decodeUrl(token)
  if (text === undefined) return `continue key is not valid: illegal base64 data at input byte ${badByte(token)}`
  let parsed: { readonly v?: string; readonly rv?: number; readonly start?: string }
  try {
    parsed = JSON.parse(text)
  } catch {
    return `continue key is not valid: ${goJsonError(text)}`
  }
  const { v, rv = 0, start = '' } = parsed
  if (v !== 'meta.k8s.io/v1')
    return `continue key is not valid: server does not recognize this encoded version ${v ?? ''}`
  if (rv === 0) return 'continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)'
  if (start === '') return 'continue key is not valid: encoded start key empty (version meta.k8s.io/v1)'
  const rooted = start.startsWith('/') ? start : `/${start}`
  if (/\/\.{0,2}(\/|$)/.test(rooted)) return `continue key is not valid: ${start}`
  return { revision: rv, from: prefix + rooted.slice(1) }
}

function decodeUrl(token: string): string | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(token) || token.length % 4 === 1) return undefined
  return decodeBase64(token.replace(/-/g, '+').replace(/_/g, '/'))
}

function badByte(token: string): number {
  const at = token.search(/[^A-Za-z0-9_-]/)
  return at < 0 ? Math.max(0, token.length - 1) : at
}

function goJsonError(text: string): string {
  const char = text.trim()[0]
  if (char === undefined) return 'unexpected end of JSON input'
  // Go reads bytes: what is not UTF-8 is quoted as the character of that number.
  return `invalid character '${char}' looking for beginning of value`
}
