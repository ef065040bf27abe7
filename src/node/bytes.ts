/**
 * Bytes and text. Streams carry bytes; files and programs here work with text. What is no UTF-8 becomes lone surrogates
 * U+DC80..U+DCFF, one a byte, and comes back as the same bytes: an archive survives being a file's content. Byte strings
 * have one character a byte, as just-bash has them.
 */

/** The bytes of a text, as a byte string. */
export function bytesOf(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is the point
  if (/^[\x00-\x7f]*$/.test(text)) return text
  let bytes = ''
  for (const part of text.split(/([\udc80-\udcff]+)/u)) {
    if (/^[\udc80-\udcff]/u.test(part)) for (const c of part) bytes += String.fromCharCode(c.charCodeAt(0) - 0xdc00)
    else bytes += byteString(new TextEncoder().encode(part))
  }
  return bytes
}

/** The text that bytes are. */
export function textOf(bytes: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is the point
  if (/^[\x00-\x7f]*$/.test(bytes)) return bytes
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(byteArray(bytes))
  } catch {
    return bytes.replace(SEQUENCE, (part) => (part.length === 1 ? escaped(part) : decoded(part)))
  }
}

/** What may be one character of UTF-8, or one byte beyond ASCII. */
const SEQUENCE = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}|[\x80-\xff]/g

function escaped(byte: string): string {
  return String.fromCharCode(0xdc00 + byte.charCodeAt(0))
}

function decoded(part: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(byteArray(part))
  } catch {
    return [...part].map(escaped).join('')
  }
}

export function byteArray(bytes: string): Uint8Array {
  const array = new Uint8Array(bytes.length)
  for (let i = 0; i < bytes.length; i++) array[i] = bytes.charCodeAt(i)
  return array
}

export function byteString(array: Uint8Array): string {
  let bytes = ''
  for (let i = 0; i < array.length; i += 8192) bytes += String.fromCharCode(...array.subarray(i, i + 8192))
  return bytes
}
