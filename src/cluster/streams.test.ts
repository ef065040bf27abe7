import { describe, expect, it } from 'vitest'
import type { Pod } from '../api/types.ts'
import { advance } from '../sim/barrier.ts'
import { goTo } from '../sim/journal.ts'
import type { RecordedTrace } from '../sim/trace.ts'
import type { Cluster } from './contract.ts'
import { createCluster } from './index.ts'
import type { Input } from './inputs.ts'

const box = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'box', namespace: 'default' },
  spec: { containers: [{ name: 'box', image: 'busybox', command: ['sleep', '3600'] }] },
} as Pod

interface Entry {
  readonly at: number
  readonly fired: number
  readonly input: Input
}

async function stand({ clock, barrier }: Cluster, place: { readonly at: number; readonly fired: number }) {
  while (goTo(clock, place) === 'held') await barrier.idle()
}

describe('streams', () => {
  it('leave the same world when their journal is played again', async () => {
    const entries: Entry[] = []
    const cluster: Cluster = createCluster({
      onInput: (input) => entries.push({ at: cluster.clock.now(), fired: cluster.clock.fired, input }),
    })
    const { clock, barrier } = cluster
    cluster.client().create(box)
    await advance(clock, barrier, 10_000)
    let output = ''
    let ended: number | undefined
    const listener = {
      onOutput: (_stream: string, bytes: string) => (output += bytes),
      onExit: (code: number) => (ended = code),
    }
    const target = { namespace: 'default', pod: 'box', container: 'box' }
    const request = { ...target, type: 'exec', command: ['sh'], stdin: true, tty: true } as const
    const session = cluster.streams.open(request, listener)
    if (!('input' in session)) throw new Error('no session')
    const type = async (keys: string) => {
      session.input(new TextEncoder().encode(keys))
      await advance(clock, barrier, 1_000)
    }
    await type('echo $((6 * 7)) > /tmp/answer\r')
    await type('cd /tmp; sleep 1; cat answer\r')
    await advance(clock, barrier, 5_000)
    await type('exit 3\r')
    expect(output).toContain('cd /tmp; sleep 1; cat answer\r\n42\r\n/tmp # exit 3\r\n')
    expect(ended).toBe(3)
    const place = { at: clock.now(), fired: clock.fired }

    const again = createCluster()
    for (const { input, ...where } of JSON.parse(JSON.stringify(entries)) as readonly Entry[]) {
      await stand(again, where)
      void again.apply(input)
    }
    await stand(again, place)
    expect((again.trace as RecordedTrace).hash).toBe((cluster.trace as RecordedTrace).hash)
  })

  it('are refused where there is nothing to stream from', () => {
    const cluster = createCluster()
    const listener = { onOutput: () => undefined, onExit: () => undefined }
    const open = (pod: string, namespace: string) =>
      cluster.streams.open(
        { type: 'exec', namespace, pod, container: 'etcd', command: ['ls'], stdin: false, tty: false },
        listener,
      )
    expect(open('none', 'default')).toMatchObject({ unreached: expect.stringContaining('no such host') })
    cluster.faults.component('kubelet', 'stops', 'cp-1')
    expect(open('etcd-cp-1', 'kube-system')).toEqual({
      unreached: 'dial tcp 192.168.64.10:10250: connect: connection refused',
      tookMs: 0,
    })
    cluster.faults.node('cp-1', 'fails')
    expect(open('etcd-cp-1', 'kube-system')).toMatchObject({ tookMs: 30_000 })
  })
})
