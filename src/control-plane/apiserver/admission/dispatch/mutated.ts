import { internalError } from '../../../../api/status.ts'
import { type Answer, isStatus, type KubernetesObject } from '../../../../api/types.ts'
import type { AdmissionAttributes } from '../../contract.ts'
import { withDefaults } from '../../rest/decode.ts'
import { checkStructure } from '../../structure.ts'

/** What a webhook or policy has made of an object, decoded and with defaults like one that came in. */
export function mutated({ endpoint, subresource }: AdmissionAttributes, object: unknown): Answer<KubernetesObject> {
  const definition = endpoint.storage?.definition ?? endpoint.definition
  if (subresource !== undefined && (object as KubernetesObject).kind !== definition.kind)
    return object as KubernetesObject
  const { schema, kind } = definition
  const structured = checkStructure(schema, kind, object, 'Ignore')
  if (isStatus(structured)) return internalError(structured.message ?? '')
  return withDefaults(definition, structured.object)
}
