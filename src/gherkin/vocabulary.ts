import type { StepDefinition } from './step.ts'
import { accessSteps } from './steps/access.ts'
import { addOnSteps } from './steps/add-ons.ts'
import { auditSteps } from './steps/audit.ts'
import { changeSteps } from './steps/changes.ts'
import { cloudSteps } from './steps/cloud.ts'
import { clusterSteps } from './steps/cluster.ts'
import { controlPlaneSteps } from './steps/control-plane.ts'
import { eventSteps } from './steps/events.ts'
import { expressionSteps } from './steps/expressions.ts'
import { faultSteps } from './steps/faults.ts'
import { flagSteps } from './steps/flags.ts'
import { hostSteps } from './steps/hosts.ts'
import { kubectlSteps } from './steps/kubectl.ts'
import { loadSteps } from './steps/load.ts'
import { manifestSteps } from './steps/manifests.ts'
import { matrixSteps } from './steps/matrices.ts'
import { networkSteps } from './steps/networking.ts'
import { notSimulatedSteps } from './steps/not-simulated.ts'
import { objectSteps } from './steps/objects.ts'
import { persistenceSteps } from './steps/persistence.ts'
import { podSteps } from './steps/pods.ts'
import { recordedSteps } from './steps/recorded.ts'
import { timeSteps } from './steps/time.ts'
import { unchangedSteps } from './steps/unchanged.ts'

/** Steps that belong together. */
export interface StepGroup {
  readonly title: string
  readonly steps: readonly StepDefinition[]
}

/** Every step there is, as docs/steps.md shows them. */
export const stepGroups: readonly StepGroup[] = [
  { title: 'Cluster and topology', steps: [...clusterSteps, ...addOnSteps, ...flagSteps] },
  { title: 'Manifests and changes', steps: [...manifestSteps, ...changeSteps] },
  { title: 'Component, node and container faults', steps: faultSteps },
  { title: 'Load', steps: loadSteps },
  { title: 'Time', steps: timeSteps },
  { title: 'Objects, fields and conditions', steps: objectSteps },
  { title: 'Pods and scheduling', steps: podSteps },
  { title: 'Recorded history', steps: recordedSteps },
  { title: 'Expressions', steps: expressionSteps },
  { title: 'Do no harm', steps: unchangedSteps },
  { title: 'Persistence', steps: persistenceSteps },
  { title: 'Events and logs', steps: eventSteps },
  { title: 'Networking and DNS', steps: networkSteps },
  { title: 'Access and admission', steps: accessSteps },
  { title: 'Audit', steps: auditSteps },
  { title: 'Matrices', steps: matrixSteps },
  { title: 'etcd and the control plane', steps: controlPlaneSteps },
  { title: 'kubectl and commands', steps: kubectlSteps },
  { title: 'Machines from inside', steps: hostSteps },
  { title: 'A cloud', steps: cloudSteps },
  { title: 'Words for what is not simulated', steps: notSimulatedSteps },
]

/** Every step there is. */
export const vocabulary: readonly StepDefinition[] = stepGroups.flatMap(({ steps }) => steps)
