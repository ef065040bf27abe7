import { claimSize, volumeSize } from '../../../api/claims.ts'
import { quantityValue } from '../../../api/quantity.ts'
import { storageClassOf } from '../../../api/storage.ts'
import { along, type Point } from './broken-line.ts'
import { MAX_NODE_SCORE } from './normalize-score.ts'
import type { PodVolumes } from './volume-binder.ts'

/** Utilization in percent, score 0 to 10. */
export type ShapePoint = Point

interface Amounts {
  readonly requested: number
  readonly capacity: number
}

/** Source: plugins/volumebinding/volume_binding.go Score, scorer.go buildScorerFunction */
export function volumeScore(volumes: PodVolumes | undefined, shape: readonly ShapePoint[]): number {
  if (volumes === undefined) return 0
  const classes = volumes.bindings.length > 0 ? ofBindings(volumes) : ofProvisions(volumes)
  if (classes.size === 0) return 0
  const points = shape.map(({ utilization, score }) => ({ utilization, score: score * (MAX_NODE_SCORE / 10) }))
  let sum = 0
  for (const { requested, capacity } of classes.values()) {
    const full = capacity === 0 || requested > capacity
    sum += along(points, full ? 100 : Math.trunc((requested * 100) / capacity))
  }
  return Math.round(sum / classes.size)
}

function ofBindings({ bindings }: PodVolumes): ReadonlyMap<string, Amounts> {
  const classes = new Map<string, Amounts>()
  for (const { claim, volume } of bindings) {
    const name = volume.spec.storageClassName ?? ''
    const { requested = 0, capacity = 0 } = classes.get(name) ?? {}
    classes.set(name, {
      requested: requested + quantityValue(claimSize(claim)),
      capacity: capacity + quantityValue(volumeSize(volume)),
    })
  }
  return classes
}

/** Several volumes of one class are taken of the same storage. */
function ofProvisions({ provisions }: PodVolumes): ReadonlyMap<string, Amounts> {
  const classes = new Map<string, Amounts>()
  for (const { claim, capacity } of provisions) {
    if (capacity === undefined) continue
    const name = storageClassOf(claim)
    classes.set(name, {
      requested: (classes.get(name)?.requested ?? 0) + quantityValue(claimSize(claim)),
      capacity: quantityValue(capacity.capacity),
    })
  }
  return classes
}
