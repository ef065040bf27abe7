import { createCluster } from '../../src/cluster/index.ts'
import { type Measurement, timed } from '../measurement.ts'

const DAY_MS = 24 * 60 * 60 * 1000

export const idleDayMeasurement: Measurement = {
  name: 'idle-day',
  title: '24 virtual hours of an idle 3-node cluster',
  run({ scale }) {
    const { clock } = createCluster()
    const before = clock.fired
    const ms = timed(() => clock.advance(DAY_MS * scale))
    return {
      wall: { value: ms, unit: 'ms', limit: 3000 },
      'timers fired': { value: clock.fired - before, unit: '' },
    }
  },
}
