/** Base64 of UTF-8 text and of bytes, as in Secret data. */

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8')

export function encodeBase64(content: string | Uint8Array): string {
  const bytes = typeof content === 'string' ? encoder.encode(content) : content
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** @throws Error for text that is not base64. */
export const decodeBase64Bytes = (text: string): Uint8Array =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0))

/** Decodes to text; bytes that are not UTF-8 become U+FFFD. @throws Error for text that is not base64. */
export const decodeBase64 = (text: string): string => decoder.decode(decodeBase64Bytes(text))
