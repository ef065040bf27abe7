import { isDeleting } from '../../../api/meta.ts'
import type { Deployment, ObjectMeta, ReplicaSet } from '../../../api/types.ts'
import { byCreation, DESIRED_REPLICAS, MAX_REPLICAS, maxSurge, replicasOf } from './rollout.ts'

export const REVISION = 'deployment.kubernetes.io/revision'
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history'
/** Source: pkg/controller/deployment/sync.go maxRevHistoryLengthInChars */
const MAX_HISTORY_LENGTH = 2000

type Annotations = NonNullable<ObjectMeta['annotations']>

/** Annotations that a Deployment does not hand on to its ReplicaSet. Source: deployment_util.go annotationsToSkip */
const NOT_HANDED_ON: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
])

/** 0 without the annotation, undefined for one that is no number. */
export function revisionOf(object: Deployment | ReplicaSet): number | undefined {
  const text = object.metadata.annotations?.[REVISION]
  if (text === undefined) return 0
  return /^-?\d+$/.test(text) ? Number(text) : undefined
}

export function maxRevision(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((most, replicaSet) => Math.max(most, revisionOf(replicaSet) ?? 0), 0)
}

/** Annotations for the ReplicaSet of the newest template; the same object when they stand. Source: deployment_util.go SetNewReplicaSetAnnotations */
export function newReplicaSetAnnotations(
  deployment: Deployment,
  current: Annotations | undefined,
  revision: number,
  exists: boolean,
): Annotations {
  let next: Annotations = current ?? {}
  const set = (key: string, value: string) => {
    if (next[key] !== value) next = { ...next, [key]: value }
  }
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {}))
    if (!NOT_HANDED_ON.has(key)) set(key, value)
  const before = current?.[REVISION]
  if (before !== undefined && before !== '' && !/^-?\d+$/.test(before)) return current!
  if (Number(before ?? 0) < revision) {
    set(REVISION, String(revision))
    if (before !== undefined) set(REVISION_HISTORY, extendHistory(current?.[REVISION_HISTORY] ?? '', before))
  }
  return exists ? next : withReplicas(next, deployment)
}

/** The revisions a rolled-back-to ReplicaSet had before; the oldest go when the text would get too long. */
function extendHistory(history: string, before: string): string {
  if (history === '') return before
  const revisions = history.split(',')
  while (revisions.length > 0 && [...revisions, before].join(',').length > MAX_HISTORY_LENGTH) revisions.shift()
  return [...revisions, before].join(',')
}

/** How large the Deployment wants to be: tells scaling from rolling out. Source: deployment_util.go SetReplicasAnnotations */
export function withReplicas(annotations: Annotations | undefined, deployment: Deployment): Annotations {
  const desired = replicasOf(deployment)
  const [wanted, most] = [String(desired), String(desired + maxSurge(deployment))]
  if (annotations?.[DESIRED_REPLICAS] === wanted && annotations[MAX_REPLICAS] === most) return annotations
  return { ...annotations, [DESIRED_REPLICAS]: wanted, [MAX_REPLICAS]: most }
}

const MAX_INT32 = 0x7fffffff

/** Old ReplicaSets beyond revisionHistoryLimit that have no pods, oldest revision first. Source: sync.go cleanupDeployment */
export function beyondHistory(deployment: Deployment, old: readonly ReplicaSet[]): readonly ReplicaSet[] {
  const limit = deployment.spec.revisionHistoryLimit
  if (limit === undefined || limit === MAX_INT32) return []
  const alive = old.filter((replicaSet) => !isDeleting(replicaSet))
  if (alive.length <= limit) return []
  return [...alive]
    .sort((a, b) => (revisionOf(a) ?? 0) - (revisionOf(b) ?? 0) || byCreation(a, b))
    .slice(0, alive.length - limit)
    .filter(
      ({ metadata, spec, status }) =>
        (status?.replicas ?? 0) === 0 &&
        (spec.replicas ?? 1) === 0 &&
        (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0),
    )
}
