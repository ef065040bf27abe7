import { asksForReset } from '../../../api/managedfields/entries.ts'
import { type Answer, isStatus, type KubernetesObject } from '../../../api/types.ts'
import type { Call, Endpoint } from '../contract.ts'
import type { KindDefinition } from '../registry/contract.ts'
import { checkStructure } from '../structure.ts'

/**
 * A body as an object of the endpoint's kind, in its stored form and with defaults. Bodies from the wire are held to
 * their schema first; in-process ones are typed already.
 */
export function decode(call: Call, body: unknown): Answer<KubernetesObject> {
  const { definition } = call.endpoint
  const object = call.request.wire === undefined ? (body as KubernetesObject) : checkBody(call, definition, body)
  if (isStatus(object)) return object
  const stored = definition.view === undefined ? object : definition.view.toStored(object)
  return withDefaults(strategyKind(call.endpoint), stored)
}

/** Whose rules hold: of what is stored, but each version of a custom resource has rules of its own. */
export function strategyKind({ definition, storage }: Endpoint): KindDefinition {
  return definition.custom !== undefined ? definition : (definition.view?.rules ?? storage?.definition ?? definition)
}

export function withDefaults(definition: KindDefinition, object: KubernetesObject): KubernetesObject {
  return definition.defaults === undefined ? object : definition.defaults(object)
}

/** The body in the shape of its kind: what does not fit is refused, warned of or dropped. */
export function checkBody(
  call: Call,
  { schema, kind, structure }: KindDefinition,
  body: unknown,
): Answer<KubernetesObject> {
  const { fieldValidation } = call.options
  const duplicates = call.request.wire?.duplicateFields
  const structured =
    structure === undefined
      ? checkStructure(schema, kind, body, fieldValidation, duplicates)
      : structure(body, fieldValidation, duplicates)
  if (isStatus(structured)) return structured
  call.warnings.push(...structured.warnings)
  const { object } = structured
  const shaped = object.metadata === undefined ? ({ ...(object as object), metadata: {} } as KubernetesObject) : object
  return asksForReset(managedFieldsOf(body))
    ? { ...shaped, metadata: { ...shaped.metadata, managedFields: [] } }
    : shaped
}

/** An empty list says something here that it says nowhere else. */
function managedFieldsOf(body: unknown): unknown {
  return (body as { readonly metadata?: { readonly managedFields?: unknown } | null } | null)?.metadata?.managedFields
}
