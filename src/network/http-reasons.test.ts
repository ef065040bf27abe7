import { expect, test } from 'vitest'
import { nginxPageTitle, statusLine } from './http-reasons.ts'

test.each([
  [410, 'nginx/1.27.5', 'HTTP/1.1 410 Gone', '410 Gone'],
  [302, 'nginx/1.27.5', 'HTTP/1.1 302 Moved Temporarily', '302 Found'],
  [401, 'nginx', 'HTTP/1.1 401 Unauthorized', '401 Authorization Required'],
  [503, 'nginx/1.27.5', 'HTTP/1.1 503 Service Temporarily Unavailable', '503 Service Temporarily Unavailable'],
  [503, undefined, 'HTTP/1.1 503 Service Unavailable', '503 Service Temporarily Unavailable'],
  [418, 'nginx/1.27.5', 'HTTP/1.1 418 ', undefined],
  [418, 'echo', "HTTP/1.1 418 I'm a teapot", undefined],
  [200, 'nginx/1.27.5', 'HTTP/1.1 200 OK', undefined],
  [304, 'Apache/2.4.65 (Unix)', 'HTTP/1.1 304 Not Modified', undefined],
  [511, undefined, 'HTTP/1.1 511 Network Authentication Required', undefined],
])('%i of %s', (status, server, line, title) => {
  expect([statusLine(status, server), nginxPageTitle(status)]).toEqual([line, title])
})
