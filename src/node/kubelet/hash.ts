/**
 * Hex digits that stand for a text: image digests, and the uid of a static pod (upstream: md5 of its manifest).
 * The same text gives the same digits; nobody compares them with real ones.
 */
export function digestOf(text: string, digits = 64): string {
  let out = ''
  for (let part = 0; out.length < digits; part++) out += fnv(text, part).toString(16).padStart(8, '0')
  return out.slice(0, digits)
}

function fnv(text: string, salt: number): number {
  let hash = 0x811c9dc5 ^ Math.imul(salt + 1, 0x9e3779b9)
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
