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

/** Frames of a WebSocket whose first byte (a digit, in base64) is the channel. */
export class WebSocketClient implements StreamClient {
  readonly #socket: WebSocket
  readonly #protocol: string

  constructor(socket: WebSocket, protocol: string, choice: StreamChoice) {
    this.#socket = socket
    this.#protocol = protocol
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
    this.#socket.close(1000)
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
    if (this.#isBase64) sendFrame(this.#socket, `${channel}${bytes.toString('base64')}`)
    else sendFrame(this.#socket, Buffer.concat([Buffer.from([channel]), bytes]))
  }
}
