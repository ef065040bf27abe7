import { expect, test } from 'vitest'
import type { Reader } from '../target.ts'
import type { Connection, ExecResult } from './connection.ts'
import { FromInside } from './from-inside.ts'

const CURL = `HTTP/1.1 301 Moved Permanently\r
Server: nginx/1.27.5\r
Location: https://web/?a=b: c\r
\r
moved: see there
301`
const WGET = `Connecting to web (10.96.3.4:80)
  HTTP/1.1 200 OK
  Server: nginx/1.27.5
  Content-Type: text/html
  
saving to '-'
hello`

const ended = (output: string): ExecResult => ({ exitCode: 0, output }) as ExecResult

/** A container that has only one of the tools, which answers with a recording. */
function inside(tool: string, output: string): FromInside {
  const exec: Connection['exec'] = async (_namespace, _pod, _container, [command]) =>
    command === tool ? ended(output) : { ...ended(`${command}: not found`), exitCode: 127 }
  const reader = { get: () => undefined, list: () => [] } as unknown as Reader
  return new FromInside({ exec } as Connection, reader)
}

test.each([
  [
    'curl',
    CURL,
    { status: 301, body: 'moved: see there' },
    { server: 'nginx/1.27.5', location: 'https://web/?a=b: c' },
  ],
  ['wget', WGET, { status: 200 }, { server: 'nginx/1.27.5', 'content-type': 'text/html' }],
])('%s: status, headers and body of an answer', async (tool, output, answer, headers) => {
  const found = await inside(tool, output).request({ pod: 'client', namespace: 'default' }, 'http://web/')
  expect(found).toMatchObject(answer)
  expect(found.headers).toEqual(headers)
})
