import { protobufTables } from '../api/generated/protobuf.ts'
import { rfc3339, rfc3339Micro } from '../api/time.ts'

/**
 * Request bodies in Kubernetes' protobuf: kubectl 1.32 and later send them, and have no other way. The tables say which
 * field has which number; what comes out is what the JSON body would have been.
 * Source: apimachinery/pkg/runtime/serializer/protobuf/protobuf.go, generated.proto of every group
 */
export class ProtobufError extends Error {}

/**
 * `s` string, `b` bool, `i` integer, `d` double, `y` bytes, `q` Quantity, `x` IntOrString, `t` Time, `m` MicroTime, `j` JSON in
 * bytes, `@name` message, `=name` message whose fields belong to the outer one, `[k` list of k, `{k` map of string to k.
 */
type Kind = string
type Message = Readonly<Record<string, readonly [string, Kind]>>

interface Tables {
  /** `apps/v1/Deployment` -> message */
  readonly roots: Readonly<Record<string, string>>
  readonly messages: Readonly<Record<string, Message>>
}

let parsed: Tables | undefined

function tables(): Tables {
  parsed ??= JSON.parse(protobufTables) as Tables
  return parsed
}

const MAGIC = Buffer.from('k8s\0')
const UNKNOWN = 'k8s.io.apimachinery.pkg.runtime.Unknown'
const META = 'k8s.io.apimachinery.pkg.apis.meta.v1'
/** As for JSON: nothing in the API is a tenth as deep. */
const MAX_DEPTH = 1000

/** @throws ProtobufError */
export function decodeProtobuf(bytes: Buffer): unknown {
  if (bytes.length === 0) throw new ProtobufError('empty data')
  if (!bytes.subarray(0, 4).equals(MAGIC))
    throw new ProtobufError(
      `provided data does not appear to be a protobuf message, expected prefix [${[...MAGIC].join(' ')}]`,
    )
  if (bytes.length === MAGIC.length) throw new ProtobufError('empty body')
  const envelope = readMessage(new Wire(bytes.subarray(4)), UNKNOWN, 0) as {
    readonly typeMeta?: { readonly apiVersion?: string; readonly kind?: string }
    readonly raw?: string
  }
  const { apiVersion = '', kind = '' } = envelope.typeMeta ?? {}
  const message = rootOf(apiVersion, kind)
  if (message === undefined)
    throw new ProtobufError(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`)
  const object = readMessage(new Wire(Buffer.from(envelope.raw ?? '', 'base64')), message, 0)
  return { kind, apiVersion, ...object }
}

function rootOf(apiVersion: string, kind: string): string | undefined {
  // Options are registered in every group. Source: apimachinery/pkg/apis/meta/v1/register.go AddToGroupVersion
  if (/^(Delete|Create|Update|Patch|Get|List)Options$/.test(kind)) return `${META}.${kind}`
  const { roots } = tables()
  const key = `${apiVersion}/${kind}`
  return Object.hasOwn(roots, key) ? roots[key] : undefined
}

function readMessage(wire: Wire, name: string, depth: number): Record<string, unknown> {
  if (depth > MAX_DEPTH) throw new ProtobufError('exceeded max depth')
  const message = tables().messages[name]
  if (message === undefined) throw new ProtobufError(`unknown message ${name}`)
  const object: Record<string, unknown> = {}
  while (!wire.done) {
    const tag = wire.varint()
    const field = message[String(tag >>> 3)]
    if (field === undefined) wire.skip(tag & 7)
    else readField(wire, tag & 7, field, object, depth)
  }
  return object
}

function readField(
  wire: Wire,
  wireType: number,
  [name, kind]: readonly [string, Kind],
  object: Record<string, unknown>,
  depth: number,
): void {
  switch (kind[0]) {
    case '[': {
      object[name] ??= []
      const list = object[name] as unknown[]
      const element = kind.slice(1)
      // Packed numbers: proto3 writers send them, proto2 readers accept them.
      if (wireType === 2 && (element === 'i' || element === 'b')) {
        for (const packed = wire.block(); !packed.done; ) list.push(readValue(packed, 0, element, depth))
      } else list.push(readValue(wire, wireType, element, depth))
      return
    }
    case '{': {
      object[name] ??= {}
      const map = object[name] as Record<string, unknown>
      const [key, value] = readEntry(wire.block(wireType), kind.slice(1), depth)
      Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true })
      return
    }
    case '=':
      Object.assign(object, readMessage(wire.block(wireType), kind.slice(1), depth + 1))
      return
    default:
      object[name] = readValue(wire, wireType, kind, depth)
  }
}

function readEntry(entry: Wire, kind: Kind, depth: number): readonly [string, unknown] {
  let key = ''
  let value: unknown = kind === 's' || kind === 'y' ? '' : undefined
  while (!entry.done) {
    const tag = entry.varint()
    if (tag >>> 3 === 1) key = entry.bytes(tag & 7).toString()
    else if (tag >>> 3 === 2) value = readValue(entry, tag & 7, kind, depth)
    else entry.skip(tag & 7)
  }
  return [key, value]
}

function readValue(wire: Wire, wireType: number, kind: Kind, depth: number): unknown {
  switch (kind[0]) {
    case 's':
      return wire.bytes(wireType).toString()
    case 'b':
      return wire.integer(wireType) !== 0
    case 'i':
      return wire.integer(wireType)
    case 'd':
      return wire.double(wireType)
    case 'y':
      return wire.bytes(wireType).toString('base64')
    case 'q':
      return readFields(wire.block(wireType), { 1: 's' })[1] ?? '0'
    case 'x': {
      const { 1: type, 2: int = 0, 3: text = '' } = readFields(wire.block(wireType), { 1: 'i', 2: 'i', 3: 's' })
      return type === 1 ? text : int
    }
    case 't':
    case 'm':
      return readTime(wire.block(wireType), kind)
    case 'j': {
      const raw = readFields(wire.block(wireType), { 1: 's' })[1] as string | undefined
      return raw === undefined || raw === '' ? null : parseEmbedded(raw)
    }
    default: {
      const message = kind.slice(1)
      // A list of strings under another name (ExtraValue, Verbs) is a list in JSON.
      const items = tables().messages[message]?.[1]
      const object = readMessage(wire.block(wireType), message, depth + 1)
      return items?.[0] === 'items' && items[1] === '[s' ? (object.items ?? []) : object
    }
  }
}

/** The zero time is null. Source: apimachinery/pkg/apis/meta/v1/time_proto.go */
function readTime(wire: Wire, kind: Kind): string | null {
  const { 1: seconds = 0, 2: nanos = 0 } = readFields(wire, { 1: 'i', 2: 'i' }) as { 1?: number; 2?: number }
  if (seconds === 0 && nanos === 0) return null
  return kind === 't' ? rfc3339(seconds * 1000) : rfc3339Micro(seconds * 1000 + nanos / 1e6)
}

function readFields(wire: Wire, kinds: Readonly<Record<number, 's' | 'i'>>): Record<number, string | number> {
  const found: Record<number, string | number> = {}
  while (!wire.done) {
    const tag = wire.varint()
    const kind = kinds[tag >>> 3]
    if (kind === undefined) wire.skip(tag & 7)
    else found[tag >>> 3] = kind === 's' ? wire.bytes(tag & 7).toString() : wire.integer(tag & 7)
  }
  return found
}

function parseEmbedded(raw: string): unknown {
  try {
    return JSON.parse(raw)
  } catch {
    throw new ProtobufError('an embedded object is not JSON')
  }
}

/** The wire format. Source: protobuf.dev/programming-guides/encoding */
class Wire {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** Unsigned, exact up to 2^53; a tag or a length. */
  varint(): number {
    let value = 0
    let factor = 1
    for (let i = 0; i < 10; i++) {
      const byte = this.#byte()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      factor *= 128
    }
    throw new ProtobufError('proto: integer overflow')
  }

  /** Signed, 64 bits in two's complement. */
  integer(wireType: number): number {
    this.#expect(wireType, 0)
    let value = 0n
    for (let i = 0n; i < 10n; i++) {
      const byte = this.#byte()
      value |= BigInt(byte & 0x7f) << (7n * i)
      if (byte < 0x80) return Number(BigInt.asIntN(64, value))
    }
    throw new ProtobufError('proto: integer overflow')
  }

  double(wireType: number): number {
    this.#expect(wireType, 1)
    return this.#take(8).readDoubleLE(0)
  }

  bytes(wireType = 2): Buffer {
    this.#expect(wireType, 2)
    return this.#take(this.varint())
  }

  block(wireType = 2): Wire {
    return new Wire(this.bytes(wireType))
  }

  skip(wireType: number): void {
    if (wireType === 0) this.varint()
    else if (wireType === 1) this.#take(8)
    else if (wireType === 2) this.bytes()
    else if (wireType === 5) this.#take(4)
    else throw new ProtobufError(`proto: illegal wireType ${wireType}`)
  }

  #expect(wireType: number, expected: number): void {
    if (wireType !== expected) throw new ProtobufError(`proto: wrong wireType = ${wireType}`)
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new ProtobufError('unexpected EOF')
    return byte
  }

  #take(length: number): Buffer {
    const end = this.#at + length
    if (end > this.#bytes.length) throw new ProtobufError('unexpected EOF')
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }
}
