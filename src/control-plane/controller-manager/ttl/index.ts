import { isStatus, type Status } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'

/** Tells kubelets by an annotation how long to keep Secrets and ConfigMaps: longer in larger clusters. Source: pkg/controller/ttl/ttl_controller.go */
export const ttlController: ControllerDescriptor = {
  name: 'ttl-controller',
  account: 'ttl-controller',
  component: 'ttl-controller',
  start: startTTLController,
}

const ANNOTATION = 'node.alpha.kubernetes.io/ttl'
/** Overlapping, so that a cluster at a boundary does not swing. Source: ttl_controller.go ttlBoundaries */
const BOUNDARIES = [
  { min: 0, max: 100, seconds: 0 },
  { min: 90, max: 500, seconds: 15 },
  { min: 450, max: 1000, seconds: 30 },
  { min: 900, max: 2000, seconds: 60 },
  { min: 1800, max: Number.POSITIVE_INFINITY, seconds: 300 },
] as const

function startTTLController({ client, informers, world }: ControllerContext): Controller {
  let nodes = 0
  let step = 0
  const loop = startLoop({
    component: 'controller-manager/ttl-controller',
    world,
    keysPerStep: 100,
    reconcile(name): Status | undefined {
      const node = client.get('Node', name)
      const ttl = String(BOUNDARIES[step]!.seconds)
      if (node === undefined || node.metadata.annotations?.[ANNOTATION] === ttl) return undefined
      const answer = client.update('Node', name, undefined, (now) => ({
        ...now,
        metadata: { ...now.metadata, annotations: { ...now.metadata.annotations, [ANNOTATION]: ttl } },
      }))
      return isStatus(answer) && answer.reason !== 'NotFound' ? answer : undefined
    },
  })
  const stop = informers.on('Node', ({ type, object }, old) => {
    if (old === undefined) nodes++
    if (type === 'DELETED') nodes--
    if (nodes > BOUNDARIES[step]!.max) step++
    else if (nodes < BOUNDARIES[step]!.min) step--
    const ttl = object.metadata.annotations?.[ANNOTATION]
    if (type !== 'DELETED' && ttl !== String(BOUNDARIES[step]!.seconds)) loop.queue.add(object.metadata.name)
  })
  return {
    stop() {
      stop()
      loop.stop()
    },
  }
}
