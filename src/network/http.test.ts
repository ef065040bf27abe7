import { describe, expect, test } from 'vitest'
import type { Serve } from './contract.ts'
import { httpRequest, parseUrl } from './http.ts'
import { createNetwork } from './index.ts'
import { candidates, inHosts, lookup, parseResolvConf } from './resolver.ts'

const resolver = parseResolvConf(
  'search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n',
)
const from = { host: 'worker-1', ip: '10.244.1.5', resolver, hosts: '127.0.0.1 localhost\n10.244.1.5 client # me\n' }
const first = () => 0

function world(records: Record<string, string[]>) {
  const network = createNetwork()
  network.addHost('worker-1', '192.168.0.1')
  network.addAddress('10.244.1.5', 'worker-1')
  network.addAddress('10.96.0.10', 'worker-1')
  const asked: string[] = []
  const dns: Serve = ({ question = '' }) => {
    asked.push(question)
    return records[question] ? { addresses: records[question], rcode: 'NOERROR' } : { rcode: 'NXDOMAIN' }
  }
  const stop = network.listen('10.96.0.10', 53, 'UDP', dns)
  const web: Serve = ({ path, headers }) => ({ status: path === '/' ? 200 : 404, body: `hello ${headers?.host}` })
  network.listen('10.244.1.5', 8080, 'TCP', web)
  return { network, asked, stop }
}

test('search domains come first below ndots, a final dot stops them', () => {
  expect(candidates('web', resolver)).toEqual([
    'web.default.svc.cluster.local',
    'web.svc.cluster.local',
    'web.cluster.local',
    'web',
  ])
  expect(candidates('a.b.c.d.e.f', resolver)[0]).toBe('a.b.c.d.e.f')
  expect(candidates('web.', resolver)).toEqual(['web'])
})

test('/etc/hosts comes before the name server', () => {
  expect(inHosts(from.hosts, 'client')).toBe('10.244.1.5')
  const { network, asked } = world({})
  expect(lookup(network, from, 'client', first)).toMatchObject({ addresses: ['10.244.1.5'] })
  expect(asked).toEqual([])
})

describe('httpRequest', () => {
  test('resolves, connects and is answered, with every hop', () => {
    const { network } = world({ 'web.default.svc.cluster.local': ['10.244.1.5'] })
    expect(httpRequest(network, from, 'http://web:8080/', first)).toEqual({
      outcome: 'answered',
      status: 200,
      headers: {},
      body: 'hello web:8080',
      ip: '10.244.1.5',
      port: 8080,
      host: 'worker-1',
      tookMs: 0,
      hops: [
        '10.244.1.5 on worker-1',
        '10.96.0.10:53 on worker-1',
        'web.default.svc.cluster.local is 10.244.1.5',
        '10.244.1.5 on worker-1',
        '10.244.1.5:8080 on worker-1',
      ],
    })
    expect(httpRequest(network, from, 'web:8080/x?y=1', first)).toMatchObject({ status: 404 })
  })

  test('a name nobody knows was asked for in every search domain', () => {
    const { network, asked } = world({})
    expect(httpRequest(network, from, 'http://nope/', first)).toMatchObject({
      outcome: 'unresolved',
      because: 'nope does not exist (NXDOMAIN)',
    })
    expect(asked).toHaveLength(4)
  })

  test('without DNS names fail and addresses work', () => {
    const { network, stop } = world({})
    stop()
    expect(httpRequest(network, from, 'http://web/', first)).toMatchObject({
      outcome: 'unresolved',
      because: 'name server 10.96.0.10 does not answer: nobody listens on 10.96.0.10:53/UDP',
    })
    expect(httpRequest(network, from, 'http://10.244.1.5:8080/', first)).toMatchObject({ outcome: 'answered' })
  })
})

test.each([
  ['http://a', { scheme: 'http', host: 'a', port: 80, path: '/' }],
  ['https://a.b:8443/c?d=e#f', { scheme: 'https', host: 'a.b', port: 8443, path: '/c?d=e' }],
  ['a:81', { scheme: 'http', host: 'a', port: 81, path: '/' }],
  ['http://u:p@a?x', { scheme: 'http', host: 'a', port: 80, path: '/?x' }],
  ['ftp://a', undefined],
])('%s', (url, parsed) => {
  expect(parseUrl(url)).toEqual(parsed)
})
