import type { IncomingMessage } from 'node:http'
import { createSecureServer, type Http2SecureServer } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ApiServer } from '../api/request.ts'
import { requestInfo } from '../api/request-info.ts'
import { internalError, unauthorized } from '../api/status.ts'
import { authenticate } from './authenticate.ts'
import type { Server, ServerOptions } from './contract.ts'
import { Door } from './door.ts'
import { Exchange, type Request, type Response, type Upgrade } from './exchange.ts'
import { observe } from './observe.ts'
import { answerPath } from './paths.ts'
import { answerResource } from './resources.ts'
import { responseOn, tokenInProtocols } from './upgrade.ts'

export type { Server, ServerOptions } from './contract.ts'

/**
 * Serves the API over HTTPS (HTTP/2 and 1.1) on 127.0.0.1. While no API server answers nobody listens there:
 * connections are refused, and those that were open are cut.
 *
 * @throws when the port is taken (EADDRINUSE)
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const door = new Door(options)
  const listener = new Listener(door, options.port ?? 6443)
  await listener.open()
  const stopLooking = options.world.onSlice(() => listener.follow(options.connect()))
  listener.follow(options.connect())
  return {
    url: `https://127.0.0.1:${door.port}`,
    port: door.port,
    pending: () => door.pending,
    async close() {
      stopLooking()
      await listener.close()
    },
  }
}

/** Listens exactly as long as an API server answers. */
class Listener {
  readonly #door: Door
  readonly #server: Http2SecureServer
  readonly #sockets = new Set<Socket>()
  #port: number
  #answering: ApiServer | undefined
  #open = false
  #opening = false

  constructor(door: Door, port: number) {
    this.#door = door
    this.#port = port
    const { serving, ca } = door.options.credentials
    this.#server = createSecureServer({
      allowHTTP1: true,
      cert: serving.certificate,
      key: serving.key,
      ca: [ca.certificate, ...(door.options.clientCAs ?? [])],
      requestCert: true,
      rejectUnauthorized: false,
      settings: { maxConcurrentStreams: 1000 },
    })
    this.#server.on('connection', (socket: Socket) => this.#keep(socket))
    this.#server.on('request', (request, response) => answer(door, request, response))
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      answerUpgrade(door, request, { socket, head }),
    )
    this.#server.on('sessionError', () => {})
    this.#server.on('tlsClientError', () => {})
    // Of single connections (too many files open): the others go on.
    this.#server.on('error', () => {})
  }

  open(): Promise<void> {
    this.#opening = true
    return new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(this.#port, '127.0.0.1', () => {
        this.#server.removeListener('error', reject)
        this.#port = (this.#server.address() as AddressInfo).port
        this.#door.port = this.#port
        this.#open = true
        resolve()
      })
    }).finally(() => {
      this.#opening = false
    })
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#open) return resolve()
      this.#open = false
      this.#server.close(() => resolve())
      for (const socket of this.#sockets) socket.destroy()
    })
  }

  /** Opens and closes with the API server; another one in its place has none of its connections. */
  follow(api: ApiServer | undefined): void {
    if (api === this.#answering && this.#open === (api !== undefined)) return
    const replaced = this.#answering !== undefined && api !== undefined
    this.#answering = api
    if (api === undefined || replaced) for (const socket of this.#sockets) socket.destroy()
    if (api === undefined) this.close()
    // Somebody else may have taken the port meanwhile: tried again after the next slice.
    else if (!this.#open && !this.#opening) this.open().catch(() => {})
  }

  #keep(socket: Socket): void {
    if (!this.#open) return void socket.destroy()
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.once('close', () => this.#sockets.delete(socket))
  }
}

/** A request that asks for another protocol takes its connection with it; what no other protocol is spoken for is answered as any. */
function answerUpgrade(door: Door, request: IncomingMessage, upgrade: Upgrade): void {
  upgrade.socket.on('error', () => {})
  const token = tokenInProtocols(request)
  if (token !== undefined) request.headers.authorization ??= `Bearer ${token}`
  answer(door, request, responseOn(request, upgrade.socket), upgrade)
}

function answer(door: Door, request: Request, response: Response, upgrade?: Upgrade): void {
  const exchange = new Exchange(request, response, upgrade)
  response.on('error', () => {})
  door.pending++
  const ends = upgrade?.socket ?? response
  ends.once('close', () => void door.pending--)
  route(door, exchange).catch((error: unknown) => {
    if (response.headersSent) request.socket.destroy()
    else exchange.status(internalError(error instanceof Error ? error.message : String(error)))
  })
}

async function route(door: Door, exchange: Exchange): Promise<void> {
  if (door.options.connect() === undefined) return door.refuse(exchange)
  const refused = authenticate(exchange, door)
  if (refused !== undefined) return exchange.status(refused.code === 401 ? unauthorized() : refused)
  const info = requestInfo(exchange.method, exchange.path, exchange.query)
  observe(door, exchange, info)
  await (info.isResource ? answerResource(door, exchange, info) : answerPath(door, exchange))
}
