/**
 * Seeded chance. Every component draws from a stream of its own, named after it, so that one more draw in one place
 * does not shift the others.
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #d: number

  constructor(seed: number, stream = '') {
    let hash = seed ^ 0x9e3779b9
    const mix = () => {
      hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
      hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
      hash ^= hash >>> 16
      return hash >>> 0
    }
    for (let i = 0; i < stream.length; i++) hash = Math.imul(hash ^ stream.charCodeAt(i), 0x01000193)
    this.#a = mix()
    this.#b = mix()
    this.#c = mix()
    this.#d = 1
    for (let i = 0; i < 12; i++) this.next32()
  }

  /** The next 32 random bits. Source: Chris Doty-Humphrey's sfc32 (public domain). */
  next32(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0
    this.#d = (this.#d + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (this.#c << 21) | (this.#c >>> 11)
    this.#c = (this.#c + t) | 0
    return t >>> 0
  }

  /** Remembers where the stream stands; what it answers goes back there. */
  mark(): () => void {
    const [a, b, c, d] = [this.#a, this.#b, this.#c, this.#d]
    return () => {
      this.#a = a
      this.#b = b
      this.#c = c
      this.#d = d
    }
  }

  /** In [0, 1). */
  next(): number {
    return this.next32() / 0x1_0000_0000
  }

  /** A whole number in [0, below). */
  int(below: number): number {
    return Math.floor(this.next() * below)
  }

  /** `length` characters as in generated names. Source: apimachinery/pkg/util/rand */
  suffix(length = 5): string {
    let out = ''
    for (let i = 0; i < length; i++) out += ALPHABET[this.int(ALPHABET.length)]
    return out
  }

  /** A version 4 UUID. */
  uuid(): string {
    const words = [this.next32(), this.next32(), this.next32(), this.next32()]
    for (let at = 0, nibble = 0; at < UUID.length; at++) {
      if (at === 8 || at === 13 || at === 18 || at === 23) continue
      const digit = (words[nibble >> 3]! >>> (28 - 4 * (nibble & 7))) & 15
      UUID[at] = HEX[nibble === 12 ? 4 : nibble === 16 ? 8 | (digit & 3) : digit]!
      nibble++
    }
    // In one piece: what is put together with + is held as a tree of its parts, ten times as large.
    return String.fromCharCode.apply(null, UUID)
  }
}

const HEX = [...'0123456789abcdef'].map((digit) => digit.charCodeAt(0))
/** Character codes of the UUID that is being made. */
const UUID = new Array<number>(36).fill('-'.charCodeAt(0))
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'
