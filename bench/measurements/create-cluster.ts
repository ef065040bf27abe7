import { createCluster } from '../../src/cluster/index.ts'
import { type Measurement, median, timed } from '../measurement.ts'

const boot = () => createCluster().clock.settle()

export const createClusterMeasurement: Measurement = {
  name: 'create-cluster',
  title: 'createCluster() of 3 nodes, settled, in process',
  run() {
    const first = timed(boot)
    const later = Array.from({ length: 15 }, () => timed(boot))
    return {
      first: { value: first, unit: 'ms' },
      'once warm': { value: median(later), unit: 'ms', limit: 100 },
    }
  },
}
