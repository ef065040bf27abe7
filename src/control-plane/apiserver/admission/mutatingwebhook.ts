import { decodeBase64 } from '../../../api/base64.ts'
import { equal } from '../../../api/equal.ts'
import { internalError } from '../../../api/status.ts'
import { type Answer, isStatus, type KubernetesObject, type MutatingWebhook } from '../../../api/types.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../contract.ts'
import { isExempt, type Matched } from './dispatch/matching.ts'
import { mutated } from './dispatch/mutated.ts'
import { tryJsonPatch } from './dispatch/patch-problem.ts'
import { Rounds } from './dispatch/rounds.ts'
import { ask, CallFailure, concerns, failed, type Hook, hooksOf, type Review } from './dispatch/webhook.ts'

/** Source: apiserver/pkg/admission/plugin/webhook/mutating/dispatcher.go */
export const mutatingAdmissionWebhook: AdmissionPlugin = {
  name: 'MutatingAdmissionWebhook',
  operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
  admit(object, attributes) {
    const hooks = hooksOf<MutatingWebhook>(attributes.server.readAll('MutatingWebhookConfiguration'))
    if (hooks.length === 0 || isExempt(attributes)) return object
    return dispatch(hooks, object, attributes)
  },
}

function dispatch(
  hooks: readonly Hook<MutatingWebhook>[],
  given: KubernetesObject | undefined,
  attributes: AdmissionAttributes,
): Answer<KubernetesObject> | undefined {
  const rounds = Rounds.of('MutatingAdmissionWebhook', attributes.again, given)
  let object = given
  for (const [index, hook] of hooks.entries()) {
    const matched = concerns(hook, object, attributes)
    if (matched === undefined) continue
    if (isStatus(matched)) return matched
    const key = `${hook.configuration}/${hook.webhook.name}`
    if (!rounds.mayRun(key)) continue
    const after = askOne(hook, matched, object, attributes, rounds.number, index)
    if (isStatus(after)) return after
    if (!equal(after, object)) rounds.changed()
    if (hook.webhook.reinvocationPolicy === 'IfNeeded') rounds.mayRunAgain(key)
    object = after
  }
  rounds.end(object)
  return object
}

function askOne(
  hook: Hook<MutatingWebhook>,
  matched: Matched,
  object: KubernetesObject | undefined,
  attributes: AdmissionAttributes,
  round: number,
  index: number,
): Answer<KubernetesObject> | undefined {
  const { configuration, webhook } = hook
  const place = `round_${round}_index_${index}`
  const note = (hasMutated: boolean) =>
    attributes.audit(
      `mutation.webhook.admission.k8s.io/${place}`,
      JSON.stringify({ configuration, webhook: webhook.name, mutated: hasMutated }),
    )
  const review = ask(hook, matched, object, attributes, round, true)
  const after = review instanceof CallFailure || isStatus(review) ? review : patched(review, hook, object, attributes)
  if (after instanceof CallFailure) {
    note(false)
    if (webhook.failurePolicy !== 'Ignore') return failed(after)
    attributes.audit(`failed-open.mutation.webhook.admission.k8s.io/${place}`, webhook.name)
    return object
  }
  note(!isStatus(after) && !equal(after, object))
  return after
}

function patched(
  { patch, patchType }: Review,
  { webhook: { name } }: Hook,
  object: KubernetesObject | undefined,
  attributes: AdmissionAttributes,
): Answer<KubernetesObject> | CallFailure | undefined {
  if (!patch) return object
  if (patchType !== 'JSONPatch') return new CallFailure(name, `unsupported patch type ${JSON.stringify(patchType)}`)
  let operations: unknown
  try {
    operations = JSON.parse(decodeBase64(String(patch)))
  } catch (error) {
    return new CallFailure(name, `received undecodable patch in webhook response: ${(error as Error).message}`)
  }
  if (!Array.isArray(operations) || operations.length === 0) return object
  if (object === undefined) {
    const why = `admission webhook ${JSON.stringify(name)} attempted to modify the object, which is not supported for this operation`
    return internalError(why)
  }
  const tried = tryJsonPatch(object, operations)
  return 'problem' in tried ? internalError(tried.problem) : mutated(attributes, tried.object)
}
