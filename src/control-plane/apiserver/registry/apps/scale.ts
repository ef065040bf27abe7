import type { LabelSelector, ObjectMeta, Scale } from '../../../../api/types.ts'
import { selectorText } from '../columns/selectors.ts'

interface Scalable {
  readonly metadata: ObjectMeta
  readonly spec: { readonly replicas?: number; readonly selector?: LabelSelector }
  readonly status?: { readonly replicas?: number }
}

/** Source: pkg/registry/apps/deployment/storage/storage.go scaleFromDeployment and its siblings. */
function scaleOf({ metadata, spec, status }: Scalable): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: spec.replicas ?? 1 },
    status: { replicas: status?.replicas ?? 0, selector: selectorText(spec.selector, '') },
  }
}

export const replicaScale = {
  of: scaleOf,
  apply: <T extends Scalable>(object: T, replicas: number): T => ({ ...object, spec: { ...object.spec, replicas } }),
}
