import { isNodeReady } from '../../../api/conditions.ts'
import { keyOf } from '../../../api/meta.ts'
import type { Node } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'
import { ServiceIndex, servicesConcerned } from '../service-index.ts'
import { TriggerTimes } from '../trigger-times.ts'
import { reconcileEndpointSlices } from './reconcile.ts'
import { CONTROLLER_NAME, MANAGED_BY, SERVICE_NAME } from './slices.ts'
import { Topology } from './topology.ts'

/** Lists the pods behind each Service in EndpointSlices. Source: pkg/controller/endpointslice/endpointslice_controller.go */
export const endpointSliceController: ControllerDescriptor = {
  name: 'endpointslice-controller',
  account: 'endpointslice-controller',
  component: 'endpoint-slice-controller',
  start: startEndpointSliceController,
}

/** Source: endpointslice_controller.go defaultSyncBackOff, maxSyncBackOff, maxRetries */
const RATE_LIMITS = { baseMs: 1_000, maxMs: 1_000_000 }
const MAX_RETRIES = 15

function startEndpointSliceController({ client, informers, recorder, world, flags }: ControllerContext): Controller {
  const index = new ServiceIndex()
  const topology = new Topology(() => client.list('Node'))
  const triggers = new TriggerTimes()
  const deps = { client, recorder, maxEndpointsPerSlice: flags.maxEndpointsPerSlice, triggers, topology }
  const loop = startLoop({
    component: 'controller-manager/endpointslice-controller',
    world,
    rateLimits: RATE_LIMITS,
    maxRetries: MAX_RETRIES,
    reconcile(key) {
      const outcome = reconcileEndpointSlices(key, deps)
      if (topology.isUsed && stops.length === 3) followNodes()
      return outcome
    },
  })
  const enqueue = (key: string) => loop.queue.addAfter(key, flags.endpointSliceUpdatesBatchPeriod)

  /** Nodes are of interest once endpoints are shared out among their zones. Source: checkNodeTopologyDistribution */
  function followNodes(): void {
    const shape = (node: Node) => `${isNodeReady(node)} ${node.metadata.labels?.['topology.kubernetes.io/zone']}`
    stops.push(
      informers.on('Node', ({ type, object }, old) => {
        if (type === 'MODIFIED' && old !== undefined && shape(old) === shape(object)) return
        for (const key of topology.overloaded()) loop.queue.add(key)
      }),
    )
  }
  const stops: (() => void)[] = [
    informers.on('Service', ({ type, object }) => {
      const key = keyOf(object)
      if (type === 'DELETED') index.delete(key)
      else index.set(object)
      enqueue(key)
    }),
    informers.on('Pod', ({ type, object }, old) => {
      for (const key of servicesConcerned(index, type, object, old)) enqueue(key)
    }),
    // Somebody else changed a slice of ours: it is put right.
    informers.on('EndpointSlice', ({ type, object: { metadata } }, old) => {
      const { [SERVICE_NAME]: service, [MANAGED_BY]: manager } = metadata.labels ?? {}
      const ours = manager === CONTROLLER_NAME || old?.metadata.labels?.[MANAGED_BY] === CONTROLLER_NAME
      if (service !== undefined && ours && (type === 'DELETED' || old !== undefined))
        enqueue(`${metadata.namespace}/${service}`)
    }),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
      loop.stop()
    },
  }
}
