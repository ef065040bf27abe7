import { podRefersTo } from '../../../api/pod-references.ts'
import { parseTime, rfc3339 } from '../../../api/time.ts'
import type { Secret } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Timer } from '../../../sim/clock.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'

/**
 * Marks tokens that were made for ServiceAccounts of old and that nobody has used for long, and takes them away when
 * nobody has missed them either. Source: pkg/controller/serviceaccount/legacy_serviceaccount_token_cleaner.go
 */
export const legacyTokenCleanerController: ControllerDescriptor = {
  name: 'legacy-serviceaccount-token-cleaner-controller',
  account: 'legacy-service-account-token-cleaner',
  component: 'legacy-service-account-token-cleaner',
  needs: ['Secret', 'ServiceAccount'],
  start: startLegacyTokenCleaner,
}

const DAY = 24 * 3_600_000
const LAST_USED = 'kubernetes.io/legacy-token-last-used'
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since'
const TRACKING = 'kube-apiserver-legacy-service-account-token-tracking'
const DATE = /^\d{4}-\d{2}-\d{2}$/

const dayOf = (ms: number): string => rfc3339(ms).slice(0, 10)

function startLegacyTokenCleaner({ client, world, flags }: ControllerContext): Controller {
  const { clock } = world
  let timer: Timer
  const again = () => {
    timer = clock.setTimeout(again, DAY)
    evaluateTokens(client, clock.now(), flags.legacyServiceAccountTokenCleanUpPeriod)
  }
  // Once the caches are filled.
  timer = clock.setTimeout(again, 0)
  return { stop: () => clock.clearTimeout(timer) }
}

/** Source: evaluateSATokens */
function evaluateTokens(client: Client, now: number, period: number): void {
  const since = client.get('ConfigMap', TRACKING, 'kube-system')?.data?.since
  if (since === undefined || !DATE.test(since)) return
  if (now < parseTime(`${since}T00:00:00Z`) + DAY + period) return
  const usedOnOrAfter = dayOf(now - period)
  for (const secret of client.list('Secret', { fieldSelector: 'type=kubernetes.io/service-account-token' })) {
    if (!isUnused(secret, now - period, usedOnOrAfter) || !isGenerated(client, secret)) continue
    const { name, namespace, labels, uid, resourceVersion } = secret.metadata
    const pods = client.list('Pod', { namespace: namespace! })
    if (pods.some((pod) => podRefersTo(pod, 'secrets', name))) continue
    const invalidSince = labels?.[INVALID_SINCE] ?? ''
    if (!DATE.test(invalidSince))
      client.patch!('Secret', name, namespace, { metadata: { uid, labels: { [INVALID_SINCE]: dayOf(now) } } })
    else if (invalidSince < usedOnOrAfter)
      client.delete('Secret', name, namespace, { preconditions: { resourceVersion: resourceVersion! } })
  }
}

function isUnused({ metadata }: Secret, createdBefore: number, usedOnOrAfter: string): boolean {
  if (metadata.deletionTimestamp !== undefined || parseTime(metadata.creationTimestamp) >= createdBefore) return false
  const lastUsed = metadata.labels?.[LAST_USED]
  return lastUsed === undefined || (DATE.test(lastUsed) && lastUsed < usedOnOrAfter)
}

/** Its account names it: nobody made it by hand. Source: getServiceAccount, hasSecretReference */
function isGenerated(client: Client, { metadata }: Secret): boolean {
  const name = metadata.annotations?.['kubernetes.io/service-account.name']
  const uid = metadata.annotations?.['kubernetes.io/service-account.uid']
  const account = name ? client.get('ServiceAccount', name, metadata.namespace) : undefined
  if (account === undefined || (uid && uid !== account.metadata.uid)) return false
  return (account.secrets ?? []).some((secret) => secret.name === metadata.name)
}
