import type { RawData, WebSocket } from 'ws'
import type { Status } from '../../api/types.ts'
import { type ClientEvents, type StreamChoice, type StreamClient, terminalSize } from './client.ts'
import { sendFrame } from './upgrade.ts'

/**
 * Sub-protocols of exec and attach; '' is a client that names none.
 * Source: apimachinery/pkg/util/remotecommand/constants.go, apimachinery/pkg/util/httpstream/wsstream
 */
export const REMOTE_COMMAND_PROTOCOLS = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'channel.k8s.io',
  'base64.channel.k8s.io',
  'binary.k8s.io',
] as const

const STDIN = 0
const STDOUT = 1
const STDERR = 2
const ERROR = 3
const RESIZE = 4
const CLOSE = 255

/** From the client's first reading to the streams it makes at the same time. */
const SETTLING_MS = 5

/** Frames held for a client that does not answer; then it is cut off. */
const MAX_EARLY = 10_000

/**
 * Frames of a WebSocket whose first byte (a digit, in base64) is the channel. They wait until the client has had time
 * to make its streams: kubectl v1.30 to v1.33 reads before that and throws away what comes for a stream it does not
 * have, the exit code too (kubernetes/kubernetes#131203). A real container takes longer to answer than this one.
 */
export class WebSocketClient implements StreamClient {
  readonly #socket: WebSocket
  readonly #protocol: string
  #early: (() => void)[] | undefined = []

  constructor(socket: WebSocket, protocol: string, choice: StreamChoice) {
    this.#socket = socket
    this.#protocol = protocol
    this.#whenReady()
    // Says that the connection stands. Source: cri-streaming remotecommand/websocket.go createWebSocketStreams
    this.#send(choice.stdout ? STDOUT : choice.stderr ? STDERR : ERROR, Buffer.alloc(0))
  }

  listen(events: ClientEvents): void {
    this.#socket.on('close', () => events.gone())
    this.#socket.on('message', (data, isBinary) => this.#receive(events, data, isBinary))
  }

  output(stream: 'stdout' | 'stderr', bytes: Buffer): void {
    this.#send(stream === 'stdout' ? STDOUT : STDERR, bytes)
  }

  finish(status: Status): void {
    const isVersioned = /^v[45]\./.test(this.#protocol)
    if (isVersioned) this.#send(ERROR, Buffer.from(JSON.stringify(status)))
    else if (status.status === 'Failure') this.#send(ERROR, Buffer.from(status.message ?? ''))
    this.#do(() => this.#socket.close(1000))
  }

  #whenReady(): void {
    const ready = () => {
      const early = this.#early ?? []
      this.#early = undefined
      for (const action of early) action()
    }
    this.#socket.once('pong', () => setTimeout(ready, SETTLING_MS))
    this.#socket.ping()
  }

  #do(action: () => void): void {
    if (this.#early === undefined) action()
    else if (this.#early.push(action) > MAX_EARLY) this.#socket.terminate()
  }

  #receive(events: ClientEvents, data: RawData, isBinary: boolean): void {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)
    if (bytes.length === 0) return
    const isText = this.#isBase64 || (!isBinary && bytes[0]! >= 0x30)
    const channel = isText ? bytes[0]! - 0x30 : bytes[0]!
    const rest = bytes.subarray(1)
    const content = this.#isBase64 ? Buffer.from(rest.toString(), 'base64') : rest
    if (channel === STDIN && content.length > 0) events.input(content)
    else if (channel === RESIZE) {
      const size = terminalSize(content)
      if (size !== undefined) events.resize(size)
    } else if (channel === CLOSE && content[0] === STDIN) events.input(undefined)
  }

  get #isBase64(): boolean {
    return this.#protocol.includes('base64')
  }

  #send(channel: number, bytes: Buffer): void {
    const frame = this.#isBase64
      ? `${channel}${bytes.toString('base64')}`
      : Buffer.concat([Buffer.from([channel]), bytes])
    this.#do(() => sendFrame(this.#socket, frame))
  }
}
