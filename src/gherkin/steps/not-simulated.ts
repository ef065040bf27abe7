import type { ComponentRef } from '../parameter-types.ts'
import { type StepDefinition, step } from '../step.ts'
import type { World } from '../world.ts'

/** What the vocabulary has words for and this target cannot do: the scenario is skipped, and the reason says what is missing. */
export const notSimulatedSteps: readonly StepDefinition[] = [
  step('the cluster saved as {string}', (world: World, name: string) =>
    world.incapable(`open the cluster saved as "${name}": clusters are not saved for features, build one with steps`),
  ),
  step('an ingress controller for class {string}', (world: World, name: string) =>
    world.incapable(`run an ingress controller for class "${name}": Ingress is not simulated`),
  ),
  step('the certificate of {component} expires', (world: World, { text }: ComponentRef) =>
    world.incapable(`let the certificate of ${text} expire: certificates are not checked among components`),
  ),
  step('{component} answers every request {duration} late', (world: World, { text }: ComponentRef, _ms: number) =>
    world.incapable(`make ${text} slow: requests among components take no time here`),
  ),
  step(
    '{int}% of the requests to {component} fail with status {int}',
    (world: World, percent: number, { text }: ComponentRef, status: number) =>
      world.incapable(
        `let ${percent}% of the requests to ${text} fail with status ${status}: they all arrive or none does`,
      ),
  ),
  step('an etcd snapshot is saved as {string}', (world: World, _name: string) =>
    world.incapable('take snapshots of etcd: they are not simulated'),
  ),
  step('etcd is restored from snapshot {string}', (world: World, _name: string) =>
    world.incapable('restore etcd from a snapshot: snapshots are not simulated'),
  ),
]
