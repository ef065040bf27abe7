import type { OutsideCall } from '../../../../api/request.ts'
import { badRequest, forbidden, internalError } from '../../../../api/status.ts'
import {
  type Answer,
  isStatus,
  type KubernetesObject,
  type MutatingWebhook,
  type Status,
  type ValidatingWebhook,
} from '../../../../api/types.ts'
import type { AdmissionAttributes } from '../../contract.ts'
import { NOT_JSON, type Posted, postTo, urlOf, uuidOf } from '../../outside.ts'
import { bindings, matchesConditions } from './conditions.ts'
import { type Matched, matchRequest } from './matching.ts'
import { admissionRequest, versioned } from './request.ts'

/** A webhook of one configuration. */
export interface Hook<W extends MutatingWebhook | ValidatingWebhook = MutatingWebhook | ValidatingWebhook> {
  readonly configuration: string
  readonly webhook: W
}

/** What a webhook said. */
export interface Review {
  readonly allowed: boolean
  readonly patch: unknown
  readonly patchType: string | undefined
  readonly result: Status | undefined
  readonly warnings: readonly string[]
  readonly auditAnnotations: Readonly<Record<string, string>>
}

/** The webhook could not be asked. `failurePolicy: Ignore` makes up for it. Source: util/webhook/error.go ErrCallingWebhook */
export class CallFailure {
  readonly why: string

  constructor(webhook: string, reason: string) {
    this.why = `failed calling webhook ${JSON.stringify(webhook)}: ${reason}`
  }
}

interface Configuration extends KubernetesObject {
  readonly webhooks?: readonly (MutatingWebhook | ValidatingWebhook)[]
}

const hooks = new WeakMap<readonly KubernetesObject[], readonly Hook[]>()

/** All webhooks, by the names of their configurations. Source: configuration/mutating_webhook_manager.go */
export function hooksOf<W extends MutatingWebhook | ValidatingWebhook>(
  configurations: readonly KubernetesObject[],
): readonly Hook<W>[] {
  let known = hooks.get(configurations)
  if (known === undefined) {
    known = (configurations as readonly Configuration[]).flatMap(({ metadata: { name }, webhooks = [] }) =>
      webhooks.map((webhook) => ({ configuration: name, webhook })),
    )
    hooks.set(configurations, known)
  }
  return known as readonly Hook<W>[]
}

/** Whether the webhook is to be called, and for which version; or why that cannot be said. Source: plugin/webhook/generic/webhook.go ShouldCallHook */
export function concerns(
  { webhook }: Hook,
  object: KubernetesObject | undefined,
  attributes: AdmissionAttributes,
): Answer<Matched & object> | undefined {
  const { rules = [], matchPolicy = 'Equivalent', namespaceSelector, objectSelector, matchConditions = [] } = webhook
  const criteria = { rules, matchPolicy, namespaceSelector, objectSelector }
  const matched = matchRequest(criteria, object, attributes)
  if (matched === undefined || isStatus(matched) || matchConditions.length === 0) return matched
  const variables = bindings(attributes, matched, object, undefined)
  const holds = matchesConditions(matchConditions, variables, webhook.failurePolicy)
  if (typeof holds === 'object') return forbidden(attributes.endpoint.groupResource, attributes.name, holds.error)
  return holds ? matched : undefined
}

/** Asks the webhook. Source: plugin/webhook/validating/dispatcher.go callHook @throws NeedsOutside */
export function ask(
  hook: Hook,
  matched: Matched,
  object: KubernetesObject | undefined,
  attributes: AdmissionAttributes,
  round: number,
  mutating: boolean,
): Review | CallFailure | Status {
  const { webhook } = hook
  if (attributes.dryRun && webhook.sideEffects !== 'None' && webhook.sideEffects !== 'NoneOnDryRun')
    return badRequest(`admission webhook ${JSON.stringify(webhook.name)} does not support dry run`)
  const version = (webhook.admissionReviewVersions ?? []).find((each) => each === 'v1' || each === 'v1beta1')
  if (version === undefined) {
    const why = `webhook does not accept known AdmissionReview versions (v1, v1beta1)`
    return new CallFailure(webhook.name, `could not create admission objects: ${why}`)
  }
  const call = callOf(hook, version, matched, object, attributes, mutating ? `mutating ${round}` : 'validating')
  const answered = send(hook, call, attributes)
  if (answered instanceof CallFailure) return answered
  const review = verified(answered.body, answered.uid, version, mutating)
  if (typeof review === 'string') return new CallFailure(webhook.name, review)
  for (const [key, value] of Object.entries(review.auditAnnotations)) attributes.audit(`${webhook.name}/${key}`, value)
  for (const warning of review.warnings) attributes.warn(warning)
  return review.allowed ? review : denied(webhook.name, review.result)
}

function callOf(
  { configuration, webhook }: Hook,
  version: string,
  matched: Matched,
  object: KubernetesObject | undefined,
  attributes: AdmissionAttributes,
  round: string,
): OutsideCall {
  const { namespace = '', name, operation, old } = attributes
  const key = [configuration, webhook.name, round, operation, namespace, name].join('/')
  const request = {
    ...admissionRequest(attributes, matched.endpoint),
    object: versioned(matched.endpoint, object) ?? null,
    oldObject: versioned(matched.endpoint, old) ?? null,
  }
  const uid = uuidOf(key + JSON.stringify(request))
  const { clientConfig, timeoutSeconds = 10 } = webhook
  const body = JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: `admission.k8s.io/${version}`,
    request: { uid, ...request },
  })
  const url = urlOf(clientConfig, timeoutSeconds)
  return { key, uid, url, timeoutSeconds, body, ...(clientConfig.caBundle && { caBundle: clientConfig.caBundle }) }
}

/** Through the cluster's network, or from the machine the simulation runs on. */
function send({ webhook }: Hook, call: OutsideCall, attributes: AdmissionAttributes): Posted | CallFailure {
  const { server, call: asked } = attributes
  const answer = postTo(server, asked.request.outside, call, webhook.clientConfig.service)
  return 'error' in answer ? new CallFailure(webhook.name, `failed to call webhook: ${answer.error}`) : answer
}

interface WireReview {
  readonly kind?: string
  readonly apiVersion?: string
  readonly response?: {
    readonly uid?: string
    readonly allowed?: boolean
    readonly status?: Status
    readonly patch?: string
    readonly patchType?: string
    readonly warnings?: readonly string[]
    readonly auditAnnotations?: Readonly<Record<string, string>>
  }
}

/** The answer, or what is wrong with it. Source: plugin/webhook/request/admissionreview.go VerifyAdmissionResponse */
function verified(body: string, uid: string, version: string, mutating: boolean): Review | string {
  let review: WireReview
  try {
    review = JSON.parse(body) as WireReview
  } catch {
    return `failed to call webhook: ${NOT_JSON}`
  }
  const wrong = (why: string) => `received invalid webhook response: ${why}`
  const { response, kind, apiVersion } = review
  const other = version === 'v1' ? 'v1beta1' : 'v1'
  if (apiVersion === `admission.k8s.io/${other}`)
    return `failed to call webhook: converting (${other}.AdmissionReview) to (${version}.AdmissionReview): unknown conversion`
  if (response === undefined || response === null) return wrong('webhook response was absent')
  if (version === 'v1') {
    if (response.uid !== uid)
      return wrong(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`)
    if (kind !== 'AdmissionReview' || apiVersion !== 'admission.k8s.io/v1')
      return wrong(
        `expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${apiVersion}, Kind=${kind}`,
      )
    const why = patchProblem(response, mutating)
    if (why !== undefined) return wrong(why)
  }
  const { patch, patchType, warnings = [], auditAnnotations = {}, status } = response
  const said = { allowed: response.allowed === true, result: status, warnings, auditAnnotations }
  return { ...said, patch: mutating ? patch : undefined, patchType: version === 'v1' ? patchType : 'JSONPatch' }
}

function patchProblem({ patch, patchType }: NonNullable<WireReview['response']>, mutating: boolean) {
  if (!mutating) {
    if (patch) return 'validating webhook may not return response.patch'
    return patchType === undefined ? undefined : 'validating webhook may not return response.patchType'
  }
  if (patch && patchType === undefined) return 'webhook returned response.patch but not response.patchType'
  if (!patch && patchType !== undefined) return 'webhook returned response.patchType but not response.patch'
  return patchType === '' ? 'webhook returned invalid response.patchType of ""' : undefined
}

/** Source: plugin/webhook/errors/statuserror.go ToStatusErr */
function denied(webhook: string, given: Status | undefined): Status {
  const by = `admission webhook ${JSON.stringify(webhook)} denied the request`
  const { message, reason, code = 0 } = given ?? ({} as Partial<Status>)
  const text = message ? `${by}: ${message}` : reason ? `${by}: ${reason}` : `${by} without explanation`
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    ...given,
    status: 'Failure',
    message: text,
    code: Math.max(code, 400),
  }
}

export function failed(failure: CallFailure): Status {
  return internalError(failure.why)
}
