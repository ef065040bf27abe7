import { isStatus, type KubernetesObject, type Status, type ValidatingWebhook } from '../../../api/types.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../contract.ts'
import { isExempt } from './dispatch/matching.ts'
import { ask, CallFailure, concerns, failed, hooksOf } from './dispatch/webhook.ts'

/** Source: apiserver/pkg/admission/plugin/webhook/validating/dispatcher.go */
export const validatingAdmissionWebhook: AdmissionPlugin = {
  name: 'ValidatingAdmissionWebhook',
  operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
  validate(object, attributes) {
    const hooks = hooksOf<ValidatingWebhook>(attributes.server.readAll('ValidatingWebhookConfiguration'))
    if (hooks.length === 0 || isExempt(attributes)) return undefined
    return askAll(hooks, object, attributes)
  },
}

/** Upstream asks all at once; the first objection in order is answered here. */
function askAll(
  hooks: ReturnType<typeof hooksOf<ValidatingWebhook>>,
  object: KubernetesObject | undefined,
  attributes: AdmissionAttributes,
): Status | undefined {
  let index = 0
  let refusal: Status | undefined
  for (const hook of hooks) {
    const matched = concerns(hook, object, attributes)
    if (matched === undefined) continue
    if (isStatus(matched)) return matched
    const review = ask(hook, matched, object, attributes, 0, false)
    if (review instanceof CallFailure) {
      if (hook.webhook.failurePolicy === 'Ignore')
        attributes.audit(`failed-open.validating.webhook.admission.k8s.io/round_0_index_${index}`, hook.webhook.name)
      else refusal ??= failed(review)
    } else if (isStatus(review)) refusal ??= review
    index++
  }
  return refusal
}
