import { expect, test } from 'vitest'
import type { ServiceRule } from '../../network/contract.ts'
import { iptablesSave, ipvsadm } from './iptables-save.ts'

const service: ServiceRule = {
  name: 'ns1/svc1:p80',
  clusterIP: '10.20.30.41',
  port: 80,
  protocol: 'TCP',
  nodePort: 30080,
  endpoints: [
    { ip: '10.180.0.1', port: 80 },
    { ip: '10.180.0.2', port: 80 },
    { ip: '10.180.0.3', port: 80 },
  ],
}

test('chains are named as kube-proxy names them, endpoints are equally likely', () => {
  const lines = iptablesSave({ mode: 'iptables', services: [service], clusterCIDR: '10.244.0.0/16' }).split('\n')
  expect(lines).toContain(
    '-A KUBE-SERVICES -d 10.20.30.41/32 -m tcp -p tcp --dport 80 -m comment --comment "ns1/svc1:p80 cluster IP" -j KUBE-SVC-XPGD46QRK7WJZT7O',
  )
  expect(lines.filter((line) => line.startsWith('-A KUBE-SVC-XPGD46QRK7WJZT7O')).slice(1)).toEqual([
    expect.stringContaining('--probability 0.3333333333 -j KUBE-SEP-SXIVWICOYRO3J4NJ'),
    expect.stringContaining('--probability 0.5000000000 -j KUBE-SEP-'),
    expect.not.stringContaining('probability'),
  ])
  expect(lines).toContain(
    '-A KUBE-SEP-SXIVWICOYRO3J4NJ -m tcp -p tcp -m comment --comment "ns1/svc1:p80" -j DNAT --to-destination 10.180.0.1:80',
  )
  expect(lines.some((line) => line.startsWith('-A KUBE-NODEPORTS -m tcp -p tcp --dport 30080'))).toBe(true)
})

test('addresses of load balancers lead through the ranges that may come', () => {
  const balanced = { ...service, externalIPs: ['1.1.1.1', '203.0.113.1'], balancerIPs: ['203.0.113.1'] }
  const open = iptablesSave({ mode: 'iptables', services: [balanced] })
  expect(open).toContain('-d 1.1.1.1/32 -m tcp -p tcp --dport 80 -m comment --comment "ns1/svc1:p80 external IP"')
  expect(open).toContain('"ns1/svc1:p80 loadbalancer IP" -j KUBE-EXT-XPGD46QRK7WJZT7O')
  expect(open).not.toContain('KUBE-FW-')
  const ranged = iptablesSave({ mode: 'iptables', services: [{ ...balanced, sourceRanges: ['10.0.0.0/8'] }] })
  expect(ranged).toContain('"ns1/svc1:p80 loadbalancer IP" -j KUBE-FW-XPGD46QRK7WJZT7O')
  expect(ranged).toContain(
    '-A KUBE-FW-XPGD46QRK7WJZT7O -s 10.0.0.0/8 -m comment --comment "ns1/svc1:p80 loadbalancer IP" -j KUBE-EXT-XPGD46QRK7WJZT7O',
  )
  expect(ranged).toContain('traffic not accepted by KUBE-FW-XPGD46QRK7WJZT7O" -j DROP')
})

test('a Service without endpoints is rejected', () => {
  const text = iptablesSave({ mode: 'iptables', services: [{ ...service, endpoints: [] }] })
  expect(text).toContain('"ns1/svc1:p80 has no endpoints" -j REJECT')
  expect(text).not.toContain('KUBE-SVC-')
})

test('ipvs mode has virtual servers in place of chains', () => {
  const rules = { mode: 'ipvs', services: [service] } as const
  expect(ipvsadm(rules)).toContain('TCP  10.20.30.41:80 rr\n  -> 10.180.0.1:80')
  expect(iptablesSave(rules)).not.toContain('KUBE-SVC-')
})
