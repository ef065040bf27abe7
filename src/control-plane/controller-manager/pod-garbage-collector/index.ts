import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { PodCollector } from './collector.ts'

/**
 * Removes pods that no kubelet will ever finish: of nodes that are gone, deleted before they came to a node, stuck on
 * nodes that are out of service, and ended ones beyond --terminated-pod-gc-threshold.
 * Source: pkg/controller/podgc/gc_controller.go
 */
export const podGarbageCollectorController: ControllerDescriptor = {
  name: 'pod-garbage-collector-controller',
  account: 'pod-garbage-collector',
  component: 'pod-garbage-collector',
  start: startPodGarbageCollector,
}

function startPodGarbageCollector({ client, informers, world, flags }: ControllerContext): Controller {
  const collector = new PodCollector(client, world.clock, flags.terminatedPodGCThreshold)
  const stops = [
    informers.on('Node', ({ type, object }) => collector.nodeChanged(object, type === 'DELETED')),
    informers.on('Pod', ({ type, object }) => collector.podChanged(object, type === 'DELETED')),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
      collector.stop()
    },
  }
}
