import { type Answer, isStatus, type KubernetesObject, type Status } from '../../../api/types.ts'
import type { AdmissionAttributes, Call } from '../contract.ts'

type Operation = AdmissionAttributes['operation']

/** Leads an object past every plug-in, in order. */
export function admit(
  call: Call,
  operation: Operation,
  object: KubernetesObject,
  old: KubernetesObject | undefined,
): Answer<KubernetesObject> {
  const { server } = call
  if (server.admission.length === 0) return object
  const attributes = attributesOf(call, operation, object.metadata.name, old)
  let admitted = object
  for (const plugin of server.admission) {
    const answer = plugin.admit(admitted, attributes)
    if (isStatus(answer)) return answer
    if (answer !== undefined) admitted = answer
  }
  return admitted
}

/** Asks every plug-in whether the object may be deleted. */
export function admitDelete(call: Call, old: KubernetesObject): Status | undefined {
  const attributes = attributesOf(call, 'DELETE', old.metadata.name, old)
  for (const plugin of call.server.admission) {
    const answer = plugin.admit(undefined, attributes)
    if (isStatus(answer)) return answer
  }
  return undefined
}

function attributesOf(
  call: Call,
  operation: Operation,
  name: string | undefined,
  old: KubernetesObject | undefined,
): AdmissionAttributes {
  return {
    server: call.server,
    operation,
    endpoint: call.endpoint,
    subresource: call.request.resource.subresource,
    namespace: call.namespace,
    name: name ?? '',
    user: call.user,
    dryRun: call.options.dryRun === true,
    old,
  }
}
