import { describe, expect, test } from 'vitest'
import { rfc3339 } from '../../../api/time.ts'
import type { CronJob, Job } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, podSpec, type TestCluster } from '../testing/harness.ts'

const MINUTE = 60_000

function start(spec: Partial<CronJob['spec']> = {}): TestCluster {
  const cluster = createTestCluster()
  cluster.start('--controllers=cronjob-controller,ttl-after-finished')
  const cronJob: CronJob = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'backup', namespace: 'default' },
    spec: {
      schedule: '*/5 * * * *',
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: {
        metadata: { labels: { app: 'backup' } } as never,
        spec: { template: { spec: { ...podSpec(), restartPolicy: 'Never' } } },
      },
      ...spec,
    },
  }
  made(cluster.client.create(cronJob))
  cluster.clock.settle()
  return cluster
}

const jobs = ({ client }: TestCluster) => client.list('Job')
const status = ({ client }: TestCluster) => client.get('CronJob', 'backup', 'default')!.status ?? {}
function end({ client, clock }: TestCluster, { metadata }: Job, type = 'Complete'): void {
  const at = rfc3339(clock.now())
  made(
    client.updateStatus('Job', metadata.name, 'default', (now) => ({
      ...now,
      status: {
        startTime: metadata.creationTimestamp!,
        completionTime: at,
        conditions: [{ type, status: 'True', lastTransitionTime: at }],
      },
    })),
  )
  clock.settle()
}

test('starts a Job at each due time and follows it', () => {
  const cluster = start()
  cluster.clock.advance(5 * MINUTE - 1)
  expect(jobs(cluster)).toEqual([])
  cluster.clock.advance(101)
  const [job] = jobs(cluster)
  expect(job!.metadata).toMatchObject({
    name: 'backup-29453765',
    labels: { app: 'backup' },
    annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T00:05:00Z' },
  })
  expect(status(cluster)).toMatchObject({
    lastScheduleTime: '2026-01-01T00:05:00Z',
    active: [{ kind: 'Job', name: 'backup-29453765', apiVersion: 'batch/v1', uid: job!.metadata.uid }],
  })
  expect(cluster.messages('SuccessfulCreate')).toEqual(['Created job backup-29453765'])
  cluster.clock.advance(30_000)
  end(cluster, job!)
  expect(status(cluster)).toEqual({
    lastScheduleTime: '2026-01-01T00:05:00Z',
    lastSuccessfulTime: '2026-01-01T00:05:30Z',
  })
  expect(cluster.messages('SawCompletedJob')).toEqual(['Saw completed job: backup-29453765, condition: Complete'])
})

describe('concurrencyPolicy', () => {
  test.each([
    ['Allow', 2, []],
    ['Forbid', 1, ['Not starting job because prior execution is running and concurrency policy is Forbid']],
  ])('%s', (concurrencyPolicy, count, said) => {
    const cluster = start({ concurrencyPolicy })
    cluster.clock.advance(10 * MINUTE + 200)
    expect(jobs(cluster)).toHaveLength(count)
    expect(cluster.messages('JobAlreadyActive')).toEqual(said)
  })

  test('Replace', () => {
    const cluster = start({ concurrencyPolicy: 'Replace' })
    cluster.clock.advance(10 * MINUTE + 200)
    expect(jobs(cluster).map(({ metadata }) => metadata.name)).toEqual(['backup-29453770'])
    expect(cluster.messages('SuccessfulDelete')).toEqual(['Deleted job backup-29453765'])
  })

  test('Forbid: the Job that was held back starts as soon as it may', () => {
    const cluster = start({ concurrencyPolicy: 'Forbid' })
    cluster.clock.advance(11 * MINUTE)
    end(cluster, jobs(cluster)[0]!)
    expect(jobs(cluster).map(({ metadata }) => metadata.name)).toEqual(['backup-29453765', 'backup-29453770'])
  })
})

test('keeps as many ended Jobs as the limits say', () => {
  const cluster = start({ successfulJobsHistoryLimit: 1 })
  for (let i = 0; i < 4; i++) {
    cluster.clock.advance(5 * MINUTE + 200)
    end(cluster, jobs(cluster).at(-1)!, i % 2 === 0 ? 'Failed' : 'Complete')
  }
  expect(jobs(cluster).map(({ status: s }) => s!.conditions![0]!.type)).toEqual(['Failed', 'Complete'])
})

describe('time', () => {
  test('zones', () => {
    const cluster = start({ schedule: '30 9 * * *', timeZone: 'Asia/Kolkata' })
    cluster.clock.advance(4 * 60 * MINUTE + 200)
    expect(jobs(cluster)[0]!.metadata.annotations).toMatchObject({
      'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T09:30:00+05:30',
    })
  })

  test('suspended it starts nothing; afterwards only the latest it missed', () => {
    const cluster = start({ suspend: true })
    cluster.clock.advance(32 * MINUTE)
    expect(jobs(cluster)).toEqual([])
    cluster.client.update('CronJob', 'backup', 'default', (now) => ({ ...now, spec: { ...now.spec, suspend: false } }))
    cluster.clock.advance(1_000)
    expect(jobs(cluster).map(({ metadata }) => metadata.name)).toEqual(['backup-29453790'])
  })

  test('beyond startingDeadlineSeconds a start is missed', () => {
    const cluster = start({ suspend: true, startingDeadlineSeconds: 60 })
    cluster.clock.advance(32 * MINUTE)
    cluster.client.update('CronJob', 'backup', 'default', (now) => ({ ...now, spec: { ...now.spec, suspend: false } }))
    cluster.clock.advance(1_000)
    expect(jobs(cluster)).toEqual([])
  })

  test('more than 100 missed are told of', () => {
    const cluster = start({ suspend: true, schedule: '* * * * *' })
    cluster.clock.advance(120 * MINUTE)
    cluster.client.update('CronJob', 'backup', 'default', (now) => ({ ...now, spec: { ...now.spec, suspend: false } }))
    cluster.clock.advance(1_000)
    expect(jobs(cluster)).toHaveLength(1)
    expect(cluster.messages('TooManyMissedTimes')).toHaveLength(1)
  })

  test('a schedule without any time is invalid', () => {
    const cluster = start({ schedule: '59 23 31 2 *' })
    expect(cluster.messages('InvalidSchedule')).toEqual([
      'invalid schedule: 59 23 31 2 * : time difference between two schedules is less than 1 second',
    ])
  })
})

test('ttlSecondsAfterFinished deletes a Job so long after its end', () => {
  const cluster = start({ jobTemplate: { spec: { ttlSecondsAfterFinished: 100, template: { spec: podSpec() } } } })
  cluster.clock.advance(5 * MINUTE + 200)
  end(cluster, jobs(cluster)[0]!)
  cluster.clock.advance(98_000)
  expect(jobs(cluster)[0]!.metadata.deletionTimestamp).toBeUndefined()
  cluster.clock.advance(2_000)
  expect(jobs(cluster)[0]!.metadata.deletionTimestamp).toBeDefined()
})
