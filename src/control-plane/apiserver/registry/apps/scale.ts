import type { LabelSelector, ObjectMeta, Scale } from '../../../../api/types.ts'
import { selectorText } from '../columns/selectors.ts'

interface Scalable {
  readonly metadata: ObjectMeta
  readonly spec: { readonly replicas?: number; readonly selector?: LabelSelector }
  readonly status?: { readonly replicas?: number }
}

/** Source: pkg/registry/apps/deployment/storage/storage.go scaleFromDeployment and its siblings. */
export function scaleOf(
  { metadata, status }: Pick<Scalable, 'metadata' | 'status'>,
  replicas: number,
  selector: string,
): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as ObjectMeta,
    // Go leaves zero out.
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: status?.replicas ?? 0, ...(selector && { selector }) },
  }
}

export const replicaScale = {
  of: (object: Scalable): Scale => scaleOf(object, object.spec.replicas ?? 1, selectorText(object.spec.selector, '')),
  apply: <T extends Scalable>(object: T, replicas: number): T => ({ ...object, spec: { ...object.spec, replicas } }),
}
