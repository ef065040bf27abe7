import type { Duplex } from 'node:stream'
import type { Status } from '../../api/types.ts'
import { type ClientEvents, type StreamChoice, type StreamClient, terminalSize } from './client.ts'
import { SpdySession, type SpdyStream } from './spdy/session.ts'

/** Source: apimachinery/pkg/util/remotecommand/constants.go; the oldest has no name */
export const SPDY_PROTOCOLS = ['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io']

const MAX_WAITING = 64 * 1024 * 1024
/** How long (wall ms) a client has to open its streams. Source: DefaultStreamCreationTimeout */
const CREATION_TIMEOUT = 30_000
/** How long (wall ms) a client may take to close its side once everything was said. */
const LINGER = 2_000

/** Streams that the client opens over SPDY, told apart by their header `streamType`. */
export class SpdyClient implements StreamClient {
  readonly #session: SpdySession
  readonly #protocol: string
  readonly #expected: Set<string>
  readonly #streams = new Map<string, SpdyStream>()
  #events: ClientEvents | undefined
  #early: (() => void)[] = []
  readonly #patience: NodeJS.Timeout

  constructor(connection: Duplex, protocol: string, choice: StreamChoice) {
    this.#protocol = protocol
    const wanted = { stdin: choice.stdin, stdout: choice.stdout, stderr: choice.stderr && !choice.tty, error: true }
    this.#expected = new Set(Object.entries(wanted).flatMap(([name, isWanted]) => (isWanted ? [name] : [])))
    this.#session = new SpdySession(connection, (stream) => this.#opened(stream))
    this.#patience = setTimeout(() => this.#session.close(), CREATION_TIMEOUT)
    this.#session.onClose(() => clearTimeout(this.#patience))
  }

  listen(events: ClientEvents): void {
    this.#events = events
    this.#session.onClose(() => events.gone())
  }

  output(stream: 'stdout' | 'stderr', bytes: Buffer): void {
    this.#whenReady(() => {
      const target = this.#streams.get(stream)
      if (target === undefined) return
      if (target.writableLength > MAX_WAITING) this.#session.close()
      else target.write(bytes)
    })
  }

  finish(status: Status): void {
    this.#whenReady(() => {
      const isStructured = this.#protocol.startsWith('v4.')
      const text = isStructured ? JSON.stringify(status) : status.status === 'Failure' ? (status.message ?? '') : ''
      for (const [name, stream] of this.#streams) if (name !== 'error') stream.end()
      this.#streams.get('error')?.end(text)
      const bye = setTimeout(() => this.#session.close(), LINGER)
      this.#session.onClose(() => clearTimeout(bye))
      this.#streams.get('error')?.once('finish', () => setImmediate(() => this.#session.close()))
    })
  }

  #opened(stream: SpdyStream): void {
    const name = stream.headers.get('streamtype') ?? ''
    this.#streams.set(name, stream)
    this.#expected.delete(name)
    if (name === 'stdin') {
      stream.on('data', (bytes: Buffer) => this.#events?.input(bytes))
      stream.on('end', () => this.#events?.input(undefined))
    } else if (name === 'resize') stream.on('data', (bytes: Buffer) => this.#resized(bytes))
    else stream.resume()
    if (this.#expected.size > 0) return
    clearTimeout(this.#patience)
    for (const action of this.#early.splice(0)) action()
  }

  /** One JSON object after the other. */
  #resized(bytes: Buffer): void {
    for (const text of bytes.toString().match(/\{[^}]*\}/g) ?? []) {
      const size = terminalSize(Buffer.from(text))
      if (size !== undefined) this.#events?.resize(size)
    }
  }

  #whenReady(action: () => void): void {
    if (this.#expected.size > 0) this.#early.push(action)
    else action()
  }
}
