import { describe, expect, test } from 'vitest'
import type { Pod, SecurityContext } from '../../../api/types.ts'
import { VirtualClock } from '../../../sim/clock.ts'
import { createFileTree } from '../../host/file-tree.ts'
import type { ContainerConfig } from '../contract.ts'
import { boundingSet, effectiveSet, firstFreePort, statusText } from './capabilities.ts'

const config = (securityContext: SecurityContext = {}) =>
  ({ container: { name: 'c', securityContext }, image: {} }) as unknown as ContainerConfig
const ROOT = { uid: 0, gid: 0, groups: [0] }
const USER = { uid: 1000, gid: 0, groups: [0] }

describe('capabilities', () => {
  test.each([
    [{}, 14],
    [{ capabilities: { drop: ['ALL'] } }, 0],
    [{ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }, 1],
    [{ capabilities: { add: ['NET_ADMIN', 'SYS_TIME'] } }, 16],
    [{ capabilities: { add: ['ALL'], drop: ['SYS_ADMIN'] } }, 40],
    [{ privileged: true, capabilities: { drop: ['ALL'] } }, 41],
  ])('of %j are %d', (securityContext, count) => {
    expect(boundingSet(config(securityContext)).size).toBe(count)
  })

  test('are nobody’s but root’s', () => {
    const asked = config({ capabilities: { add: ['NET_BIND_SERVICE'] } })
    expect(effectiveSet(ROOT, asked).has('NET_BIND_SERVICE')).toBe(true)
    expect(effectiveSet(USER, asked).size).toBe(0)
    expect(statusText(ROOT, config())).toContain('CapEff:\t00000000a80425fb\n')
    expect(statusText(USER, config())).toContain('CapEff:\t0000000000000000\nCapBnd:\t00000000a80425fb\n')
  })
})

test.each([
  [{}, '', 0],
  [{ hostNetwork: true }, '', 1024],
  [{}, '  enable_unprivileged_ports = false\n', 1024],
  [{ securityContext: { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '80' }] } }, '', 80],
])('the first port without capabilities in %j with %j is %d', (spec, toml, port) => {
  const host = createFileTree(new VirtualClock(0), { '/etc/containerd/config.toml': toml })
  expect(firstFreePort({ spec } as unknown as Pod, host)).toBe(port)
})
