import { isStatus, type Pod, type Status } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import { isTracked, TRACKING_FINALIZER } from './pods.ts'

/** Lets a pod go that the Job has counted. Answers what refused it; a pod that is gone is no failure. Source: job_controller.go removeTrackingFinalizerFromPods */
export function withoutTracking(client: Client, pod: Pod): Status | undefined {
  if (!isTracked(pod)) return undefined
  const { name, namespace } = pod.metadata
  const current = client.get('Pod', name, namespace)
  if (current === undefined || current.metadata.uid !== pod.metadata.uid) return undefined
  const finalizers = (current.metadata.finalizers ?? []).filter((each) => each !== TRACKING_FINALIZER)
  const patch = { metadata: { finalizers: finalizers.length === 0 ? null : finalizers } }
  const answer = client.patch!('Pod', name, namespace, patch)
  return isStatus(answer) && answer.status === 'Failure' && answer.reason !== 'NotFound' ? answer : undefined
}
