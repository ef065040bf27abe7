import { describe, expect, test } from 'vitest'
import type { EndpointSlice, KubernetesObject, Service } from '../../api/types.ts'
import { createClient } from '../../client/client.ts'
import { MemoryApiServer, Wire } from '../../client/testing/api-server.ts'
import { httpRequest } from '../../network/http.ts'
import { createNetwork } from '../../network/index.ts'
import { lookup, parseResolvConf } from '../../network/resolver.ts'
import { createFileTree } from '../../node/host/file-tree.ts'
import { createProcess } from '../../node/process.ts'
import { VirtualClock } from '../../sim/clock.ts'
import { Random } from '../../sim/random.ts'
import { parseCorefile } from './corefile.ts'
import { corednsProgram } from './index.ts'

const COREFILE = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
`

function start(corefile = COREFILE, options: { connected?: boolean; resolvConf?: string } = {}) {
  const clock = new VirtualClock()
  const world = { clock, trace: { add() {} } }
  const network = createNetwork()
  network.addHost('cp-1', '192.168.64.10')
  network.addAddress('10.244.0.2', 'cp-1')
  const server = new MemoryApiServer(clock)
  const wire = new Wire(options.connected === false ? undefined : server)
  const user = { name: 'coredns', groups: [] }
  const client = createClient({ user, connection: wire, world, random: new Random(1) })
  const files = createFileTree(clock, {
    '/etc/coredns/Corefile': corefile,
    '/etc/resolv.conf': options.resolvConf ?? 'nameserver 192.168.64.1\n',
  })
  const log: string[] = []
  const exits: number[] = []
  const handle = createProcess({
    world,
    network,
    random: new Random(1),
    argv: ['/coredns', '-conf', '/etc/coredns/Corefile'],
    files,
    host: 'cp-1',
    ip: '10.244.0.2',
    log: (line) => log.push(line),
    onExit: (code) => exits.push(code),
  })
  const put = (object: KubernetesObject, resource: string) =>
    server.handle({
      verb: 'create',
      credentials: { type: 'anonymous' },
      resource: { group: '', version: 'v1', resource },
      namespace: object.metadata.namespace ?? '',
      name: object.metadata.name ?? '',
      body: object,
    })
  const service = (name: string, spec: Service['spec']) =>
    put({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec } as Service, 'services')
  service('kubernetes', { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443 }] })
  corednsProgram({ network, connect: () => client }).start(handle.process)
  clock.settle()
  const resolver = parseResolvConf(
    'nameserver 10.244.0.2\nsearch default.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n',
  )
  const resolve = (name: string) => lookup(network, { host: 'cp-1', ip: '192.168.64.10', resolver }, name, () => 0)
  const get = (url: string) => httpRequest(network, { host: 'cp-1', ip: '192.168.64.10' }, url, () => 0)
  return { clock, files, log, exits, handle, put, service, resolve, get, wire, server }
}

const slice = (service: string, endpoints: EndpointSlice['endpoints']): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `${service}-abcde`, namespace: 'default', labels: { 'kubernetes.io/service-name': service } },
  addressType: 'IPv4',
  endpoints: endpoints ?? [],
})

describe('records', () => {
  test('a Service is its cluster address, a headless one its ready pods, an ExternalName an alias', () => {
    const { service, put, resolve, clock } = start()
    service('web', { clusterIP: '10.96.0.20', ports: [{ name: 'http', port: 80, protocol: 'TCP' }] })
    service('db', { clusterIP: 'None' })
    service('alias', { type: 'ExternalName', externalName: 'web.default.svc.cluster.local' })
    put(
      slice('db', [
        { addresses: ['10.244.1.5'], conditions: { ready: true }, hostname: 'db-0' },
        { addresses: ['10.244.1.6'], conditions: { ready: false }, hostname: 'db-1' },
      ]),
      'endpointslices',
    )
    put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }, 'namespaces')
    clock.settle()
    expect(resolve('web')).toMatchObject({ addresses: ['10.96.0.20'], name: 'web.default.svc.cluster.local' })
    expect(resolve('web.default')).toMatchObject({ addresses: ['10.96.0.20'] })
    expect(resolve('_http._tcp.web')).toMatchObject({ addresses: ['10.96.0.20'] })
    expect(resolve('db')).toMatchObject({ addresses: ['10.244.1.5'] })
    expect(resolve('db-0.db')).toMatchObject({ addresses: ['10.244.1.5'] })
    expect(resolve('db-1.db').addresses).toBeUndefined()
    expect(resolve('alias')).toMatchObject({ addresses: ['10.96.0.20'] })
    expect(resolve('10-244-1-9.default.pod.cluster.local')).toMatchObject({ addresses: ['10.244.1.9'] })
  })

  test.each(['nope', 'web.other', 'example.com', 'kubernetes.default.svc.cluster.lokal'])(
    '%s does not exist',
    (name) => {
      expect(start().resolve(name)).toMatchObject({ rcode: 'NXDOMAIN' })
    },
  )
})

describe('life', () => {
  test('is ready when the data of the API is there', () => {
    const { log, get, resolve } = start()
    expect(get('http://10.244.0.2:8181/ready')).toMatchObject({ status: 200, body: 'OK' })
    expect(get('http://10.244.0.2:8080/health')).toMatchObject({ status: 200 })
    expect(log).toContain('.:53')
    expect(resolve('kubernetes')).toMatchObject({ addresses: ['10.96.0.1'] })
  })

  test('without the API it serves after 5 s, answers SERVFAIL and is not ready', () => {
    const { log, get, resolve, clock, wire, server } = start(COREFILE, { connected: false })
    expect(resolve('kubernetes').addresses).toBeUndefined()
    clock.advance(5000)
    expect(log.slice(0, 2)).toEqual([
      '[INFO] plugin/kubernetes: waiting for Kubernetes API before starting server',
      '[WARNING] plugin/kubernetes: starting server with unsynced Kubernetes API',
    ])
    expect(get('http://10.244.0.2:8181/ready')).toMatchObject({ status: 503 })
    expect(resolve('kubernetes')).toMatchObject({ rcode: 'SERVFAIL' })
    wire.connect(server)
    clock.advance(60_000)
    expect(get('http://10.244.0.2:8181/ready')).toMatchObject({ status: 200 })
    expect(resolve('kubernetes')).toMatchObject({ addresses: ['10.96.0.1'] })
  })

  test('answers on in lameduck, then ends', () => {
    const { handle, clock, exits, resolve, log } = start()
    handle.signal('SIGTERM')
    clock.advance(4999)
    expect(resolve('kubernetes').addresses).toEqual(['10.96.0.1'])
    clock.advance(1)
    expect(exits).toEqual([0])
    expect(log).toContain('[INFO] plugin/health: Going into lameduck mode for 5s')
  })

  test('reloads a good Corefile, keeps the old one for a bad one', () => {
    const { files, clock, resolve, log } = start()
    files.write('/etc/coredns/Corefile', COREFILE.replace('errors', 'errorz'))
    clock.advance(30_000)
    expect(log.at(-1)).toBe(
      "[ERROR] plugin/reload: Corefile changed but reload failed: /etc/coredns/Corefile:2 - Error during parsing: Unknown directive 'errorz'",
    )
    expect(resolve('kubernetes').addresses).toEqual(['10.96.0.1'])
    files.write('/etc/coredns/Corefile', COREFILE.replace('cluster.local in', 'cluster.lokal in'))
    clock.advance(30_000)
    expect(log.at(-1)).toBe('[INFO] Reloading complete')
    expect(resolve('kubernetes').addresses).toBeUndefined()
    expect(resolve('kubernetes.default.svc.cluster.lokal').addresses).toEqual(['10.96.0.1'])
  })

  test.each([
    [COREFILE.replace('ready', 'redy'), "/etc/coredns/Corefile:6 - Error during parsing: Unknown directive 'redy'"],
    [COREFILE.replace(/\}\n$/, ''), '/etc/coredns/Corefile:22 - Error during parsing: Unexpected EOF'],
    [
      COREFILE.replace('pods insecure', 'pods unsafe'),
      'plugin/kubernetes: /etc/coredns/Corefile:8 - Error during parsing: wrong value for pods: unsafe,  must be one of: disabled, verified, insecure',
    ],
    [
      COREFILE.replace('/etc/resolv.conf', 'dns.google'),
      'plugin/forward: /etc/coredns/Corefile:13 - Error during parsing: not an IP address or file: "dns.google"',
    ],
  ])('a wrong Corefile ends it', (corefile, message) => {
    const { log, exits } = start(corefile)
    expect([log, exits]).toEqual([[message], [1]])
  })

  test('a resolv.conf that leads back to itself ends it', () => {
    const { log, exits } = start(COREFILE, { resolvConf: 'nameserver 127.0.0.53\n' })
    expect(exits).toEqual([1])
    expect(log[0]).toMatch(/^\[FATAL\] plugin\/loop: Loop .* detected for zone "\."/)
  })
})

test('the hosts and rewrite plugins answer before the cluster', () => {
  const corefile = COREFILE.replace(
    'ready',
    'ready\n hosts {\n 10.0.0.9 legacy.example.com\n fallthrough\n }\n rewrite name old.default.svc.cluster.local kubernetes.default.svc.cluster.local',
  )
  const { resolve } = start(corefile)
  expect(resolve('legacy.example.com').addresses).toEqual(['10.0.0.9'])
  expect(resolve('old').addresses).toEqual(['10.96.0.1'])
})

test('server blocks, zones and comments', () => {
  const blocks = parseCorefile('# dns\nexample.org:1053, .:53 {\n errors # all\n}\n', 'Corefile')
  expect(blocks[0]?.zones).toEqual([
    { zone: 'example.org', port: 1053 },
    { zone: '.', port: 53 },
  ])
  expect(blocks[0]?.plugins.map(({ name }) => name)).toEqual(['errors'])
})
