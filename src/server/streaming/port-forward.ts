import { Duplex } from 'node:stream'
import { createWebSocketStream, type WebSocket } from 'ws'
import { failure } from '../../api/status.ts'
import type { Pod } from '../../api/types.ts'
import type { Dial } from '../../cluster/index.ts'
import type { Door } from '../door.ts'
import type { Exchange } from '../exchange.ts'
import { HttpBridge } from './http-bridge.ts'
import { answerUnreached, notAssigned } from './remote-command.ts'
import { SpdySession, type SpdyStream } from './spdy/session.ts'
import { acceptSpdy, acceptWebSocket, isSpdy, isWebSocket, offered, sendFrame } from './upgrade.ts'

/** Source: apimachinery/pkg/util/portforward/constants.go */
const PORT_FORWARD_PROTOCOL = 'portforward.k8s.io'
const TUNNEL = `SPDY/3.1+${PORT_FORWARD_PROTOCOL}`
const CHANNELS = ['v4.channel.k8s.io', 'v4.base64.channel.k8s.io']

/**
 * Source: pkg/registry/core/pod/rest/subresources.go PortForwardREST, apiserver/pkg/util/proxy/streamtunnel.go,
 * cri-streaming portforward/{httpstream,websocket}.go
 */
export async function answerPortForward(door: Door, exchange: Exchange, pod: Pod): Promise<void> {
  const unassigned = notAssigned(pod)
  if (unassigned !== undefined) return exchange.status(unassigned)
  const { upgrade } = exchange
  if (upgrade === undefined) return exchange.status(failure(400, 'BadRequest', 'Upgrade request required'))
  const { streams } = door
  const { world } = door.options
  const { namespace = '', name } = pod.metadata
  const from = await world.inject(() => streams.pod(namespace, name))
  if ('refused' in from) return exchange.text(from.refused.code, from.refused.text)
  if ('unreached' in from) return answerUnreached(door, exchange, from)
  const ports = new Ports(door, from, `${name}, uid ${pod.metadata.uid}`)
  const names = offered(exchange)
  if (isWebSocket(exchange) && names.includes(TUNNEL)) {
    const socket = await acceptWebSocket(exchange, upgrade, TUNNEL)
    const connection = createWebSocketStream(socket)
    connection.on('error', () => socket.terminate())
    return serveSpdy(connection, ports)
  }
  if (isSpdy(exchange)) return serveSpdy(acceptSpdy(exchange, upgrade, PORT_FORWARD_PROTOCOL), ports)
  const protocol = names.find((offer) => CHANNELS.includes(offer))
  const asked = exchange.query.getAll('ports').flatMap((text) => text.split(',').map(Number))
  if (asked.length === 0 || asked.some((port) => !isPort(port)))
    return exchange.text(400, 'query parameter "ports" is required')
  const socket = await acceptWebSocket(exchange, upgrade, protocol ?? names[0] ?? '')
  serveChannels(socket, protocol?.includes('base64') === true, asked, ports)
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536
}

/** A pod's ports, as seen from inside it. */
class Ports {
  readonly #door: Door
  readonly #from: Dial['from']
  readonly #bridge: HttpBridge
  readonly #pod: string

  constructor(door: Door, from: Dial['from'], pod: string) {
    this.#door = door
    this.#from = from
    this.#pod = pod
    this.#bridge = new HttpBridge(door)
  }

  /** Connects a stream with a port. @returns why not, as the kubelet words it */
  async connect(stream: Duplex, port: number): Promise<string | undefined> {
    const { streams } = this.#door
    const { world } = this.#door.options
    const to = { ip: this.#from.ip, port }
    const obstacle = await world.inject(() => streams.obstacle(this.#from, to))
    if (obstacle === undefined) {
      this.#bridge.serve(stream, this.#from, to)
      return undefined
    }
    const why = 'connect: connection refused'
    return `error forwarding port ${port} to pod ${this.#pod}: failed to execute portforward in network namespace: failed to connect to localhost:${port} inside namespace, IPv4: dial tcp4 127.0.0.1:${port}: ${why} IPv6 dial tcp6 [::1]:${port}: ${why}`
  }
}

/** Streams come in pairs of one request: `error` and `data`. */
function serveSpdy(connection: Duplex, ports: Ports): void {
  const errors = new Map<string, SpdyStream>()
  new SpdySession(connection, (stream) => {
    const { headers } = stream
    const request = headers.get('requestid') ?? headers.get('port') ?? ''
    if (headers.get('streamtype') === 'error') {
      errors.set(request, stream)
      stream.resume()
      return
    }
    const error = errors.get(request)
    errors.delete(request)
    void ports.connect(stream, Number(headers.get('port'))).then((why) => {
      if (why === undefined) return stream.once('close', () => error?.end())
      error?.end(why)
      return stream.end()
    })
  })
}

/** The older form: two channels a port, named in the query; each begins with the port's number. */
function serveChannels(socket: WebSocket, isBase64: boolean, asked: readonly number[], ports: Ports): void {
  const send = (channel: number, bytes: Buffer) => {
    if (isBase64) sendFrame(socket, `${channel}${bytes.toString('base64')}`)
    else sendFrame(socket, Buffer.concat([Buffer.from([channel]), bytes]))
  }
  const streams = asked.map((_port, i) => channelStream((bytes) => send(2 * i, bytes)))
  socket.on('message', (data) => {
    const bytes = Buffer.from(data as Buffer)
    const channel = isBase64 ? (bytes[0] ?? 0) - 0x30 : (bytes[0] ?? 0)
    const rest = bytes.subarray(1)
    if (channel % 2 === 0) streams[channel / 2]?.push(isBase64 ? Buffer.from(rest.toString(), 'base64') : rest)
  })
  socket.on('close', () => {
    for (const stream of streams) stream.destroy()
  })
  for (const [i, port] of asked.entries()) {
    const number = Buffer.alloc(2)
    number.writeUInt16LE(port)
    send(2 * i, number)
    send(2 * i + 1, number)
    const stream = streams[i]!
    stream.once('close', () => streams.every(({ destroyed }) => destroyed) && socket.close(1000))
    void ports.connect(stream, port).then((why) => {
      if (why === undefined) return
      send(2 * i + 1, Buffer.from(why))
      stream.destroy()
    })
  }
}

function channelStream(send: (bytes: Buffer) => void): Duplex {
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      send(chunk)
      done()
    },
  })
  return stream.on('error', () => {})
}
