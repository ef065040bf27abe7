import type { PodTemplateSpec } from '../../api/types.ts'
import { dumpForHash } from './go-dump.ts'

export const TEMPLATE_HASH_LABEL = 'pod-template-hash'

const texts = new WeakMap<PodTemplateSpec, string>()

/** Whether two templates ask for the same pods; the hash label does not count. Source: deployment/util/deployment_util.go EqualIgnoreHash */
export function sameTemplate(a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean {
  if (a === b) return true
  return a !== undefined && b !== undefined && textOf(a) === textOf(b)
}

/**
 * The value of the pod-template-hash label: FNV-1a over a dump of the template's Go structs, in the letters of generated
 * names. The same template has the same hash on a real cluster.
 * Source: pkg/controller/controller_utils.go ComputeHash, apimachinery/pkg/util/rand SafeEncodeString
 */
export function templateHash(template: PodTemplateSpec, collisionCount: number | undefined): string {
  let hash = dumpHash(template)
  if (collisionCount !== undefined)
    for (let byte = 0; byte < 8; byte++) hash = step(hash, byte < 4 ? (collisionCount >>> (8 * byte)) & 0xff : 0)
  return safeEncode(String(hash >>> 0))
}

/** Digits in letters that spell no words. Source: apimachinery/pkg/util/rand/rand.go SafeEncodeString */
export function safeEncode(digits: string): string {
  return [...digits].map((digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join('')
}

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

const hashes = new WeakMap<PodTemplateSpec, number>()

/** Remembered by identity: templates are never changed. */
function dumpHash(template: PodTemplateSpec): number {
  const known = hashes.get(template)
  if (known !== undefined) return known
  const hash = fnv32a(dumpForHash('v1.PodTemplateSpec', template) ?? textOf(template))
  hashes.set(template, hash)
  return hash
}

/** Source: Go hash/fnv New32a: it starts at the offset basis, and DeepHashObject writes to it as it is */
function fnv32a(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = step(hash, byte)
  return hash
}

function step(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193)
}

/** The template with sorted keys and without what says nothing. Remembered by identity: templates are never changed. */
function textOf(template: PodTemplateSpec): string {
  const known = texts.get(template)
  if (known !== undefined) return known
  const { [TEMPLATE_HASH_LABEL]: _, ...labels } = template.metadata?.labels ?? {}
  const { creationTimestamp: __, ...metadata } = template.metadata ?? {}
  const text = canonical({ metadata: { ...metadata, labels }, spec: template.spec })
  texts.set(template, text)
  return text
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value)
    .filter(([, field]) => !saysNothing(field))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(',')}}`
}

function saysNothing(field: unknown): boolean {
  return field === undefined || field === null || field === '' || (Array.isArray(field) && field.length === 0)
}
