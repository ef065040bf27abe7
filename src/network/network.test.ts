import { describe, expect, test } from 'vitest'
import type { ServiceRule, ServiceRules } from './contract.ts'
import { createNetwork } from './index.ts'

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
