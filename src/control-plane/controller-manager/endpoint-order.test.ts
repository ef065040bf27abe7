import { expect, test } from 'vitest'
import type { EndpointSubset } from '../../api/types.ts'
import { endpointPortsInOrder, fnv128a, slicePortsInOrder, subsetsInOrder } from './endpoint-order.ts'

/** The hashes beside the ports are what Go code says of them. */
test('ports of slices come in the order of their MD5', () => {
  const ports = [
    { name: 'https', port: 443, protocol: 'TCP' }, // f16601093955cd29c6d8bd733e20f4e2
    { name: 'h', port: 9090, protocol: 'TCP', appProtocol: 'kubernetes.io/h2c' }, // 6dca28c37f09222512b1eea565220163
    { name: '', port: 80, protocol: 'TCP' }, // 65e128212fd64e6eab3cc3e6dcdab5b0
    { name: 'named' }, // 814ca85419f549d32b32d683dff62857
    { name: 'http', port: 8080, protocol: 'TCP' }, // 3a668b0e210f1dc6528e2da191cd41d4
    { name: 'd', port: 53, protocol: 'UDP' }, // 3aa21e2f0a77d53a9115a3682c044bee
    { name: 'metrics', port: 9100, protocol: 'TCP' }, // 561b0ef2ccabf8befe653dae5ddc6719
  ]
  expect(slicePortsInOrder(ports).map(({ name }) => name)).toEqual(['http', 'd', 'metrics', '', 'h', 'named', 'https'])
})

test('ports of Endpoints come in the order of their FNV-1a', () => {
  const ports = [
    { name: 'd', port: 53, protocol: 'UDP' }, // cb9879ae0c223c9aaf05c5be4811ce23
    { name: 'https', port: 443, protocol: 'TCP' }, // a1d3cd184f85589179025a8360efcc75
    { name: 'http', port: 8080, protocol: 'TCP' }, // 25304a33da9e6ece350a4142a45f5b75
    { port: 80, protocol: 'TCP' }, // 19cbad1834a78abad87a093580858485
    { name: 'h', port: 9090, protocol: 'TCP', appProtocol: 'kubernetes.io/h2c' }, // 17758f4a62e4ecc18abb9167073520c0
  ]
  expect(endpointPortsInOrder(ports).map(({ name }) => name)).toEqual(['h', undefined, 'http', 'https', 'd'])
})

test('and so do their subsets', () => {
  const targetRef = { kind: 'Pod', namespace: 'a', name: 'b', uid: 'c' }
  const subsets: EndpointSubset[] = [
    { notReadyAddresses: [{ ip: '10.1.0.1', hostname: 'x' }] }, // f183882f078023d24cc808d8a370647e
    {
      addresses: [{ ip: '10.1.0.1', nodeName: 'n1', targetRef }],
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    }, // dfc5a2dea903e47636734dfaf1dcbc28
  ]
  expect(subsetsInOrder(subsets)).toEqual([subsets[1], subsets[0]])
})

test('FNV-1a of 128 bits', () => {
  // Of the reference's own tests: http://www.isthe.com/chongo/tech/comp/fnv/
  expect(fnv128a('')).toBe('6c62272e07bb014262b821756295c58d')
  expect(fnv128a('a')).toBe('d228cb696f1a8caf78912b704e4a8964')
})
