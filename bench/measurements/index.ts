import type { Measurement } from '../measurement.ts'
import { calibrationMeasurement } from './calibration.ts'
import { coldStartMeasurement } from './cold-start.ts'
import { createClusterMeasurement } from './create-cluster.ts'
import { httpsMeasurement } from './https.ts'
import { idleDayMeasurement } from './idle-day.ts'
import { listsMeasurement } from './lists.ts'
import { rolloutMeasurement, smallRolloutMeasurement } from './rollout.ts'
import { determinismMeasurement, idleHourMeasurements, scaleMeasurements } from './scale.ts'
import { scenariosMeasurement } from './scenarios.ts'
import { schedulingMeasurement } from './scheduling.ts'
import { schedulingWorkloads } from './scheduling-workloads.ts'
import { watchersMeasurement } from './watchers.ts'

export const measurements: readonly Measurement[] = [
  calibrationMeasurement,
  coldStartMeasurement,
  createClusterMeasurement,
  scenariosMeasurement,
  idleDayMeasurement,
  smallRolloutMeasurement,
  rolloutMeasurement,
  ...scaleMeasurements,
  ...idleHourMeasurements,
  determinismMeasurement,
  schedulingMeasurement,
  ...schedulingWorkloads,
  listsMeasurement,
  watchersMeasurement,
  httpsMeasurement,
]
