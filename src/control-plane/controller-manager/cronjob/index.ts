import { CronError } from '../../../api/cron.ts'
import { controllerOf, keyOf } from '../../../api/meta.ts'
import type { CronJob, Job } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { isJobFinished } from '../job-status.ts'
import { startLoop } from '../machine.ts'
import { reconcileCronJob, unexpected } from './reconcile.ts'
import { scheduleOf, untilNext } from './schedule.ts'

/** Starts Jobs when they are due. Nothing is polled: each CronJob waits for its own next time. Source: pkg/controller/cronjob/cronjob_controllerv2.go */
export const cronJobController: ControllerDescriptor = {
  name: 'cronjob-controller',
  account: 'cronjob-controller',
  component: 'cronjob-controller',
  needs: ['CronJob', 'Job'],
  start: startCronJobController,
}

function startCronJobController({ client, informers, recorder, world }: ControllerContext): Controller {
  const loop = startLoop({
    component: 'controller-manager/cronjob-controller',
    world,
    reconcile: (key) =>
      reconcileCronJob(key, {
        client,
        clock: world.clock,
        recorder,
        checkAgainAfter: loop.queue.addAfter.bind(loop.queue),
      }),
  })
  const enqueueOwner = (job: Job) => {
    const ref = controllerOf(job)
    if (ref?.kind !== 'CronJob') return
    loop.queue.add(`${job.metadata.namespace}/${ref.name}`)
    if (!isJobFinished(job)) seenUnfinished(job, ref.name)
  }
  /** The job controller ends a Job in two writes with requests in between: what lies between them is looked at here. */
  function seenUnfinished({ metadata: { name, namespace, uid } }: Job, owner: string): void {
    const now = client.get('Job', name, namespace)
    const cronJob = client.get('CronJob', owner, namespace)
    if (now === undefined || cronJob === undefined || !isJobFinished(now)) return
    if (!cronJob.status?.active?.some((each) => each.uid === uid)) unexpected(recorder, cronJob, name)
  }
  /** With another schedule it is looked at when that is due. Source: updateCronJob */
  function rescheduled(cronJob: CronJob): void {
    try {
      const wait = untilNext(cronJob, world.clock.now(), scheduleOf(cronJob))
      if (wait !== undefined) loop.queue.addAfter(keyOf(cronJob), wait)
    } catch (error) {
      if (!(error instanceof CronError)) throw error
      const message = `unparseable schedule for cronjob: ${cronJob.spec.schedule}`
      recorder.event(cronJob, 'Warning', 'UnParseableCronJobSchedule', message)
    }
  }
  const stops = [
    informers.on('Job', ({ object: job }, old) => {
      enqueueOwner(job)
      if (old !== undefined && controllerOf(old)?.uid !== controllerOf(job)?.uid) enqueueOwner(old)
    }),
    informers.on('CronJob', ({ type, object: cronJob }, old) => {
      const { schedule, timeZone } = cronJob.spec
      const same = old === undefined || (old.spec.schedule === schedule && old.spec.timeZone === timeZone)
      if (same || type === 'DELETED') loop.queue.add(keyOf(cronJob))
      else rescheduled(cronJob)
    }),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
      loop.stop()
    },
  }
}
