import type { Client } from '../client/contract.ts'
import type { PodExplanation, RunningScheduler } from '../control-plane/scheduler/index.ts'

/** Asks the scheduler that is responsible for the Pod and leads. A text says why nobody can tell. */
export function whyPod(
  client: Client,
  schedulers: ReadonlySet<RunningScheduler>,
  namespace: string,
  name: string,
): PodExplanation | string {
  const pod = client.get('Pod', name, namespace)
  if (pod === undefined) return `pods "${name}" not found in namespace "${namespace}"`
  for (const scheduler of schedulers) {
    const explanation = scheduler.why(pod)
    if (explanation !== undefined) return explanation
  }
  const { schedulerName = '', nodeName } = pod.spec
  const where = nodeName ? `it is on node ${nodeName}` : 'it stays Pending without any event'
  return `no scheduler named "${schedulerName}" is running, so nobody can say why Pod ${namespace}/${name} is where it is: ${where}`
}
