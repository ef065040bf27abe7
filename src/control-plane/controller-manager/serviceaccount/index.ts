import { isStatus, type Status } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'
import { isNamespaceTerminating } from '../pod-control.ts'

/** Sees that every namespace has a `default` ServiceAccount. Source: pkg/controller/serviceaccount/serviceaccounts_controller.go */
export const serviceAccountController: ControllerDescriptor = {
  name: 'serviceaccount-controller',
  account: 'service-account-controller',
  component: 'service-account-controller',
  start: startServiceAccountController,
}

const NAME = 'default'

function startServiceAccountController({ client, informers, world }: ControllerContext): Controller {
  const loop = startLoop({
    component: 'controller-manager/serviceaccount-controller',
    world,
    reconcile: (namespace) => ensureDefaultServiceAccount(client, namespace),
  })
  const stops = [
    informers.on('Namespace', ({ type, object }) => type !== 'DELETED' && loop.queue.add(object.metadata.name)),
    informers.on(
      'ServiceAccount',
      ({ type, object: { metadata } }) =>
        type === 'DELETED' && metadata.name === NAME && loop.queue.add(metadata.namespace!),
    ),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
      loop.stop()
    },
  }
}

function ensureDefaultServiceAccount(client: Client, namespace: string): Status | undefined {
  if (client.get('Namespace', namespace)?.status?.phase !== 'Active') return undefined
  if (client.get('ServiceAccount', NAME, namespace) !== undefined) return undefined
  const answer = client.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace } })
  return isStatus(answer) && !isNamespaceTerminating(answer) && answer.reason !== 'AlreadyExists' ? answer : undefined
}
