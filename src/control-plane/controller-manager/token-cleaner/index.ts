import { decodeBase64 } from '../../../api/base64.ts'
import { keyOf, splitKey } from '../../../api/meta.ts'
import { parseTime } from '../../../api/time.ts'
import { isStatus, type Secret, type Status } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'

/** Deletes bootstrap tokens that have expired. Source: pkg/controller/bootstrap/tokencleaner.go */
export const tokenCleanerController: ControllerDescriptor = {
  name: 'token-cleaner-controller',
  account: 'token-cleaner',
  component: 'token-cleaner-controller',
  onlyWhenNamed: true,
  start: startTokenCleaner,
}

const OF_TYPE = { namespace: 'kube-system', fieldSelector: 'type=bootstrap.kubernetes.io/token' }

function startTokenCleaner({ client, informers, world }: ControllerContext): Controller {
  const { clock } = world
  const loop = startLoop({
    component: 'controller-manager/token-cleaner-controller',
    world,
    reconcile(key) {
      const { namespace, name } = splitKey(key)
      const secret = client.get('Secret', name, namespace)
      const end = secret === undefined ? undefined : expiryOf(secret)
      if (secret === undefined || end === undefined) return undefined
      if (end <= clock.now()) return remove(client, secret)
      loop.queue.addAfter(key, end - clock.now())
      return undefined
    },
  })
  const stop = informers.on(
    'Secret',
    ({ type, object }) => {
      if (type !== 'DELETED') loop.queue.add(keyOf(object))
    },
    OF_TYPE,
  )
  return {
    stop() {
      stop()
      loop.stop()
    },
  }
}

/** A time that nobody can read is over. Source: cluster-bootstrap/util/secrets GetExpiration */
function expiryOf({ data }: Secret): number | undefined {
  const text = data?.expiration === undefined ? '' : decodeBase64(data.expiration)
  if (text === '') return undefined
  const at = parseTime(text)
  return Number.isNaN(at) ? 0 : at
}

function remove(client: Client, { metadata: { name, namespace, uid } }: Secret): Status | undefined {
  const answer = client.delete('Secret', name, namespace, { preconditions: { uid: uid! } })
  const over = isStatus(answer) && (answer.reason === 'NotFound' || answer.reason === 'Conflict')
  return isStatus(answer) && !over ? answer : undefined
}
