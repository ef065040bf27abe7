import type { ComponentRef } from '../parameter-types.ts'
import { type StepDefinition, step } from '../step.ts'
import type { World } from '../world.ts'

/** What the vocabulary has words for and this target cannot do: the scenario is skipped, and the reason says what is missing. */
export const notSimulatedSteps: readonly StepDefinition[] = [
  step(
    'the cluster saved as {string}',
    { says: 'Skips the scenario: clusters are not saved for features.', example: 'Given the cluster saved as "shop"' },
    (world: World, name: string) =>
      world.incapable(`open the cluster saved as "${name}": clusters are not saved for features, build one with steps`),
  ),
  step(
    'an ingress controller for class {string}',
    { says: 'Skips the scenario: Ingress is not simulated.', example: 'Given an ingress controller for class "nginx"' },
    (world: World, name: string) =>
      world.incapable(`run an ingress controller for class "${name}": Ingress is not simulated`),
  ),
  step(
    'the certificate of {component} expires',
    {
      says: 'Skips the scenario: certificates are not checked among components.',
      example: 'When the certificate of the kubelet on node "worker-1" expires',
    },
    (world: World, { text }: ComponentRef) =>
      world.incapable(`let the certificate of ${text} expire: certificates are not checked among components`),
  ),
  step(
    '{component} answers every request {duration} late',
    {
      says: 'Skips the scenario: requests among components take no time. Some that fail there may be: see `{int}% of the requests to {component} fail with status {int}`.',
      example: 'When the API server answers every request 2 seconds late',
    },
    (world: World, { text }: ComponentRef, _ms: number) =>
      world.incapable(`make ${text} slow: requests among components take no time here`),
  ),
  step(
    'an etcd snapshot is saved as {string}',
    {
      says: 'Skips the scenario: snapshots of etcd are not simulated.',
      example: 'When an etcd snapshot is saved as "backup.db"',
    },
    (world: World, _name: string) => world.incapable('take snapshots of etcd: they are not simulated'),
  ),
  step(
    'etcd is restored from snapshot {string}',
    {
      says: 'Skips the scenario: snapshots of etcd are not simulated.',
      example: 'When etcd is restored from snapshot "backup.db"',
    },
    (world: World, _name: string) => world.incapable('restore etcd from a snapshot: snapshots are not simulated'),
  ),
]
