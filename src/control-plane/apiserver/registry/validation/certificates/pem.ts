import { decodeBase64Bytes } from '../../../../../api/base64.ts'

/** PEM blocks as Go's encoding/pem finds them, and as much of DER as tells a certificate from something else. */

export interface PemBlock {
  readonly type: string
  readonly headers: boolean
  readonly bytes: Uint8Array
}

const BLOCK = /-----BEGIN ([^\n]*?)-----[ \t\r]*\n([\s\S]*?)\n?-----END \1-----[ \t\r]*(?:\n|$)/g

/** Source: Go encoding/pem Decode, repeated; what is no block is skipped. */
export function pemBlocks(text: string): readonly PemBlock[] {
  return [...text.matchAll(BLOCK)].flatMap(([, type = '', body = '']) => {
    const headers = /^[^\n:]+:[^\n]*\n/.test(body)
    const encoded = (headers ? body.slice(body.indexOf('\n\n') + 2) : body).replace(/\s/g, '')
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded) || encoded.length % 4 !== 0) return []
    return [{ type, headers, bytes: decodeBase64Bytes(encoded) }]
  })
}

const SEQUENCE = 0x30

interface Element {
  readonly tag: number
  readonly start: number
  readonly end: number
}

/** The element at an offset; undefined where the data end before it does. */
function elementAt(bytes: Uint8Array, offset: number, limit: number): Element | undefined {
  const tag = bytes[offset]
  const first = bytes[offset + 1]
  if (tag === undefined || first === undefined || offset + 2 > limit) return undefined
  const extra = first < 0x80 ? 0 : first & 0x7f
  let length = first < 0x80 ? first : 0
  for (let i = 0; i < extra; i++) length = length * 256 + (bytes[offset + 2 + i] ?? 0)
  const start = offset + 2 + extra
  return start + length > limit ? undefined : { tag, start, end: start + length }
}

function children(bytes: Uint8Array, { start, end }: Element): readonly Element[] | undefined {
  const found: Element[] = []
  for (let offset = start; offset < end; ) {
    const element = elementAt(bytes, offset, end)
    if (element === undefined) return undefined
    found.push(element)
    offset = element.end
  }
  return found
}

/** The tag of an element as Go prints it. */
function tagText(bytes: Uint8Array, offset: number): string {
  const tag = bytes[offset]!
  const length = (elementAt(bytes, offset, Number.POSITIVE_INFINITY) ?? { start: 0, end: 0 }) as Element
  return `{class:${tag >> 6} tag:${tag & 0x1f} length:${length.end - length.start} isCompound:${(tag & 0x20) !== 0}}`
}

const PARAMETERS =
  '{optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> stringType:0 timeType:0 set:false omitEmpty:false}'

/**
 * What is wrong with bytes that should be signed data (a certificate or a request for one: a sequence of the data, the
 * algorithm and the signature), in the words of Go's encoding/asn1.
 *
 * @param type as Go names the struct: `certificateRequest`
 */
export function signedDataError(bytes: Uint8Array, type: string): string | undefined {
  if (bytes.length < 2) return 'asn1: syntax error: truncated tag or length'
  if (bytes[0] !== SEQUENCE) {
    return `asn1: structure error: tags don't match (16 vs ${tagText(bytes, 0)}) ${PARAMETERS} ${type} @2`
  }
  const outer = elementAt(bytes, 0, bytes.length)
  if (outer === undefined) return 'asn1: syntax error: data truncated'
  if (outer.end < bytes.length) return 'asn1: syntax error: trailing data'
  const parts = children(bytes, outer)
  if (parts === undefined) return 'asn1: syntax error: data truncated'
  const [data, algorithm, signature] = parts
  const well = data?.tag === SEQUENCE && algorithm?.tag === SEQUENCE && signature?.tag === 0x03
  return well ? undefined : 'asn1: syntax error: sequence truncated'
}
