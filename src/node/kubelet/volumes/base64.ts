const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The text (UTF-8) in a Secret's value. Characters that are no base64 are skipped. */
export function decodeBase64(encoded: string): string {
  const bytes: number[] = []
  let bits = 0
  let held = 0
  for (const character of encoded) {
    const six = ALPHABET.indexOf(character)
    if (six < 0) continue
    held = ((held << 6) | six) & 0xffffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes.push((held >> bits) & 0xff)
  }
  return utf8(bytes)
}

function utf8(bytes: readonly number[]): string {
  let out = ''
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at]!
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
    let point = length === 1 ? first : first & (0xff >> (length + 1))
    for (let i = 1; i < length; i++) point = (point << 6) | ((bytes[at + i] ?? 0x80) & 0x3f)
    out += String.fromCodePoint(Math.min(point, 0x10ffff))
    at += length
  }
  return out
}
