import { describe, expect, it } from 'vitest'
import { decodeProtobuf, ProtobufError } from './protobuf.ts'

/** Just enough of a writer: a string, bytes or a message is length-delimited, a number a varint. */
function field(number: number, value: string | number | bigint | Buffer): Buffer {
  if (typeof value === 'number' || typeof value === 'bigint') return Buffer.concat([varint(number * 8), varint(value)])
  const bytes = Buffer.from(value as string)
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])
}

function varint(value: number | bigint): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Buffer.from([...bytes, Number(rest)])
}

const message = (...fields: Buffer[]) => Buffer.concat(fields)
const entry = (key: string, value: string | Buffer) => message(field(1, key), field(2, value))

function body(apiVersion: string, kind: string, raw: Buffer): Buffer {
  return message(Buffer.from('k8s\0'), field(1, message(field(1, apiVersion), field(2, kind))), field(2, raw))
}

describe('decodeProtobuf', () => {
  it('reads maps, bytes, times and zero times', () => {
    const metadata = message(
      field(1, 's'),
      field(8, message(field(1, 1_767_225_600))),
      field(9, Buffer.alloc(0)),
      field(11, entry('a', 'b')),
      field(11, entry('__proto__', 'c')),
    )
    const secret = message(field(1, metadata), field(2, entry('k', Buffer.from([0, 255]))))
    const decoded = decodeProtobuf(body('v1', 'Secret', secret)) as { metadata: { labels: object } }
    expect(decoded).toMatchObject({
      kind: 'Secret',
      apiVersion: 'v1',
      metadata: { name: 's', creationTimestamp: '2026-01-01T00:00:00Z', deletionTimestamp: null },
      data: { k: 'AP8=' },
    })
    expect(Object.entries(decoded.metadata.labels)).toEqual([
      ['a', 'b'],
      ['__proto__', 'c'],
    ])
  })

  it('reads quantities, ints and strings, embedded structs, negative numbers', () => {
    const port = (value: Buffer) => field(2, message(field(2, value)))
    const probe = (value: Buffer) => message(field(1, message(port(value))), field(2, 5))
    const container = message(
      field(1, 'c'),
      field(8, message(field(1, entry('cpu', message(field(1, '100m')))))),
      field(10, probe(message(field(1, 1), field(3, 'web')))),
      field(11, probe(message(field(1, 0), field(2, 80)))),
    )
    const spec = message(field(2, container), field(25, -1n))
    expect(decodeProtobuf(body('v1', 'Pod', message(field(2, spec))))).toMatchObject({
      spec: {
        priority: -1,
        containers: [
          {
            name: 'c',
            resources: { limits: { cpu: '100m' } },
            livenessProbe: { httpGet: { port: 'web' }, initialDelaySeconds: 5 },
            readinessProbe: { httpGet: { port: 80 } },
          },
        ],
      },
    })
  })

  it('reads DeleteOptions of any group and skips what it does not know', () => {
    const options = message(field(1, 30), field(4, 'Foreground'), field(99, 'new'), field(98, 1))
    expect(decodeProtobuf(body('apps/v1', 'DeleteOptions', options))).toEqual({
      kind: 'DeleteOptions',
      apiVersion: 'apps/v1',
      gracePeriodSeconds: 30,
      propagationPolicy: 'Foreground',
    })
  })

  it.each([
    ['nothing', Buffer.alloc(0), 'empty data'],
    ['other data', Buffer.from('{"kind":"Pod"}'), 'expected prefix [107 56 115 0]'],
    ['an unknown kind', body('v1', 'Nope', Buffer.alloc(0)), 'no kind "Nope" is registered'],
    ['a name of Object.prototype', body('', 'constructor', Buffer.alloc(0)), 'no kind "constructor" is registered'],
    ['a short message', body('v1', 'Pod', Buffer.from([0x0a, 0x50, 1])), 'unexpected EOF'],
    ['an endless varint', body('v1', 'Pod', Buffer.alloc(12, 0xff)), 'proto: integer overflow'],
    ['a wrong wire type', body('v1', 'Pod', Buffer.from([0x08, 1])), 'proto: wrong wireType = 0'],
  ])('refuses %s', (_, bytes, why) => {
    expect(() => decodeProtobuf(bytes)).toThrow(ProtobufError)
    expect(() => decodeProtobuf(bytes)).toThrow(why)
  })
})
