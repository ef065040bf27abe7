import { isDeleting, keyOf, splitKey } from '../../../api/meta.ts'
import { isStatus, type Job, type Status } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { isJobFinished, jobFinishedAt } from '../job-status.ts'
import { startLoop } from '../machine.ts'

/** Deletes Jobs some time after they ended. Source: pkg/controller/ttlafterfinished/ttlafterfinished_controller.go */
export const ttlAfterFinishedController: ControllerDescriptor = {
  name: 'ttl-after-finished-controller',
  account: 'ttl-after-finished-controller',
  component: 'ttl-after-finished-controller',
  needs: ['Job'],
  start: startTTLAfterFinishedController,
}

function needsCleanUp(job: Job): boolean {
  return job.spec.ttlSecondsAfterFinished !== undefined && isJobFinished(job) && !isDeleting(job)
}

function startTTLAfterFinishedController({ client, informers, world }: ControllerContext): Controller {
  const loop = startLoop({
    component: 'controller-manager/ttl-after-finished-controller',
    world,
    reconcile(key): Status | undefined {
      const { namespace, name } = splitKey(key)
      const job = client.get('Job', name, namespace)
      if (job === undefined || !needsCleanUp(job)) return undefined
      const left = jobFinishedAt(job) + job.spec.ttlSecondsAfterFinished! * 1000 - world.clock.now()
      if (left > 0) {
        loop.queue.addAfter(key, left)
        return undefined
      }
      const preconditions = { uid: job.metadata.uid! }
      const answer = client.delete('Job', name, namespace, { propagationPolicy: 'Foreground', preconditions })
      return isStatus(answer) && answer.reason !== 'NotFound' ? answer : undefined
    },
  })
  const stop = informers.on('Job', ({ type, object }) => {
    if (type !== 'DELETED' && needsCleanUp(object)) loop.queue.add(keyOf(object))
  })
  return {
    stop() {
      stop()
      loop.stop()
    },
  }
}
