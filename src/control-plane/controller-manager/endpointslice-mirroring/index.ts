import { keyOf } from '../../../api/meta.ts'
import type { EndpointSlice } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'
import { CONTROLLER_NAME, isMirrored, MANAGED_BY, reconcileMirror, SERVICE_NAME } from './reconcile.ts'

/** Copies Endpoints that people wrote into EndpointSlices. Source: pkg/controller/endpointslicemirroring/endpointslicemirroring_controller.go */
export const endpointSliceMirroringController: ControllerDescriptor = {
  name: 'endpointslice-mirroring-controller',
  account: 'endpointslicemirroring-controller',
  component: 'endpoint-slice-mirroring-controller',
  needs: ['EndpointSlice', 'Endpoints'],
  start: startEndpointSliceMirroring,
}

/** Source: endpointslicemirroring_controller.go defaultSyncBackOff, maxSyncBackOff, maxRetries */
const RATE_LIMITS = { baseMs: 1_000, maxMs: 100_000 }
const MAX_RETRIES = 15

function startEndpointSliceMirroring({ client, informers, recorder, world, flags }: ControllerContext): Controller {
  const deps = { client, recorder, maxPerSubset: flags.mirroringMaxEndpointsPerSubset }
  const loop = startLoop({
    component: 'controller-manager/endpointslice-mirroring-controller',
    world,
    rateLimits: RATE_LIMITS,
    maxRetries: MAX_RETRIES,
    reconcile: (key) => reconcileMirror(key, deps),
  })
  const isOurs = (slice: EndpointSlice | undefined) => slice?.metadata.labels?.[MANAGED_BY] === CONTROLLER_NAME
  const stops = [
    informers.on('Endpoints', ({ object }, old) => {
      if (isMirrored(object) || (old !== undefined && isMirrored(old))) loop.queue.add(keyOf(object))
    }),
    informers.on('Service', ({ type, object }, old) => {
      const has = object.spec.selector !== undefined
      const isConcerned = old === undefined || type === 'DELETED' ? !has : has !== (old.spec.selector !== undefined)
      if (isConcerned) loop.queue.add(keyOf(object))
    }),
    informers.on('EndpointSlice', ({ type, object }, old) => {
      if (!isOurs(object) && !isOurs(old)) return
      if (type !== 'DELETED' && old === undefined) return
      for (const slice of [object, old]) {
        const service = slice?.metadata.labels?.[SERVICE_NAME]
        const key = `${object.metadata.namespace}/${service}`
        if (service) loop.queue.addAfter(key, flags.mirroringEndpointSliceUpdatesBatchPeriod)
      }
    }),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
      loop.stop()
    },
  }
}
