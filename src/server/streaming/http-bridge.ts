import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Dial, NetworkAnswer } from '../../cluster/index.ts'
import { readBody } from '../body.ts'
import type { Door } from '../door.ts'

interface Way {
  readonly from: Dial['from']
  readonly to: Dial['to']
}

/**
 * Bytes of a forwarded connection on their way to a program of the simulation: programs take requests and give answers,
 * so the bytes are read as HTTP here. What is no HTTP, or goes to a program that speaks none, is cut off.
 */
export class HttpBridge {
  readonly #door: Door
  readonly #server: Server
  readonly #ways = new WeakMap<object, Way>()

  constructor(door: Door) {
    this.#door = door
    this.#server = createServer((request, response) => {
      response.on('error', () => {})
      this.#answer(request, response).catch(() => request.socket.destroy())
    })
    this.#server.on('clientError', (_error, socket) => socket.destroy())
    this.#server.on('upgrade', (_request, socket) => socket.destroy())
    this.#server.keepAliveTimeout = 0
    this.#server.requestTimeout = 0
  }

  serve(stream: Duplex, from: Dial['from'], to: Dial['to']): void {
    this.#ways.set(stream, { from, to })
    this.#server.emit('connection', stream)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const way = this.#ways.get(request.socket)
    const body = await readBody(request)
    if (way === undefined || !Buffer.isBuffer(body)) return void request.socket.destroy()
    const answer = await ask(this.#door, {
      ...way,
      request: {
        protocol: 'HTTP',
        from: '127.0.0.1',
        method: request.method ?? 'GET',
        path: request.url ?? '/',
        headers: plainHeaders(request.headers),
        ...(body.length > 0 && { body: body.toString() }),
      },
    })
    // A program that speaks another protocol makes nothing of it.
    if (answer?.status === undefined) return void request.socket.destroy()
    writeAnswer(request, response, answer)
  }
}

/** Asks a program, and waits the virtual time that it takes. */
export async function ask(door: Door, dial: Dial): Promise<NetworkAnswer | undefined> {
  const { streams } = door
  const { world } = door.options
  const answer = await world.inject(() => streams.dial(dial))
  if (answer?.afterMs !== undefined && answer.afterMs > 0) await world.wait(answer.afterMs)
  return answer
}

export function plainHeaders(headers: IncomingMessage['headers']): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || name.startsWith(':') ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
  )
  return Object.fromEntries(entries) as Record<string, string>
}

function writeAnswer(request: IncomingMessage, response: ServerResponse, answer: NetworkAnswer): void {
  const bytes = Buffer.from(answer.body ?? '')
  response.statusCode = answer.status!
  for (const [name, value] of Object.entries(answer.headers ?? {}))
    if (!/^(content-length|transfer-encoding|connection)$/i.test(name)) response.setHeader(name, value)
  response.setHeader('Content-Length', bytes.length)
  if (request.method === 'HEAD') response.end()
  else response.end(bytes)
}
