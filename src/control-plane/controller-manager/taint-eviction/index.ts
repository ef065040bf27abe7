import { keyOf } from '../../../api/meta.ts'
import { sameTaint } from '../../../api/taints.ts'
import type { Taint } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { TaintEvictions } from './evictions.ts'
import { noExecuteTaints } from './tolerance.ts'

/** Deletes pods from nodes with NoExecute taints that they do not tolerate (any longer). Source: pkg/controller/tainteviction/taint_eviction.go */
export const taintEvictionController: ControllerDescriptor = {
  name: 'taint-eviction-controller',
  account: 'node-controller',
  component: 'taint-eviction-controller',
  start: startTaintEvictionController,
}

function startTaintEvictionController(context: ControllerContext): Controller {
  const { informers } = context
  const evictions = new TaintEvictions(context)
  const stops = [
    informers.on('Node', ({ type, object: node }, old) => {
      if (type === 'DELETED') evictions.nodeGone(node.metadata.name)
      else if (old?.spec?.taints !== node.spec?.taints) {
        const [before, after] = [noExecuteTaints(old?.spec?.taints), noExecuteTaints(node.spec?.taints)]
        if (!sameTaints(before, after)) evictions.taintsChanged(node.metadata.name, after)
      }
    }),
    informers.on('Pod', ({ type, object: pod }, old) => {
      if (type === 'DELETED') evictions.cancel(keyOf(pod))
      else if (old?.spec.nodeName !== pod.spec.nodeName || old?.spec.tolerations !== pod.spec.tolerations)
        evictions.podChanged(pod)
    }),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
      evictions.stop()
    },
  }
}

function sameTaints(a: readonly Taint[], b: readonly Taint[]): boolean {
  return a.length === b.length && a.every((taint, i) => sameTaint(taint, b[i]!) && taint.timeAdded === b[i]!.timeAdded)
}
