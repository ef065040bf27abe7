import { encodeBase64 } from '../../../api/base64.ts'
import { keyOf, splitKey } from '../../../api/meta.ts'
import { isStatus, type Secret, type ServiceAccount, type Status } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { ClusterAuthority, Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'

/**
 * Fills Secrets of type kubernetes.io/service-account-token with a token, and deletes them with their account. Nothing
 * creates such Secrets by itself any more.
 * Source: pkg/controller/serviceaccount/tokens_controller.go
 */
export const serviceAccountTokenController: ControllerDescriptor = {
  name: 'serviceaccount-token-controller',
  account: 'tokens-controller',
  component: 'serviceaccount-token-controller',
  asManager: true,
  start: startServiceAccountTokenController,
}

const TYPE = 'kubernetes.io/service-account-token'
const NAME = 'kubernetes.io/service-account.name'
const UID = 'kubernetes.io/service-account.uid'

function startServiceAccountTokenController({ client, informers, world, authority }: ControllerContext): Controller {
  const ofType = { fieldSelector: `type=${TYPE}` }
  const loop = startLoop({
    component: 'controller-manager/serviceaccount-token-controller',
    world,
    reconcile: (key) => reconcileToken(client, authority, key),
    maxRetries: 10,
  })
  const stops = [
    informers.on('Secret', ({ type, object }) => type !== 'DELETED' && loop.queue.add(keyOf(object)), ofType),
    informers.on('ServiceAccount', ({ object: { metadata } }) => {
      for (const secret of client.list('Secret', { ...ofType, namespace: metadata.namespace! }))
        if (secret.metadata.annotations?.[NAME] === metadata.name) loop.queue.add(keyOf(secret))
    }),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
      loop.stop()
    },
  }
}

function reconcileToken(client: Client, authority: ClusterAuthority, key: string): Status | undefined {
  const { namespace, name } = splitKey(key)
  const secret = client.get('Secret', name, namespace)
  if (secret?.type !== TYPE) return undefined
  const { [NAME]: accountName = '', [UID]: accountUid } = secret.metadata.annotations ?? {}
  const account = client.get('ServiceAccount', accountName, namespace)
  const answer =
    account === undefined || (accountUid !== undefined && accountUid !== account.metadata.uid)
      ? client.delete('Secret', name, namespace, { preconditions: { uid: secret.metadata.uid! } })
      : client.update('Secret', name, namespace, (now) => filled(now, account, authority))
  const over = isStatus(answer) && (answer.reason === 'NotFound' || answer.reason === 'Conflict')
  return isStatus(answer) && !over ? answer : undefined
}

/** The Secret itself when nothing is missing. Source: tokens_controller.go secretUpdateNeeded, generateTokenIfNeeded */
function filled(secret: Secret, account: ServiceAccount, { rootCA, signToken }: ClusterAuthority): Secret {
  const { data = {}, metadata } = secret
  const missing: Record<string, string> = {}
  const ca = encodeBase64(rootCA)
  if (rootCA !== '' && data['ca.crt'] !== ca) missing['ca.crt'] = ca
  if (!data.namespace) missing.namespace = encodeBase64(metadata.namespace ?? '')
  if (!data.token && signToken !== undefined) missing.token = encodeBase64(signToken(legacyClaims(account, secret)))
  if (Object.keys(missing).length === 0) return secret
  const annotations = { ...metadata.annotations, [NAME]: account.metadata.name, [UID]: account.metadata.uid ?? '' }
  return { ...secret, metadata: { ...metadata, annotations }, data: { ...data, ...missing } }
}

/** A token without an end. Source: pkg/serviceaccount/legacy.go LegacyClaims */
function legacyClaims({ metadata: account }: ServiceAccount, { metadata: secret }: Secret): Record<string, unknown> {
  return {
    iss: 'kubernetes/serviceaccount',
    sub: `system:serviceaccount:${account.namespace}:${account.name}`,
    'kubernetes.io/serviceaccount/namespace': account.namespace,
    'kubernetes.io/serviceaccount/service-account.name': account.name,
    'kubernetes.io/serviceaccount/service-account.uid': account.uid,
    'kubernetes.io/serviceaccount/secret.name': secret.name,
  }
}
