import { constants, createDeflate, createInflate } from 'node:zlib'
import { spdyDictionary } from './dictionary.ts'

export type Headers = ReadonlyMap<string, string>

/** The headers of a connection share one compression in each direction: blocks go through in their order. */
export class HeaderBlocks {
  readonly #inflate = createInflate({ dictionary: spdyDictionary(), flush: constants.Z_SYNC_FLUSH })
  readonly #deflate = createDeflate({ dictionary: spdyDictionary(), flush: constants.Z_SYNC_FLUSH })

  /** @throws for what is no header block */
  async decode(block: Buffer): Promise<Headers> {
    const plain = await through(this.#inflate, block)
    const headers = new Map<string, string>()
    let at = 4
    const next = () => {
      const length = plain.readUInt32BE(at)
      const text = plain.toString('utf8', at + 4, at + 4 + length)
      at += 4 + length
      return text
    }
    for (let left = plain.readUInt32BE(0); left > 0; left--) headers.set(next().toLowerCase(), next())
    return headers
  }

  async encode(headers: Headers): Promise<Buffer> {
    const parts: Buffer[] = [number(headers.size)]
    for (const text of [...headers].flat()) {
      const bytes = Buffer.from(text)
      parts.push(number(bytes.length), bytes)
    }
    return through(this.#deflate, Buffer.concat(parts))
  }

  close(): void {
    this.#inflate.close()
    this.#deflate.close()
  }
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function through(stream: ReturnType<typeof createInflate>, block: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject)
    stream.write(block, () => {
      stream.removeListener('error', reject)
      resolve((stream.read() as Buffer | null) ?? Buffer.alloc(0))
    })
  })
}
