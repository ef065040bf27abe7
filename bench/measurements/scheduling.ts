import { inTreeRegistry } from '../../src/control-plane/scheduler/registry.ts'
import { Scheduler } from '../../src/control-plane/scheduler/scheduler.ts'
import { node, pod } from '../../src/control-plane/scheduler/testing/builders.ts'
import { FakeClient } from '../../src/control-plane/scheduler/testing/fake-client.ts'
import { defaultProfiles } from '../../src/control-plane/scheduler/testing/plugins.ts'
import { VirtualClock } from '../../src/sim/clock.ts'
import { Random } from '../../src/sim/random.ts'
import { type Measurement, timed } from '../measurement.ts'

export const schedulingMeasurement: Measurement = {
  name: 'scheduling',
  title: 'the scheduler alone: 10,000 plain pods onto 1,000 nodes',
  run({ scale }) {
    const clock = new VirtualClock()
    const client = new FakeClient(clock)
    const scheduler = new Scheduler({
      client,
      recorder: () => ({ eventf: () => undefined }),
      world: { clock, trace: { add: () => undefined } },
      random: new Random(1, 'kube-scheduler'),
      profiles: defaultProfiles(),
      registry: inTreeRegistry,
    })
    for (let i = 0; i < 1000 * scale; i++) client.create(node(`worker-${i}`, { cpu: '32', memory: '64Gi' }))
    clock.settle()
    const pods = 10_000 * scale
    const template = pod('template', { cpu: '100m', memory: '128Mi', labels: { app: 'web' } })
    for (let i = 0; i < pods; i++) client.create({ ...template, metadata: { ...template.metadata, name: `web-${i}` } })
    const wall = timed(() => clock.settle())
    scheduler.stop()
    if (client.list('Pod').some(({ spec }) => !spec.nodeName)) throw new Error('some pods have no node')
    return { wall: { value: wall, unit: 'ms' }, 'pods per second': { value: (pods * 1000) / wall, unit: 'per s' } }
  },
}
