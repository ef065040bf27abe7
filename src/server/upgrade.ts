import type { IncomingMessage } from 'node:http'
import { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** An answer for a request that came with its whole connection, to be upgraded: for errors, written and closed. */
export function responseOn(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0])
  response.on('finish', () => socket.end())
  return response
}

/** Browsers cannot set headers on a WebSocket: their token comes as a sub-protocol. Source: apiserver/pkg/authentication/request/websocket/protocol.go */
export const BEARER = 'base64url.bearer.authorization.k8s.io.'

export function tokenInProtocols(request: IncomingMessage): string | undefined {
  const names = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  const found = names.find((name) => name.startsWith(BEARER))
  return found && Buffer.from(found.slice(BEARER.length), 'base64url').toString()
}
