import { describe, expect, test } from 'vitest'
import type { Serve, ServiceRule, ServiceRules } from './contract.ts'
import { createNetwork, GATEWAY } from './index.ts'

const first = () => 0

function rule(over: Partial<ServiceRule> = {}): ServiceRule {
  return { name: 'default/web', clusterIP: '10.96.0.10', port: 80, protocol: 'TCP', endpoints: [], ...over }
}

const rules = (...services: ServiceRule[]): ServiceRules => ({ mode: 'iptables', services })
const endpoint = (ip: string, node: string) => ({ ip, port: 8080, node })

/** Two hosts with a pod each; pods listen on 8080 and serve their own name. */
function twoHosts() {
  const network = createNetwork()
  for (const n of [1, 2]) {
    network.addHost(`worker-${n}`, `192.168.0.${n}`)
    network.addAddress(`10.244.${n}.5`, `worker-${n}`)
    network.listen(`10.244.${n}.5`, 8080, 'TCP', `pod-${n}`)
  }
  const from = { host: 'worker-1', ip: '10.244.1.5' }
  const go = (ip: string, port: number, choose: (n: number) => number = first) =>
    network.connect<string>(from, { ip, port }, choose)
  return { network, from, go }
}

describe('connect', () => {
  test('a pod reaches a pod on another node, and every hop is named', () => {
    expect(twoHosts().go('10.244.2.5', 8080)).toEqual({
      outcome: 'connected',
      ip: '10.244.2.5',
      port: 8080,
      host: 'worker-2',
      serve: 'pod-2',
      hops: ['10.244.1.5 on worker-1', 'worker-1 to worker-2', '10.244.2.5:8080 on worker-2'],
    })
  })

  test('loopback is the own address', () => {
    expect(twoHosts().go('127.0.0.1', 8080)).toMatchObject({ outcome: 'connected', serve: 'pod-1' })
  })

  test.each([
    ['no listener', '10.244.2.5', 81, 'refused', 'nobody listens on 10.244.2.5:81/TCP'],
    [
      'unknown address',
      '10.9.9.9',
      80,
      'timeout',
      'nobody has the address 10.9.9.9, and no rule of worker-1 translates it',
    ],
  ])('%s', (_what, ip, port, outcome, because) => {
    expect(twoHosts().go(ip, port)).toMatchObject({ outcome, because })
  })

  test('a cut link and a dead host swallow packets; healed, they pass', () => {
    const { network, go } = twoHosts()
    network.setLink('worker-2', 'worker-1', false)
    expect(go('10.244.2.5', 8080)).toMatchObject({
      outcome: 'timeout',
      because: 'the link between worker-1 and worker-2 is cut',
    })
    expect(network.reaches('worker-1', 'worker-2')).toBe(false)
    network.setLink('worker-1', 'worker-2', true)
    network.setLink('worker-2', '*', false)
    expect(go('10.244.2.5', 8080)).toMatchObject({ because: 'worker-2 is cut off from the network' })
    expect(go('10.244.1.5', 8080)).toMatchObject({ outcome: 'connected' })
    network.setLink('worker-2', '*', true)
    network.setHostUp('worker-2', false)
    expect(go('10.244.2.5', 8080)).toMatchObject({ because: 'worker-2 is powered off' })
    network.setHostUp('worker-2', true)
    expect(go('10.244.2.5', 8080)).toMatchObject({ outcome: 'connected' })
  })

  test('a port is served once; closed, it refuses', () => {
    const { network, go } = twoHosts()
    const close = network.listen('10.244.2.5', 81, 'TCP', 'more')
    expect(() => network.listen('10.244.2.5', 81, 'TCP', 'again')).toThrow(
      'listen tcp 10.244.2.5:81: bind: address already in use',
    )
    close()
    close()
    expect(go('10.244.2.5', 81)).toMatchObject({ outcome: 'refused' })
  })
})

describe('service rules', () => {
  test('a virtual address leads to the chosen endpoint', () => {
    const { network, go } = twoHosts()
    const endpoints = [endpoint('10.244.1.5', 'worker-1'), endpoint('10.244.2.5', 'worker-2')]
    network.setRules('worker-1', rules(rule({ endpoints })))
    expect(go('10.96.0.10', 80, (n) => n - 1)).toMatchObject({
      serve: 'pod-2',
      hops: [
        '10.244.1.5 on worker-1',
        'rules of worker-1: default/web (10.96.0.10:80) -> 10.244.2.5:8080, one of 2',
        'worker-1 to worker-2',
        '10.244.2.5:8080 on worker-2',
      ],
    })
  })

  test('without endpoints a connection is refused, without rules it times out', () => {
    const { network, go } = twoHosts()
    expect(go('10.96.0.10', 80).outcome).toBe('timeout')
    network.setRules('worker-1', rules(rule()))
    expect(go('10.96.0.10', 80)).toMatchObject({ outcome: 'refused', because: 'Service default/web has no endpoints' })
  })

  test('a node port is answered by every node, with the rules of the node asked', () => {
    const { network, go } = twoHosts()
    network.setRules('worker-2', rules(rule({ nodePort: 30080, endpoints: [endpoint('10.244.1.5', 'worker-1')] })))
    expect(go('192.168.0.2', 30080)).toMatchObject({ serve: 'pod-1' })
    expect(go('192.168.0.1', 30080)).toMatchObject({ outcome: 'refused' })
  })

  test('externalTrafficPolicy Local drops what has no endpoint on the node, or falls back to terminating ones', () => {
    const { network, go } = twoHosts()
    const local = rule({
      nodePort: 30080,
      externalTrafficPolicy: 'Local',
      endpoints: [endpoint('10.244.1.5', 'worker-1')],
    })
    network.setRules('worker-2', rules(local))
    expect(go('192.168.0.2', 30080)).toMatchObject({ outcome: 'timeout' })
    network.setRules('worker-2', rules({ ...local, terminating: [endpoint('10.244.2.5', 'worker-2')] }))
    expect(go('192.168.0.2', 30080)).toMatchObject({ serve: 'pod-2' })
  })

  test('session affinity keeps a client with one endpoint', () => {
    const { network, go } = twoHosts()
    const endpoints = [endpoint('10.244.1.5', 'worker-1'), endpoint('10.244.2.5', 'worker-2')]
    network.setRules('worker-1', rules(rule({ endpoints, sessionAffinity: 'ClientIP' })))
    let calls = 0
    const served = new Set([1, 2, 3].map(() => JSON.stringify(go('10.96.0.10', 80, () => calls++ % 2))))
    expect(served.size).toBe(1)
  })
})

describe('the world outside', () => {
  const stranger = { host: 'gateway', ip: '8.8.8.8' }
  const endpoints = [endpoint('10.244.1.5', 'worker-1'), endpoint('10.244.2.5', 'worker-2')]
  const balanced = (over: Partial<ServiceRule> = {}) =>
    rule({ nodePort: 30080, endpoints, externalIPs: ['203.0.113.1'], ...over })

  test('comes through a load balancer to a node port; the server sees the node, or with policy Local the client', () => {
    const { network } = twoHosts()
    const forward = () => ({ machine: '192.168.0.2', port: 30080 })
    network.outside.setBalancer('203.0.113.1', { name: 'load balancer x', forward })
    const come = () => network.connect<string>(stranger, { ip: '203.0.113.1', port: 80 }, first)
    network.setRules('worker-2', rules(balanced()))
    expect(come()).toMatchObject({
      serve: 'pod-1',
      seenAs: '192.168.0.2',
      hops: [
        '8.8.8.8 on gateway',
        'load balancer x (203.0.113.1:80) -> 192.168.0.2:30080',
        'gateway to worker-2',
        'rules of worker-2: default/web (node port or external address of default/web) -> 10.244.1.5:8080, one of 2',
        'worker-2 to worker-1',
        '10.244.1.5:8080 on worker-1',
      ],
    })
    network.setRules('worker-2', rules(balanced({ externalTrafficPolicy: 'Local' })))
    expect(come()).toMatchObject({ serve: 'pod-2' })
    expect(come()).not.toHaveProperty('seenAs')
    network.setHostUp('worker-2', false)
    expect(come()).toMatchObject({ outcome: 'timeout', because: 'worker-2 is powered off' })
    network.outside.setBalancer('203.0.113.1', undefined)
    expect(come()).toMatchObject({ outcome: 'timeout' })
  })

  test('may be kept out, answered by the balancer itself, or handed on as it came', () => {
    const { network } = twoHosts()
    const come = (ip: string) => network.connect<string>({ ...stranger, ip }, { ip: '203.0.113.1', port: 80 }, first)
    const ranged = { balancerIPs: ['203.0.113.1'], sourceRanges: ['8.8.0.0/16'] }
    network.setRules('worker-1', rules(balanced(ranged)))
    const direct = () => ({ machine: '192.168.0.1', port: 80, direct: true })
    network.outside.setBalancer('203.0.113.1', { name: 'x', forward: direct })
    expect(come('8.8.4.4')).toMatchObject({ outcome: 'connected', serve: 'pod-1' })
    expect(come('9.9.9.9')).toMatchObject({ outcome: 'timeout' })
    network.outside.setBalancer('203.0.113.1', { name: 'x', forward: () => ({ serve: 'sorry' }) })
    expect(come('8.8.4.4')).toMatchObject({ outcome: 'connected', serve: 'sorry', host: 'gateway' })
  })

  test('is short-cut by the rules of a node for those who are inside, whatever the external policy', () => {
    const { network, go } = twoHosts()
    network.setRules('worker-1', rules(balanced({ externalTrafficPolicy: 'Local' })))
    expect(go('203.0.113.1', 80, (n) => n - 1)).toMatchObject({ serve: 'pod-2' })
  })

  test('finds a machine by its public address, and names that were set', () => {
    const { network } = twoHosts()
    network.listen('192.168.0.1', 22, 'TCP', 'sshd')
    network.outside.setAlias('198.51.100.1', '192.168.0.1')
    expect(network.connect(stranger, { ip: '198.51.100.1', port: 22 }, first)).toMatchObject({ serve: 'sshd' })
    network.outside.setName('shop.example', ['203.0.113.1'])
    const server = network.connect<Serve>(stranger, { ip: GATEWAY, port: 53, protocol: 'UDP' }, first)
    const ask = (question: string) =>
      server.outcome === 'connected' ? server.serve({ protocol: 'DNS', from: '8.8.8.8', question }) : undefined
    expect(ask('shop.example')).toMatchObject({ addresses: ['203.0.113.1'] })
    expect(ask('worker-2')).toMatchObject({ addresses: ['192.168.0.2'] })
    expect(ask('nowhere.example')).toMatchObject({ rcode: 'NXDOMAIN' })
  })

  test('hears of ports that are opened and closed', () => {
    const { network } = twoHosts()
    let heard = 0
    const stop = network.onListen('192.168.0.1', 22, 'TCP', () => heard++)
    network.listen('192.168.0.1', 22, 'TCP', 'sshd')()
    expect(heard).toBe(2)
    stop()
    network.listen('192.168.0.1', 22, 'TCP', 'sshd')
    expect(heard).toBe(2)
  })
})
