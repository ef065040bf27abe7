import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { WebSocketClient } from './websocket-client.ts'

it('says nothing, not even the end, before the client has answered a ping', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const accepted = once(server, 'connection')
  const browser = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { autoPong: false })
  const heard: string[] = []
  browser.on('message', (data: Buffer) => heard.push(`${data[0]}${data.subarray(1)}`))
  browser.on('ping', () => {
    heard.push('ping')
    setTimeout(() => {
      heard.push('pong')
      browser.pong()
    }, 100)
  })
  const [socket] = (await accepted) as [WebSocket]
  const client = new WebSocketClient(socket, 'v5.channel.k8s.io', {
    stdin: false,
    stdout: true,
    stderr: true,
    tty: false,
  })
  client.output('stdout', Buffer.from('hello'))
  client.finish({ metadata: {}, status: 'Success' } as never)
  await once(browser, 'close')
  expect(heard).toEqual(['ping', 'pong', '1', '1hello', '3{"metadata":{},"status":"Success"}'])
  server.close()
})
