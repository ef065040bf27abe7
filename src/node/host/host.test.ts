import { describe, expect, test } from 'vitest'
import { createNetwork } from '../../network/index.ts'
import { Barrier } from '../../sim/barrier.ts'
import { VirtualClock } from '../../sim/clock.ts'
import { Random } from '../../sim/random.ts'
import type { Process } from '../contract.ts'
import { createHost } from './index.ts'

function boot() {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1))
  const network = createNetwork()
  const host = createHost({
    name: 'worker-1',
    ip: '192.168.0.1',
    world: { clock, trace: { add() {} } },
    network,
    random: new Random(1, 'host/worker-1'),
    barrier: new Barrier(clock),
  })
  const starts: Process[] = []
  let crashes = false
  host.install('/usr/bin/kubelet', {
    start(process) {
      starts.push(process)
      process.log('I0101 starting')
      if (crashes) process.exit(1)
    },
  })
  host.powerOn(true)
  clock.settle()
  return {
    clock,
    network,
    host,
    starts,
    journal: () => host.journal.entries('kubelet.service').map((line) => line.message),
    crash: () => {
      crashes = true
    },
    heal: () => {
      crashes = false
    },
  }
}

describe('systemd', () => {
  test('enabled units start at boot with the command line of their drop-in', () => {
    const { host, starts, journal } = boot()
    expect(host.unit('kubelet')).toEqual({ active: 'active', enabled: true })
    expect(starts[0]?.argv).toEqual([
      '/usr/bin/kubelet',
      '--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf',
      '--kubeconfig=/etc/kubernetes/kubelet.conf',
      '--config=/var/lib/kubelet/config.yaml',
    ])
    expect(journal()).toEqual(['Started kubelet.service - kubelet: The Kubernetes Node Agent.', 'I0101 starting'])
  })

  test('KUBELET_EXTRA_ARGS counts at the next start, a changed unit file after daemon-reload', () => {
    const { host, starts, clock } = boot()
    host.files.write('/etc/default/kubelet', 'KUBELET_EXTRA_ARGS="--v=4 --x=y"\n')
    host.systemd.do('restart', 'kubelet')
    clock.settle()
    expect(starts[1]?.argv.slice(-2)).toEqual(['--v=4', '--x=y'])
    const path = '/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf'
    host.files.write(
      path,
      host.files.read(path)!.replace('ExecStart=/usr/bin/kubelet', 'ExecStart=/usr/local/bin/kubelet'),
    )
    expect(host.systemd.needsReload('kubelet')).toBe(true)
    host.systemd.daemonReload()
    host.systemd.do('restart', 'kubelet')
    clock.settle()
    expect(host.unit('kubelet')?.active).toBe('activating')
    expect(host.systemd.status('kubelet')?.lastExit?.code).toBe(203)
  })

  test('a crashing kubelet comes back every RestartSec', () => {
    const { host, starts, clock, crash, heal, journal } = boot()
    crash()
    host.systemd.crash('kubelet')
    clock.settle()
    expect(host.unit('kubelet')?.active).toBe('activating')
    clock.advance(35_000)
    expect(starts).toHaveLength(4)
    expect(journal()).toContain('kubelet.service: Main process exited, code=exited, status=1/FAILURE')
    expect(journal()).toContain('kubelet.service: Scheduled restart job, restart counter is at 3.')
    heal()
    clock.advance(10_000)
    expect(host.unit('kubelet')?.active).toBe('active')
  })

  test('stopped by hand it stays stopped; disabled it stays down after a reboot; enabled it comes back', () => {
    const { host, starts, clock } = boot()
    host.systemd.do('stop', 'kubelet')
    clock.advance(60_000)
    expect(host.unit('kubelet')).toEqual({ active: 'inactive', enabled: true })
    expect(starts).toHaveLength(1)
    host.systemd.disable('kubelet')
    host.reboot()
    clock.advance(60_000)
    expect(host.unit('kubelet')).toEqual({ active: 'inactive', enabled: false })
    host.systemd.enable('kubelet')
    host.reboot()
    clock.advance(60_000)
    expect(host.unit('kubelet')?.active).toBe('active')
  })
})

describe('power', () => {
  test('off: processes die, packets are lost, rules and /run are gone; the disk stays', () => {
    const { host, network, starts, clock } = boot()
    let ended = 0
    starts[0]?.onEnd(() => ended++)
    const boots = [host.bootId]
    network.setRules('worker-1', { mode: 'iptables', services: [] })
    host.files.write('/run/x', '')
    host.files.write('/var/x', '')
    host.powerOff()
    clock.advance(1000)
    expect([host.up, ended, host.files.read('/run/x'), host.files.read('/var/x')]).toEqual([false, 1, undefined, ''])
    expect(network.reaches('worker-1', 'worker-1')).toBe(false)
    host.powerOn()
    clock.advance(19_999)
    expect(host.up).toBe(false)
    clock.advance(1)
    expect(host.up).toBe(true)
    expect(starts).toHaveLength(2)
    boots.push(host.bootId)
    expect(new Set(boots).size).toBe(2)
  })
})
