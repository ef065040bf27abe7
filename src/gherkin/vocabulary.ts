import type { StepDefinition } from './step.ts'
import { accessSteps } from './steps/access.ts'
import { changeSteps } from './steps/changes.ts'
import { cloudSteps } from './steps/cloud.ts'
import { clusterSteps } from './steps/cluster.ts'
import { controlPlaneSteps } from './steps/control-plane.ts'
import { eventSteps } from './steps/events.ts'
import { faultSteps } from './steps/faults.ts'
import { flagSteps } from './steps/flags.ts'
import { hostSteps } from './steps/hosts.ts'
import { kubectlSteps } from './steps/kubectl.ts'
import { manifestSteps } from './steps/manifests.ts'
import { matrixSteps } from './steps/matrices.ts'
import { networkSteps } from './steps/networking.ts'
import { notSimulatedSteps } from './steps/not-simulated.ts'
import { objectSteps } from './steps/objects.ts'
import { persistenceSteps } from './steps/persistence.ts'
import { podSteps } from './steps/pods.ts'
import { timeSteps } from './steps/time.ts'
import { unchangedSteps } from './steps/unchanged.ts'

/** Every step there is. */
export const vocabulary: readonly StepDefinition[] = [
  ...clusterSteps,
  ...cloudSteps,
  ...flagSteps,
  ...manifestSteps,
  ...changeSteps,
  ...faultSteps,
  ...timeSteps,
  ...objectSteps,
  ...podSteps,
  ...unchangedSteps,
  ...persistenceSteps,
  ...eventSteps,
  ...networkSteps,
  ...matrixSteps,
  ...accessSteps,
  ...controlPlaneSteps,
  ...hostSteps,
  ...kubectlSteps,
  ...notSimulatedSteps,
]
