import { Duplex } from 'node:stream'
import { HeaderBlocks, type Headers } from './header-block.ts'

const VERSION = 0x8003
const TYPE = { SYN_STREAM: 1, SYN_REPLY: 2, RST_STREAM: 3, PING: 6, GOAWAY: 7, HEADERS: 8 } as const
const FIN = 1
/** A client's header blocks are a few hundred bytes. */
const MAX_CONTROL = 64 * 1024
/** RST_STREAM: the stream is not wanted any more. */
const CANCEL = 5

/**
 * The server's side of a SPDY/3.1 connection, as far as Kubernetes' clients use it: streams the client opens, without
 * flow control (moby/spdystream has none). Source: SPDY Protocol Draft 3.1
 */
export class SpdySession {
  readonly #connection: Duplex
  readonly #onStream: (stream: SpdyStream) => void
  readonly #blocks = new HeaderBlocks()
  readonly #streams = new Map<number, SpdyStream>()
  #unread: Buffer = Buffer.alloc(0)
  #lastStream = 0
  #work: Promise<void> = Promise.resolve()
  #closed = false

  constructor(connection: Duplex, onStream: (stream: SpdyStream) => void) {
    this.#connection = connection
    this.#onStream = onStream
    connection.on('data', (bytes: Buffer) => {
      this.#work = this.#work.then(() => this.#read(bytes)).catch(() => this.#end())
    })
    connection.on('error', () => this.#end())
    connection.on('end', () => this.#end())
    connection.on('close', () => this.#end())
  }

  /** Calls back once, when the connection is gone. */
  onClose(listener: () => void): void {
    this.#connection.once('close', listener)
  }

  /** Says goodbye and ends the connection; what was written before still arrives. */
  close(): void {
    if (this.#closed) return
    const goodbye = Buffer.alloc(8)
    goodbye.writeUInt32BE(this.#lastStream)
    this.#control(TYPE.GOAWAY, 0, goodbye)
    this.#connection.end()
    this.#end()
  }

  /** @internal Of a stream: its next data. */
  sendData(id: number, flags: number, bytes: Buffer, done: (error?: Error | null) => void): void {
    if (this.#closed) {
      done(new Error('the connection is closed'))
      return
    }
    const head = Buffer.alloc(8)
    head.writeUInt32BE(id)
    head.writeUInt32BE(((flags << 24) | bytes.length) >>> 0, 4)
    this.#connection.write(bytes.length === 0 ? head : Buffer.concat([head, bytes]), (error) => done(error))
  }

  /** @internal Of a stream: it is over before its time. */
  reset(id: number): void {
    this.#streams.delete(id)
    const body = Buffer.alloc(8)
    body.writeUInt32BE(id)
    body.writeUInt32BE(CANCEL, 4)
    this.#control(TYPE.RST_STREAM, 0, body)
  }

  async #read(bytes: Buffer): Promise<void> {
    this.#unread = this.#unread.length === 0 ? bytes : Buffer.concat([this.#unread, bytes])
    while (this.#unread.length >= 8 && !this.#closed) {
      const length = this.#unread.readUInt32BE(4) & 0xffffff
      const isControl = (this.#unread[0]! & 0x80) !== 0
      if (isControl && length > MAX_CONTROL) throw new Error('a control frame is too large')
      if (this.#unread.length < 8 + length) return
      const head = this.#unread.readUInt32BE(0)
      const flags = this.#unread[4]!
      const body = this.#unread.subarray(8, 8 + length)
      this.#unread = this.#unread.subarray(8 + length)
      if (isControl) await this.#controlFrame(head >>> 16, head & 0xffff, flags, body)
      else this.#streams.get(head)?.receive(body, (flags & FIN) !== 0)
    }
  }

  async #controlFrame(version: number, type: number, flags: number, body: Buffer): Promise<void> {
    if (version !== VERSION) throw new Error('another version of SPDY')
    if (type === TYPE.SYN_STREAM) await this.#open(body, flags)
    else if (type === TYPE.HEADERS) await this.#blocks.decode(body.subarray(4))
    else if (type === TYPE.PING) this.#control(TYPE.PING, 0, body)
    else if (type === TYPE.GOAWAY) this.#connection.end()
    else if (type === TYPE.RST_STREAM) {
      const id = body.readUInt32BE(0) & 0x7fffffff
      const stream = this.#streams.get(id)
      this.#streams.delete(id)
      stream?.gone()
    }
  }

  async #open(body: Buffer, flags: number): Promise<void> {
    const id = body.readUInt32BE(0) & 0x7fffffff
    const headers = await this.#blocks.decode(body.subarray(10))
    this.#lastStream = id
    const stream = new SpdyStream(this, id, headers)
    this.#streams.set(id, stream)
    const reply = Buffer.alloc(4)
    reply.writeUInt32BE(id)
    this.#control(TYPE.SYN_REPLY, 0, Buffer.concat([reply, await this.#blocks.encode(new Map())]))
    if ((flags & FIN) !== 0) stream.receive(Buffer.alloc(0), true)
    this.#onStream(stream)
  }

  #control(type: number, flags: number, body: Buffer): void {
    if (this.#closed || !this.#connection.writable) return
    const head = Buffer.alloc(8)
    head.writeUInt16BE(VERSION)
    head.writeUInt16BE(type, 2)
    head.writeUInt32BE(((flags << 24) | body.length) >>> 0, 4)
    this.#connection.write(Buffer.concat([head, body]))
  }

  #end(): void {
    if (this.#closed) return
    this.#closed = true
    for (const stream of this.#streams.values()) stream.gone()
    this.#streams.clear()
    this.#blocks.close()
    if (!this.#connection.destroyed) this.#connection.end()
  }
}

/** One stream of a SPDY connection. */
export class SpdyStream extends Duplex {
  readonly headers: Headers
  readonly #session: SpdySession
  readonly #id: number
  #open = true

  constructor(session: SpdySession, id: number, headers: Headers) {
    super()
    this.#session = session
    this.#id = id
    this.headers = headers
    this.on('error', () => {})
  }

  receive(bytes: Buffer, isLast: boolean): void {
    if (bytes.length > 0) this.push(bytes)
    if (isLast) this.push(null)
  }

  /** The client has reset it, or is not there any more. */
  gone(): void {
    this.#open = false
    this.destroy()
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#session.sendData(this.#id, 0, chunk, done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#session.sendData(this.#id, FIN, Buffer.alloc(0), () => done())
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#open && !(this.writableFinished && this.readableEnded)) this.#session.reset(this.#id)
    this.#open = false
    done(error)
  }
}
