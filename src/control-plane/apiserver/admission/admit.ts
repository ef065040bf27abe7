import { type Answer, isStatus, type KubernetesObject, type Status } from '../../../api/types.ts'
import type { AdmissionAttributes, AdmissionPlugin, Call, Operation, Reinvocation } from '../contract.ts'

/** The mutating pass: leads an object past every plug-in, in order. Source: apiserver/pkg/admission/chain.go, reinvocation.go */
export function admit(
  call: Call,
  operation: Operation,
  object: KubernetesObject,
  old: KubernetesObject | undefined,
): Answer<KubernetesObject> {
  const { mutating } = call.server.admission.links(call.endpoint, operation)
  if (mutating.length === 0) return object
  const attributes = attributesOf(call, operation, object.metadata?.name, old)
  const first = pass(mutating, object, attributes)
  if (isStatus(first) || !attributes.again.wanted) return first
  attributes.again.isSecond = true
  return pass(mutating, first, attributes)
}

function pass(
  plugins: readonly AdmissionPlugin[],
  object: KubernetesObject,
  attributes: AdmissionAttributes,
): Answer<KubernetesObject> {
  let admitted = object
  for (const plugin of plugins) {
    const answer = plugin.admit!(admitted, attributes)
    if (isStatus(answer)) return answer
    if (answer !== undefined) admitted = answer
  }
  return admitted
}

/** The validating pass, once the object is what would be stored. Source: registry/rest/create.go AdmissionToValidateObjectFunc */
export function admitValid(
  call: Call,
  operation: Operation,
  object: KubernetesObject | undefined,
  old: KubernetesObject | undefined,
): Status | undefined {
  const { validating } = call.server.admission.links(call.endpoint, operation)
  if (validating.length === 0) return undefined
  const attributes = attributesOf(call, operation, (object ?? old)?.metadata?.name, old)
  for (const plugin of validating) {
    const refusal = plugin.validate!(object, attributes)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** Asks every plug-in whether the object may be deleted. */
export function admitDelete(call: Call, old: KubernetesObject): Status | undefined {
  const { mutating } = call.server.admission.links(call.endpoint, 'DELETE')
  if (mutating.length > 0) {
    const attributes = attributesOf(call, 'DELETE', old.metadata.name, old)
    for (const plugin of mutating) {
      const answer = plugin.admit!(undefined, attributes)
      if (isStatus(answer)) return answer
    }
  }
  return admitValid(call, 'DELETE', undefined, old)
}

function attributesOf(
  call: Call,
  operation: Operation,
  name: string | undefined,
  old: KubernetesObject | undefined,
): AdmissionAttributes {
  return new Attributes(call, operation, call.request.name ?? name ?? '', old)
}

class Attributes implements AdmissionAttributes {
  readonly server
  readonly operation
  readonly endpoint
  readonly subresource
  readonly namespace
  readonly name
  readonly user
  readonly dryRun
  readonly old
  readonly call
  #again: Reinvocation | undefined

  constructor(call: Call, operation: Operation, name: string, old: KubernetesObject | undefined) {
    this.server = call.server
    this.operation = operation
    this.endpoint = call.endpoint
    this.subresource = call.request.resource.subresource
    this.namespace = call.namespace
    this.name = name
    this.user = call.user
    this.dryRun = call.options.dryRun === true
    this.old = old
    this.call = call
  }

  get again(): Reinvocation {
    this.#again ??= { isSecond: false, wanted: false, notes: new Map() }
    return this.#again
  }

  warn(text: string): void {
    if (!this.call.warnings.includes(text)) this.call.warnings.push(text)
  }

  audit(key: string, value: string): void {
    this.call.auditAnnotations?.set(key, value)
  }
}
