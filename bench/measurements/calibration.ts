import { type Measurement, timed } from '../measurement.ts'

/** A fixed piece of work, so that figures of different machines can be compared: divide by it. */
export const calibrationMeasurement: Measurement = {
  name: 'calibration',
  title: 'fixed work: maps, path copies, JSON',
  run() {
    const wall = timed(() => {
      const objects = new Map<string, object>()
      for (let i = 0; i < 400_000; i++) {
        const key = `key-${i % 5000}`
        objects.set(key, { ...objects.get(key), name: key, turn: i, labels: { app: key } })
      }
      const text = JSON.stringify([...objects.values()])
      for (let i = 0; i < 20; i++) JSON.parse(text)
    })
    return { wall: { value: wall, unit: 'ms' } }
  },
}
