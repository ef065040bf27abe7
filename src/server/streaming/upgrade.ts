import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import type { Exchange, Upgrade } from '../exchange.ts'
import { BEARER } from '../upgrade.ts'

/** Sub-protocols the client offers, in its order. */
export function offered(exchange: Exchange): readonly string[] {
  return (exchange.header('sec-websocket-protocol') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith(BEARER))
}

export function isWebSocket(exchange: Exchange): boolean {
  return /^websocket$/i.test(exchange.header('upgrade') ?? '')
}

export function isSpdy(exchange: Exchange): boolean {
  return /^SPDY\/3\.1$/i.test(exchange.header('upgrade') ?? '')
}

const MAX_MESSAGE = 64 * 1024 * 1024

/** Takes the WebSocket under one of the client's sub-protocols; '' is none. */
export function acceptWebSocket(exchange: Exchange, upgrade: Upgrade, protocol: string): Promise<WebSocket> {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_MESSAGE })
  const request = exchange.request as IncomingMessage
  // ws takes only tokens as names of sub-protocols, and one of ours has a slash.
  delete request.headers['sec-websocket-protocol']
  server.on('headers', (headers) => {
    if (protocol !== '') headers.push(`Sec-WebSocket-Protocol: ${protocol}`)
  })
  ;(exchange.response as ServerResponse).detachSocket(upgrade.socket as never)
  return new Promise((resolve) => {
    server.handleUpgrade(request, upgrade.socket, upgrade.head, (socket) => {
      socket.on('error', () => socket.terminate())
      resolve(socket)
    })
  })
}

/** Takes the connection for SPDY. */
export function acceptSpdy(exchange: Exchange, upgrade: Upgrade, protocol: string): Duplex {
  const { socket, head } = upgrade
  ;(exchange.response as ServerResponse).detachSocket(socket as never)
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: SPDY/3.1']
  if (protocol !== '') lines.push(`X-Stream-Protocol-Version: ${protocol}`)
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  if (head.length > 0) socket.unshift(head)
  return socket
}

/** Bytes to a client that may not read: undefined when it has to be cut off. */
export function sendFrame(socket: WebSocket, bytes: Buffer | string): void {
  if (socket.readyState !== WebSocket.OPEN) return
  if (socket.bufferedAmount > MAX_MESSAGE) socket.terminate()
  else socket.send(bytes)
}
