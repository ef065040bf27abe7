import type { OutsideCall, OutsideOutcome } from '../../api/request.ts'
import { sha256 } from '../../api/sha256.ts'
import type { WebhookClientConfig } from '../../api/types.ts'
import type { Server } from './contract.ts'

/**
 * Thrown where a request cannot go on without an answer from the world outside. Nothing has been written by then; the
 * request is handed in again with the outcomes. See docs/decisions/0010-outside-calls.md.
 */
export class NeedsOutside extends Error {
  readonly calls: readonly OutsideCall[]

  constructor(calls: readonly OutsideCall[]) {
    super(`needs ${calls.map(({ url }) => url).join(', ')}`)
    this.calls = calls
  }
}

/** A conversion webhook could not be asked, or its answer is no good. */
export class ConversionFailure extends Error {}

/** What came of a call, if it has been made; undefined: this request cannot make any. @throws NeedsOutside */
function outcomeOf(outcomes: readonly OutsideOutcome[] | undefined, call: OutsideCall): OutsideOutcome | undefined {
  if (outcomes === undefined) return undefined
  const found = outcomes.find(({ key }) => key === call.key)
  if (found === undefined) throw new NeedsOutside([call])
  return found
}

/** What a webhook answered, or why it could not be asked. */
export type Posted = { readonly uid: string; readonly body: string }

const LOOPBACK = /^https:\/\/(127(\.\d+){3}|localhost|\[::1\])(:|\/|$)/

/**
 * Calls a webhook: through the cluster's network, or from the machine the simulation runs on.
 *
 * @param outcomes what came of the calls of this request so far; undefined where it cannot make any
 * @throws NeedsOutside
 */
export function postTo(
  server: Pick<Server, 'post'>,
  outcomes: readonly OutsideOutcome[] | undefined,
  call: OutsideCall,
  service: WebhookClientConfig['service'],
): Posted | { readonly error: string } {
  const fail = (why: string) => ({ error: `Post ${JSON.stringify(call.url)}: ${why}` })
  const isOutside = service === undefined && LOOPBACK.test(call.url)
  const outcome = isOutside
    ? outcomeOf(outcomes, call)
    : server.post({ ...call, ...(service && { service: { port: 443, ...service } }) })
  if (outcome === undefined) return fail('kubedrill calls webhooks outside the cluster for requests from outside only')
  if ('error' in outcome) return fail(outcome.error)
  return outcome.code < 200 || outcome.code > 206 ? { error: refusalText(outcome.code, outcome.body) } : outcome
}

/** Where a webhook is asked. Source: apiserver/pkg/util/webhook/client.go HookClient */
export function urlOf({ service, url = '' }: WebhookClientConfig, timeoutSeconds: number): string {
  const base =
    service === undefined
      ? url
      : `https://${service.name}.${service.namespace}.svc:${service.port ?? 443}${service.path ?? ''}`
  return `${base}${base.includes('?') ? '&' : '?'}timeout=${timeoutSeconds}s`
}

/** Of a text, so that asking again asks the same. */
export function uuidOf(text: string): string {
  const hex = [...sha256(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** Source: client-go/rest/request.go transformResponse for bodies that are no Status */
function refusalText(code: number, body: string): string {
  try {
    const { message } = JSON.parse(body) as { readonly message?: string }
    if (message) return message
  } catch {
    // No Status: said below.
  }
  if (code === 404) return 'the server could not find the requested resource'
  if (code >= 500)
    return `an error on the server (${JSON.stringify(body.trim() || 'unknown')}) has prevented the request from succeeding`
  return body.trim() || 'the server responded with the status code but did not return more information'
}

/** Text that is no JSON is a string to upstream, which reads YAML. Source: apimachinery/pkg/runtime/serializer/json/meta.go Interpret */
export const NOT_JSON =
  'couldn\'t get version/kind; json parse error: json: cannot unmarshal string into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
