import type { KubernetesObject } from '../../../../api/types.ts'
import { semanticallyEqual } from '../semantic-equality.ts'

interface Webhooks extends KubernetesObject {
  readonly webhooks?: readonly unknown[]
}

/** Webhook configurations have no spec, and count generations all the same. Source: pkg/registry/admissionregistration/validatingwebhookconfiguration/strategy.go */
export const firstGeneration = <T extends Webhooks>(each: T): T => ({
  ...each,
  metadata: { ...each.metadata, generation: 1 },
})

export function nextGeneration<T extends Webhooks>(each: T, old: T): T {
  if (semanticallyEqual(each.webhooks, old.webhooks)) return each
  return { ...each, metadata: { ...each.metadata, generation: (old.metadata.generation ?? 0) + 1 } }
}
