/** MD5 of a text's UTF-8 bytes, in hexadecimal. For orders that Kubernetes derives from hashes. Source: RFC 1321 */
export function md5(text: string): string {
  const words = padded(new TextEncoder().encode(text))
  let [a, b, c, d] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]
  for (let block = 0; block < words.length; block += 16) {
    const before = [a, b, c, d] as const
    for (let i = 0; i < 64; i++) {
      const [mixed, at] = mix(i, b, c, d)
      const sum = (a + mixed + SINES[i]! + words[block + at]!) | 0
      const shift = SHIFTS[(i >> 4) * 4 + (i & 3)]!
      ;[a, b, c, d] = [d, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0, b, c]
    }
    ;[a, b, c, d] = [(a + before[0]) | 0, (b + before[1]) | 0, (c + before[2]) | 0, (d + before[3]) | 0]
  }
  return [a, b, c, d].map(hex).join('')
}

const SINES = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0)
const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]

/** The round's function of the state, and which word of the block it takes. */
function mix(i: number, b: number, c: number, d: number): readonly [number, number] {
  if (i < 16) return [(b & c) | (~b & d), i]
  if (i < 32) return [(d & b) | (~d & c), (5 * i + 1) % 16]
  if (i < 48) return [b ^ c ^ d, (3 * i + 5) % 16]
  return [c ^ (b | ~d), (7 * i) % 16]
}

/** Words of four bytes, the lowest first, with the length in bits at the end. */
function padded(bytes: Uint8Array): Uint32Array {
  const out = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64)
  out.set(bytes)
  out[bytes.length] = 0x80
  const view = new DataView(out.buffer)
  view.setUint32(out.length - 8, bytes.length * 8, true)
  return Uint32Array.from({ length: out.length / 4 }, (_, i) => view.getUint32(4 * i, true))
}

function hex(word: number): string {
  return [0, 8, 16, 24].map((shift) => ((word >>> shift) & 0xff).toString(16).padStart(2, '0')).join('')
}
