import { keyOf, splitKey } from '../../../api/meta.ts'
import { hasReason } from '../../../api/status.ts'
import { type Endpoints, isStatus, type Service, type Status } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { isServiceIPSet } from '../endpoint-ports.ts'
import { startLoop } from '../machine.ts'
import { isNamespaceTerminating } from '../pod-control.ts'
import { ServiceIndex, sameLabels, servicesConcerned } from '../service-index.ts'
import { TRIGGER_TIME, TriggerTimes } from '../trigger-times.ts'
import { endpointSubsets, sameSubsets, truncated } from './subsets.ts'

/** Lists the pods behind each Service in the older Endpoints objects. Source: pkg/controller/endpoint/endpoints_controller.go */
export const endpointsController: ControllerDescriptor = {
  name: 'endpoints-controller',
  account: 'endpoint-controller',
  component: 'endpoint-controller',
  start: startEndpointsController,
}

const MANAGED_BY = 'endpoints.kubernetes.io/managed-by'
const HEADLESS = 'service.kubernetes.io/headless'
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity'
const MAX_RETRIES = 15

function startEndpointsController(context: ControllerContext): Controller {
  const { informers, world, flags } = context
  const index = new ServiceIndex()
  const triggers = new TriggerTimes()
  const loop = startLoop({
    component: 'controller-manager/endpoints-controller',
    world,
    maxRetries: MAX_RETRIES,
    reconcile: (key) => reconcileEndpoints(key, context, triggers),
  })
  const enqueue = (key: string) => loop.queue.addAfter(key, flags.endpointUpdatesBatchPeriod)
  const stops = [
    informers.on('Service', ({ type, object }) => {
      const key = keyOf(object)
      if (type === 'DELETED') index.delete(key)
      else index.set(object)
      enqueue(key)
    }),
    informers.on('Pod', ({ type, object }, old) => {
      for (const key of servicesConcerned(index, type, object, old)) enqueue(key)
    }),
    informers.on('Endpoints', ({ type, object }) => type === 'DELETED' && enqueue(keyOf(object))),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
      loop.stop()
    },
  }
}

/** Source: endpoints_controller.go syncService */
function reconcileEndpoints(
  key: string,
  { client, recorder }: ControllerContext,
  triggers: TriggerTimes,
): Status | undefined {
  const { namespace, name } = splitKey(key)
  const service = client.get('Service', name, namespace)
  if (service === undefined) {
    triggers.forget(key)
    if (client.get('Endpoints', name, namespace) === undefined) return undefined
    const answer = client.delete('Endpoints', name, namespace)
    return isStatus(answer) && answer.reason !== 'NotFound' ? answer : undefined
  }
  const { selector } = service.spec
  if (service.spec.type === 'ExternalName' || selector === undefined) return undefined
  const labelSelector = Object.entries(selector)
    .map((pair) => pair.join('='))
    .join(',')
  const pods = client.list('Pod', { namespace: namespace!, labelSelector })
  const since = triggers.since(service, pods)
  const subsets = endpointSubsets(service, pods)
  const there = client.get('Endpoints', name, namespace)
  const wanted = withSubsets(there, service, subsets, since)
  if (wanted === there) return undefined
  const answer =
    there === undefined
      ? client.create(wanted)
      : client.update('Endpoints', name, namespace, (now) => withSubsets(now, service, subsets, since))
  if (!isStatus(answer)) return undefined
  if (there === undefined && hasReason(answer, 'Forbidden') && isNamespaceTerminating(answer)) return undefined
  if (there === undefined)
    recorder.event(
      wanted,
      'Warning',
      'FailedToCreateEndpoint',
      `Failed to create endpoint for service ${key}: ${answer.message}`,
    )
  else
    recorder.event(wanted, 'Warning', 'FailedToUpdateEndpoint', `Failed to update endpoint ${key}: ${answer.message}`)
  return answer
}

/** The Endpoints themselves when they say all that already. */
function withSubsets(
  there: Endpoints | undefined,
  service: Service,
  all: Endpoints['subsets'],
  since: string | undefined,
): Endpoints {
  const { name, namespace, labels: serviceLabels } = service.metadata
  const subsets = truncated(all ?? [])
  const labels = {
    ...serviceLabels,
    [MANAGED_BY]: 'endpoint-controller',
    ...(isServiceIPSet(service) ? {} : { [HEADLESS]: '' }),
  }
  const { [OVER_CAPACITY]: capacity, [TRIGGER_TIME]: _, ...others } = there?.metadata.annotations ?? {}
  const overCapacity = subsets === all ? undefined : 'truncated'
  const annotations = {
    ...others,
    ...(since !== undefined && { [TRIGGER_TIME]: since }),
    ...(overCapacity !== undefined && { [OVER_CAPACITY]: overCapacity }),
  }
  if (
    there !== undefined &&
    sameSubsets(there.subsets, subsets) &&
    sameLabels(there.metadata.labels, labels) &&
    capacity === overCapacity
  )
    return there
  const { annotations: __, ...rest } = there?.metadata ?? { name, namespace: namespace! }
  const metadata = {
    ...rest,
    labels,
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  }
  return { apiVersion: 'v1', kind: 'Endpoints', metadata, ...(subsets.length === 0 ? {} : { subsets }) }
}
