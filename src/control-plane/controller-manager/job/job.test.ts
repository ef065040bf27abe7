import { describe, expect, test } from 'vitest'
import { rfc3339 } from '../../../api/time.ts'
import type { Job, Pod } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, podSpec, type TestCluster } from '../testing/harness.ts'
import { Indexes } from './indexes.ts'

function job(spec: Partial<Job['spec']> = {}): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'pi', namespace: 'default', labels: { app: 'pi' } },
    spec: {
      parallelism: 1,
      completions: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
      podReplacementPolicy: 'TerminatingOrFailed',
      selector: { matchLabels: { 'batch.kubernetes.io/job-name': 'pi' } },
      template: {
        metadata: { labels: { 'batch.kubernetes.io/job-name': 'pi' } } as never,
        spec: { ...podSpec(), restartPolicy: 'Never' },
      },
      ...spec,
    },
  }
}

function start(spec: Partial<Job['spec']> = {}): TestCluster {
  const cluster = createTestCluster()
  cluster.start('--controllers=job-controller')
  made(cluster.client.create(job(spec)))
  cluster.clock.advance(1_000)
  return cluster
}

const status = ({ client }: TestCluster) => client.get('Job', 'pi', 'default')!.status!
const pods = ({ client }: TestCluster) => client.list('Pod')
const running = (cluster: TestCluster) =>
  pods(cluster).filter(({ status: s, metadata }) => s?.phase === undefined && metadata.deletionTimestamp === undefined)
const index = (pod: Pod) => pod.metadata.annotations?.['batch.kubernetes.io/job-completion-index']
const conditions = (cluster: TestCluster) =>
  (status(cluster).conditions ?? []).map(({ type, status: s, reason }) => `${type}=${s} ${reason}`)

/** A kubelet's part: the pod's container ends with this code. */
function end({ client, clock }: TestCluster, pod: Pod, exitCode = 0, seconds = 1): void {
  const finishedAt = rfc3339(clock.now())
  made(
    client.updateStatus('Pod', pod.metadata.name, 'default', (now) => ({
      ...now,
      status: {
        phase: exitCode === 0 ? 'Succeeded' : 'Failed',
        containerStatuses: [{ name: 'app', state: { terminated: { exitCode, finishedAt } } } as never],
      },
    })),
  )
  clock.advance(seconds * 1_000)
}

describe('a Job', () => {
  test('makes a pod that it tracks, and is Complete once it has succeeded', () => {
    const cluster = start()
    const [pod] = pods(cluster)
    expect(pod!.metadata.finalizers).toEqual(['batch.kubernetes.io/job-tracking'])
    expect(status(cluster)).toEqual({
      active: 1,
      ready: 0,
      terminating: 0,
      startTime: '2026-01-01T00:00:00Z',
      uncountedTerminatedPods: {},
    })
    end(cluster, pod!)
    expect(pods(cluster)[0]!.metadata.finalizers ?? []).toEqual([])
    expect(status(cluster)).toMatchObject({ succeeded: 1, completionTime: '2026-01-01T00:00:02Z' })
    expect(status(cluster).active).toBeUndefined()
    expect(conditions(cluster)).toEqual([
      'SuccessCriteriaMet=True CompletionsReached',
      'Complete=True CompletionsReached',
    ])
    expect(cluster.messages('Completed')).toEqual(['Job completed'])
  })

  test('runs no more at once than parallelism, and no more than are missing', () => {
    const cluster = start({ parallelism: 2, completions: 3 })
    expect(running(cluster)).toHaveLength(2)
    end(cluster, running(cluster)[0]!)
    expect(running(cluster)).toHaveLength(2)
    end(cluster, running(cluster)[0]!)
    expect(running(cluster)).toHaveLength(1)
    end(cluster, running(cluster)[0]!)
    expect(status(cluster).succeeded).toBe(3)
    expect(pods(cluster)).toHaveLength(3)
  })

  test('tries again after 10 s, 20 s … and gives up beyond backoffLimit', () => {
    const cluster = start({ backoffLimit: 2 })
    const attempts: number[] = []
    for (let attempt = 0; attempt < 3; attempt++) {
      const from = cluster.clock.now()
      while (running(cluster).length === 0) cluster.clock.advance(1_000)
      attempts.push((cluster.clock.now() - from) / 1000)
      end(cluster, running(cluster)[0]!, 1)
    }
    expect(attempts).toEqual([0, 9, 19])
    expect(status(cluster)).toMatchObject({ failed: 3 })
    expect(conditions(cluster)).toEqual(['FailureTarget=True BackoffLimitExceeded', 'Failed=True BackoffLimitExceeded'])
    expect(cluster.messages('BackoffLimitExceeded')).toEqual(['Job has reached the specified backoff limit'])
  })

  test('ends with its active pods at activeDeadlineSeconds', () => {
    const cluster = start({ activeDeadlineSeconds: 30 })
    cluster.clock.advance(28_000)
    expect(conditions(cluster)).toEqual([])
    cluster.clock.advance(3_000)
    expect(pods(cluster)).toEqual([])
    expect(conditions(cluster)).toContain('Failed=True DeadlineExceeded')
    expect(status(cluster)).toMatchObject({ failed: 1 })
  })

  test('suspended it deletes its pods and forgets when it started; resumed it starts anew', () => {
    const cluster = start({ parallelism: 2, completions: 2 })
    const suspend = (yes: boolean) => {
      made(cluster.client.update('Job', 'pi', 'default', (now) => ({ ...now, spec: { ...now.spec, suspend: yes } })))
      cluster.clock.advance(2_000)
    }
    suspend(true)
    expect(pods(cluster)).toEqual([])
    expect(status(cluster).startTime).toBeUndefined()
    expect(conditions(cluster)).toEqual(['Suspended=True JobSuspended'])
    suspend(false)
    expect(pods(cluster)).toHaveLength(2)
    expect(status(cluster).startTime).toBe('2026-01-01T00:00:03Z')
    expect(conditions(cluster)).toEqual(['Suspended=False JobResumed'])
    expect(status(cluster).failed).toBeUndefined()
  })

  test('deleted, its pods are not held back', () => {
    const cluster = start()
    cluster.client.delete('Job', 'pi', 'default')
    cluster.client.delete('Pod', pods(cluster)[0]!.metadata.name, 'default')
    cluster.clock.advance(2_000)
    expect(pods(cluster)).toEqual([])
  })

  test('somebody else manages is left alone', () => {
    expect(pods(start({ managedBy: 'example.com/mine' }))).toEqual([])
  })
})

describe('an Indexed Job', () => {
  const indexed = { completionMode: 'Indexed', completions: 4, parallelism: 4 }

  test('gives each pod an index, a host name and the variable', () => {
    const cluster = start(indexed)
    expect(pods(cluster).map(index)).toEqual(['0', '1', '2', '3'])
    const [, second] = pods(cluster)
    expect(second!.metadata.name).toMatch(/^pi-1-[a-z0-9]{5}$/)
    expect(second!.metadata.labels).toMatchObject({ 'batch.kubernetes.io/job-completion-index': '1' })
    expect(second!.spec.hostname).toBe('pi-1')
    expect(second!.spec.containers[0]!.env?.[0]?.name).toBe('JOB_COMPLETION_INDEX')
    for (const pod of pods(cluster).filter((each) => index(each) !== '2')) end(cluster, pod)
    expect(status(cluster)).toMatchObject({ succeeded: 3, completedIndexes: '0,1,3', active: 1 })
  })

  test('fails index by index with backoffLimitPerIndex, and as a whole at the end', () => {
    const cluster = start({ ...indexed, completions: 2, backoffLimit: 2 ** 31 - 1, backoffLimitPerIndex: 1 })
    const [zero, one] = pods(cluster)
    end(cluster, one!)
    end(cluster, zero!, 1, 12)
    const again = running(cluster)[0]!
    expect(again.metadata.annotations?.['batch.kubernetes.io/job-index-failure-count']).toBe('1')
    end(cluster, again, 1)
    expect(status(cluster)).toMatchObject({ failedIndexes: '0', completedIndexes: '1', failed: 2, succeeded: 1 })
    expect(conditions(cluster)).toContain('Failed=True FailedIndexes')
  })

  test('has succeeded when its success policy says so', () => {
    const cluster = start({ ...indexed, successPolicy: { rules: [{ succeededIndexes: '0,2' }] } })
    for (const pod of pods(cluster)) if (['0', '2'].includes(index(pod)!)) end(cluster, pod)
    cluster.clock.advance(2_000)
    expect(conditions(cluster)).toEqual(['SuccessCriteriaMet=True SuccessPolicy', 'Complete=True SuccessPolicy'])
    expect(status(cluster).conditions![1]!.message).toBe('Matched rules at index 0')
    expect(running(cluster)).toEqual([])
    expect(status(cluster)).toMatchObject({ succeeded: 2, completedIndexes: '0,2' })
  })
})

describe('a pod failure policy', () => {
  const rule = (action: string) => ({
    backoffLimit: 0,
    podFailurePolicy: { rules: [{ action, onExitCodes: { operator: 'In', values: [42] }, onPodConditions: [] }] },
  })

  test('FailJob ends it at once, with the reason', () => {
    const cluster = start({ ...rule('FailJob'), backoffLimit: 6 })
    const [pod] = pods(cluster)
    end(cluster, pod!, 42)
    expect(conditions(cluster)).toEqual(['FailureTarget=True PodFailurePolicy', 'Failed=True PodFailurePolicy'])
    expect(cluster.messages('PodFailurePolicy')).toEqual([
      `Container app for pod default/${pod!.metadata.name} failed with exit code 42 matching FailJob rule at index 0`,
    ])
  })

  test('Ignore does not count towards the limit', () => {
    const cluster = start(rule('Ignore'))
    end(cluster, pods(cluster)[0]!, 42, 15)
    expect(running(cluster)).toHaveLength(1)
    expect(status(cluster).failed).toBeUndefined()
    end(cluster, running(cluster)[0]!, 1)
    expect(conditions(cluster)).toContain('Failed=True BackoffLimitExceeded')
  })
})

test('podReplacementPolicy Failed waits until the pod has ended', () => {
  const replaced = (podReplacementPolicy: string) => {
    const cluster = start({ podReplacementPolicy })
    const [pod] = pods(cluster)
    cluster.client.update('Pod', pod!.metadata.name, 'default', (now) => ({
      ...now,
      spec: { ...now.spec, nodeName: 'worker' },
    }))
    cluster.client.delete('Pod', pod!.metadata.name, 'default')
    cluster.clock.advance(25_000)
    return { made: running(cluster).length, status: status(cluster) }
  }
  expect(replaced('Failed')).toMatchObject({ made: 0, status: { terminating: 1 } })
  expect(replaced('TerminatingOrFailed')).toMatchObject({ made: 1, status: { failed: 1, terminating: 1 } })
})

test.each([
  ['0-2,5', 8, '0-2,5', 4],
  ['0-5', 3, '0-2', 3],
  ['x,1,9', 5, '1', 1],
])('indexes %s of %i are %s', (text, completions, expected, size) => {
  const indexes = Indexes.parse(text, completions)
  expect([indexes.toString(), indexes.size]).toEqual([expected, size])
  expect(Indexes.parse(indexes.toString(), completions).toString()).toBe(expected)
})
