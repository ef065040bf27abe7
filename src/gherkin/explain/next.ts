import type {
  HorizontalPodAutoscaler,
  Job,
  KubernetesObject,
  Node,
  PersistentVolumeClaim,
  Pod,
  Service,
} from '../../api/types.ts'
import type { World } from '../world.ts'
import type { Family } from './family.ts'
import { autoscalerNext, scaledBy } from './next-autoscaler.ts'
import { claimNext } from './next-claim.ts'
import { nodeNext, podNext } from './next-pod.ts'
import { serviceNext } from './next-service.ts'
import { workloadNext } from './next-workload.ts'

export type Stamp = (at: number) => string

const LINES_SHOWN = 24

/** What would have to happen for an object to go on from where it is; empty where nothing is known. */
export function whatIsNext(world: World, about: KubernetesObject | undefined, family: Family, stamp: Stamp): string {
  if (about === undefined) return ''
  const lines = [...new Set([...terminating(about, stamp), ...ofKind(world, about, family, stamp)])]
  if (lines.length === 0) return ''
  const shown = lines.slice(0, LINES_SHOWN)
  const more = lines.length > shown.length ? ['  …'] : []
  return ['what has to happen next:', ...shown.map((line) => `  ${line}`), ...more].join('\n')
}

function ofKind(world: World, about: KubernetesObject, family: Family, stamp: Stamp): readonly string[] {
  switch (about.kind) {
    case 'Pod':
      return podNext(world, about as Pod, stamp)
    case 'Node':
      return nodeNext(world, about as Node, stamp)
    case 'PersistentVolumeClaim':
      return claimNext(world, about as PersistentVolumeClaim)
    case 'Service':
      return serviceNext(world, about as Service, stamp)
    case 'HorizontalPodAutoscaler':
      return autoscalerNext(world, about as HorizontalPodAutoscaler, stamp)
    default:
      return [...workloadNext(world, about as Job, family, stamp), ...scaledBy(world, about, stamp)]
  }
}

/** The finalizers that hold an object, or when its grace period is over. */
function terminating({ kind, metadata }: KubernetesObject, stamp: Stamp): string[] {
  const { deletionTimestamp, finalizers = [], deletionGracePeriodSeconds } = metadata
  if (deletionTimestamp === undefined) return []
  if (finalizers.length > 0) return [`it goes once these finalizers are removed: ${finalizers.join(', ')}`]
  if (kind !== 'Pod') return []
  const grace = deletionGracePeriodSeconds === undefined ? '' : ` (grace period ${deletionGracePeriodSeconds}s)`
  return [`its containers have to end: they are killed at ${stamp(Date.parse(deletionTimestamp))}${grace}`]
}
