import { expect, test } from 'vitest'
import type { EndpointSlice, KubernetesObject, Service } from '../../api/types.ts'
import { createClient } from '../../client/client.ts'
import { MemoryApiServer, Wire } from '../../client/testing/api-server.ts'
import type { Serve } from '../../network/contract.ts'
import { createNetwork } from '../../network/index.ts'
import { VirtualClock } from '../../sim/clock.ts'
import { Random } from '../../sim/random.ts'
import { createFileTree } from '../host/file-tree.ts'
import { createProcess } from '../process.ts'
import { kubeProxyProgram } from './index.ts'

const FILES = {
  '/var/lib/kube-proxy/config.conf':
    'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nclientConnection:\n  kubeconfig: /var/lib/kube-proxy/kubeconfig.conf\nmode: ""\n',
  '/var/lib/kube-proxy/kubeconfig.conf': 'clusters:\n- cluster:\n    server: https://192.168.64.10:6443\n',
}

function cluster(hosts: readonly string[], config: Readonly<Record<string, string>> = FILES) {
  const clock = new VirtualClock()
  const world = { clock, trace: { add() {} } }
  const network = createNetwork()
  const server = new MemoryApiServer(clock)
  const wire = new Wire(server)
  const user = { name: 'system:serviceaccount:kube-system:kube-proxy', groups: [] }
  const client = createClient({ user, connection: wire, world, random: new Random(1) })
  const log: string[] = []
  const program = kubeProxyProgram({ network, connect: () => client })
  const start = (host: string) => {
    const handle = createProcess({
      world,
      network,
      random: new Random(1),
      argv: ['/usr/local/bin/kube-proxy', '--config=/var/lib/kube-proxy/config.conf'],
      files: createFileTree(clock, config),
      host,
      ip: host,
      log: (line) => log.push(line),
      onExit: () => undefined,
    })
    program.start(handle.process)
    return handle
  }
  const request = (verb: 'create' | 'update' | 'delete', object: KubernetesObject) =>
    server.handle({
      verb,
      credentials: { type: 'anonymous' },
      resource: { group: '', version: 'v1', resource: object.kind === 'Service' ? 'services' : 'endpointslices' },
      namespace: object.metadata.namespace!,
      name: object.metadata.name!,
      body: object,
      change: () => object,
    })
  for (const host of hosts) network.addHost(host, host)
  return { clock, network, start, request, log, wire, server }
}

const service = (name: string, spec: Service['spec'] = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default', uid: name },
  spec: {
    clusterIP: '10.96.0.20',
    ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 as never }],
    ...spec,
  },
})

const slice = (service: string, endpoints: EndpointSlice['endpoints'], name = `${service}-abcde`): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name, namespace: 'default', uid: name, labels: { 'kubernetes.io/service-name': service } },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  endpoints: endpoints ?? [],
})

const ready = (ip: string, nodeName = 'a') => ({ addresses: [ip], nodeName, conditions: { ready: true } })

test('rules follow Services and their ready endpoints', () => {
  const { clock, network, start, request } = cluster(['a'])
  request('create', service('web', { type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30080 }] }))
  request('create', service('db', { clusterIP: 'None' }))
  request('create', slice('web', [ready('10.244.1.5'), { addresses: ['10.244.1.6'], conditions: { ready: false } }]))
  start('a')
  clock.settle()
  expect(network.rules('a')).toEqual({
    mode: 'iptables',
    services: [
      {
        name: 'default/web:http',
        clusterIP: '10.96.0.20',
        port: 80,
        protocol: 'TCP',
        nodePort: 30080,
        endpoints: [{ ip: '10.244.1.5', port: 8080, node: 'a' }],
      },
    ],
  })
})

test('terminating endpoints that still serve are used only when none is ready', () => {
  const { clock, network, start, request } = cluster(['a'])
  const leaving = { addresses: ['10.244.1.6'], conditions: { ready: false, serving: true, terminating: true } }
  request('create', service('web'))
  request('create', slice('web', [ready('10.244.1.5'), leaving]))
  start('a')
  clock.settle()
  expect(network.rules('a').services[0]?.endpoints.map(({ ip }) => ip)).toEqual(['10.244.1.5'])
  request('update', slice('web', [leaving]))
  clock.advance(1000)
  expect(network.rules('a').services[0]?.endpoints.map(({ ip }) => ip)).toEqual(['10.244.1.6'])
})

test('it syncs at once, and then at most once in a minimum sync period', () => {
  const { clock, network, start, request } = cluster(['a'])
  request('create', service('web'))
  start('a')
  clock.advance(5000)
  const ips = () => network.rules('a').services[0]?.endpoints.map(({ ip }) => ip)
  request('create', slice('web', [ready('1.1.1.1')]))
  clock.settle()
  expect(ips()).toEqual(['1.1.1.1'])
  clock.advance(300)
  request('update', slice('web', [ready('2.2.2.2')]))
  request('update', slice('web', [ready('3.3.3.3')]))
  clock.advance(699)
  expect(ips()).toEqual(['1.1.1.1'])
  clock.advance(1)
  expect(ips()).toEqual(['3.3.3.3'])
})

test('stopped, it leaves its rules and sees no new endpoints', () => {
  const { clock, network, start, request } = cluster(['a'])
  request('create', service('web'))
  request('create', slice('web', [ready('1.1.1.1')]))
  const handle = start('a')
  clock.settle()
  handle.kill()
  request('update', slice('web', [ready('2.2.2.2')]))
  clock.advance(60_000)
  expect(network.rules('a').services[0]?.endpoints[0]?.ip).toBe('1.1.1.1')
  start('a')
  clock.settle()
  expect(network.rules('a').services[0]?.endpoints[0]?.ip).toBe('2.2.2.2')
})

test('started while the API is away, it keeps the rules of its predecessor', () => {
  const { clock, network, start, request, wire, server } = cluster(['a'])
  request('create', service('web'))
  start('a').kill()
  start('a')
  clock.settle()
  const rules = network.rules('a')
  wire.connect(undefined)
  start('a')
  clock.advance(60_000)
  expect(network.rules('a')).toBe(rules)
  request('create', slice('web', [ready('2.2.2.2')]))
  wire.connect(server)
  clock.advance(60_000)
  expect(network.rules('a').services[0]?.endpoints).toHaveLength(1)
})

test('nodes that have seen the same share one rules object', () => {
  const hosts = Array.from({ length: 20 }, (_, index) => `node-${index}`)
  const { clock, network, start, request } = cluster(hosts)
  request('create', service('web'))
  for (const host of hosts) start(host)
  clock.settle()
  request('create', slice('web', [ready('1.1.1.1')], 'web-2'))
  request('create', slice('web', [ready('2.2.2.2')], 'web-1'))
  clock.advance(2000)
  expect(network.rules('node-0').services[0]?.endpoints.map(({ ip }) => ip)).toEqual(['2.2.2.2', '1.1.1.1'])
  expect(new Set(hosts.map((host) => network.rules(host))).size).toBe(1)
})

test('a node says at the health check port of a Service with policy Local how many of its Pods it has', () => {
  const { clock, network, start, request } = cluster(['a', 'b'])
  const spec = { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 32100 }
  request('create', service('web', spec))
  request('create', slice('web', [ready('10.244.1.5', 'a'), ready('10.244.1.6', 'a')]))
  start('a')
  const onB = start('b')
  clock.settle()
  const ask = (ip: string) => {
    const met = network.connect<Serve>({ host: 'gateway', ip: '1.1.1.1' }, { ip, port: 32100 }, () => 0)
    return met.outcome === 'connected' ? met.serve({ protocol: 'HTTP', from: '', path: '/healthz' }) : met.outcome
  }
  const body = { service: { namespace: 'default', name: 'web' }, localEndpoints: 2, serviceProxyHealthy: true }
  expect(ask('a')).toMatchObject({ status: 200, body: JSON.stringify(body, undefined, '\t') })
  expect(ask('b')).toMatchObject({ status: 503, headers: { 'x-load-balancing-endpoint-weight': '0' } })
  let stale = 0
  const answer = ask('b')
  if (typeof answer !== 'string') answer.onStale?.(() => stale++)
  request('update', slice('web', [ready('10.244.2.5', 'b')]))
  clock.advance(1000)
  expect([stale, ask('b')]).toMatchObject([1, { status: 200 }])
  request('update', service('web', { ...spec, externalTrafficPolicy: 'Cluster' }))
  clock.advance(1000)
  expect(ask('a')).toBe('refused')
  onB.kill()
  expect(ask('b')).toBe('refused')
})

test('a balancer that is a proxy of its own is gone through', () => {
  const { clock, network, start, request } = cluster(['a'])
  const loadBalancer = {
    ingress: [
      { ip: '1.1.1.1', ipMode: 'Proxy' },
      { ip: '2.2.2.2', ipMode: 'VIP' },
    ],
  }
  const spec = { type: 'LoadBalancer', loadBalancerSourceRanges: ['10.0.0.0/8'] }
  request('create', { ...service('web', spec), status: { loadBalancer } } as Service)
  start('a')
  clock.settle()
  expect(network.rules('a').services[0]).toMatchObject({
    externalIPs: ['2.2.2.2'],
    balancerIPs: ['2.2.2.2'],
    sourceRanges: ['10.0.0.0/8'],
  })
})

test.each([
  [{}, 'failed complete: open /var/lib/kube-proxy/config.conf: no such file or directory'],
  [{ ...FILES, '/var/lib/kube-proxy/config.conf': 'mode: iptable\n' }, 'mode: Invalid value: \\"iptable\\"'],
])('a wrong configuration ends it', (files, message) => {
  const { start, log } = cluster(['a'], files)
  expect(start('a').exitCode).toBe(1)
  expect(log.join('\n').replaceAll('"iptable"', '\\"iptable\\"')).toContain(message)
})
