import { describe, expect, test } from 'vitest'
import type { PersistentVolumeClaim, StatefulSet } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, podSpec, runPods, type TestCluster } from '../testing/harness.ts'
import { revisionHash } from './revisions.ts'

const ONLY = '--controllers=statefulset-controller'

function statefulSet(spec: Partial<StatefulSet['spec']> = {}): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas: 3,
      serviceName: 'web',
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } } as never, spec: podSpec('web:1') },
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      revisionHistoryLimit: 10,
      ...spec,
    },
  }
}

const data = (name = 'data'): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
})

function start(spec: Partial<StatefulSet['spec']> = {}, ...flags: string[]): TestCluster {
  const cluster = createTestCluster()
  cluster.start(ONLY, ...flags)
  made(cluster.client.create(statefulSet(spec)))
  cluster.clock.settle()
  return cluster
}

const names = ({ client }: TestCluster) => client.list('Pod').map(({ metadata }) => metadata.name)
const images = ({ client }: TestCluster) =>
  Object.fromEntries(client.list('Pod').map(({ metadata, spec }) => [metadata.name, spec.containers[0]!.image]))
const status = ({ client }: TestCluster) => client.get('StatefulSet', 'web', 'default')!.status!
function change(cluster: TestCluster, spec: Partial<StatefulSet['spec']>): void {
  made(cluster.client.update('StatefulSet', 'web', 'default', (now) => ({ ...now, spec: { ...now.spec, ...spec } })))
  cluster.clock.settle()
}
const template = (image: string) => ({ metadata: { labels: { app: 'web' } } as never, spec: podSpec(image) })

describe('in order', () => {
  test('the next pod comes when the one before is ready', () => {
    const cluster = start()
    expect(names(cluster)).toEqual(['web-0'])
    expect(cluster.messages('SuccessfulCreate')).toEqual(['Create Pod web-0 in StatefulSet web successful'])
    expect(status(cluster)).toMatchObject({ replicas: 1, availableReplicas: 0, collisionCount: 0, currentReplicas: 1 })
    runPods(cluster)
    cluster.clock.settle()
    expect(names(cluster)).toEqual(['web-0', 'web-1', 'web-2'])
    expect(status(cluster)).toMatchObject({ replicas: 3, readyReplicas: 3, availableReplicas: 3, updatedReplicas: 3 })
    const pod = cluster.client.get('Pod', 'web-1', 'default')!
    expect(pod.metadata.labels).toMatchObject({
      'statefulset.kubernetes.io/pod-name': 'web-1',
      'apps.kubernetes.io/pod-index': '1',
      'controller-revision-hash': status(cluster).currentRevision,
    })
    expect(pod.spec).toMatchObject({ hostname: 'web-1', subdomain: 'web' })
  })

  test('scaled down from the highest, one at a time', () => {
    const cluster = start()
    runPods(cluster)
    cluster.clock.settle()
    change(cluster, { replicas: 1 })
    expect(names(cluster)).toEqual(['web-0'])
    expect(cluster.messages('SuccessfulDelete')).toEqual([
      'Delete Pod web-2 in StatefulSet web successful',
      'Delete Pod web-1 in StatefulSet web successful',
    ])
  })

  test('the first ordinal can be another', () => {
    const cluster = start({ ordinals: { start: 5 }, replicas: 2 })
    runPods(cluster)
    cluster.clock.settle()
    expect(names(cluster)).toEqual(['web-5', 'web-6'])
  })
})

test('in parallel all come at once', () => {
  expect(names(start({ podManagementPolicy: 'Parallel' }))).toEqual(['web-0', 'web-1', 'web-2'])
})

describe('a rolling update', () => {
  test('replaces from the highest ordinal down and keeps both revisions', () => {
    const cluster = start()
    runPods(cluster)
    cluster.clock.settle()
    const before = status(cluster).currentRevision
    change(cluster, { template: template('web:2') })
    expect(images(cluster)).toEqual({ 'web-0': 'web:2', 'web-1': 'web:2', 'web-2': 'web:2' })
    expect(cluster.client.list('ControllerRevision').map(({ revision }) => revision)).toEqual([1, 2])
    expect(status(cluster).currentRevision).toBe(status(cluster).updateRevision)
    expect(status(cluster).currentRevision).not.toBe(before)
    change(cluster, { template: template('web:1') })
    expect(status(cluster).currentRevision).toBe(before)
    expect(
      cluster.client
        .list('ControllerRevision')
        .map(({ revision }) => revision)
        .sort(),
    ).toEqual([2, 3])
  })

  test('stops at the partition; what is lost below it comes back as it was', () => {
    const cluster = start()
    runPods(cluster)
    cluster.clock.settle()
    const rollingUpdate = { partition: 2 }
    change(cluster, { template: template('web:2'), updateStrategy: { type: 'RollingUpdate', rollingUpdate } })
    expect(images(cluster)).toEqual({ 'web-0': 'web:1', 'web-1': 'web:1', 'web-2': 'web:2' })
    cluster.client.delete('Pod', 'web-0', 'default')
    cluster.clock.settle()
    expect(images(cluster)['web-0']).toBe('web:1')
    expect(status(cluster)).toMatchObject({ currentReplicas: 2, updatedReplicas: 1 })
  })

  test('OnDelete waits for somebody to delete', () => {
    const cluster = start({ updateStrategy: { type: 'OnDelete' } })
    runPods(cluster)
    cluster.clock.settle()
    change(cluster, { template: template('web:2') })
    expect(new Set(Object.values(images(cluster)))).toEqual(new Set(['web:1']))
    cluster.client.delete('Pod', 'web-1', 'default')
    cluster.clock.settle()
    expect(images(cluster)['web-1']).toBe('web:2')
  })

  test.each([
    ['', ['web-2']],
    ['--feature-gates=MaxUnavailableStatefulSet=true', ['web-1', 'web-2']],
  ])('maxUnavailable counts where the gate is open: %j', (gate, gone) => {
    const cluster = start({ podManagementPolicy: 'Parallel' }, ...(gate === '' ? [] : [gate]))
    const stop = runPods(cluster)
    cluster.clock.settle()
    stop()
    const rollingUpdate = { partition: 0, maxUnavailable: 2 }
    change(cluster, { template: template('web:2'), updateStrategy: { type: 'RollingUpdate', rollingUpdate } })
    const deleting = cluster.client.list('Pod').filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
    expect(deleting.map(({ metadata }) => metadata.name)).toEqual(gone)
  })
})

describe('claims', () => {
  test('are made before the pod, and kept by default', () => {
    const cluster = start({ volumeClaimTemplates: [data()], replicas: 1 })
    const [claim] = cluster.client.list('PersistentVolumeClaim')
    expect(claim!.metadata).toMatchObject({ name: 'data-web-0', labels: { app: 'web' } })
    expect(claim!.metadata.ownerReferences).toBeUndefined()
    expect(cluster.messages('SuccessfulCreate')).toEqual([
      'Create Claim data-web-0 Pod web-0 in StatefulSet web success',
      'Create Pod web-0 in StatefulSet web successful',
    ])
    expect(cluster.client.get('Pod', 'web-0', 'default')!.spec.volumes).toEqual([
      { name: 'data', persistentVolumeClaim: { claimName: 'data-web-0' } },
    ])
  })

  test.each([
    ['Delete', 'Retain', [], ['Pod web-1']],
    ['Delete', 'Delete', ['StatefulSet web'], ['Pod web-1']],
    ['Retain', 'Delete', ['StatefulSet web'], ['StatefulSet web']],
    ['Retain', 'Retain', [], []],
  ])('whenScaled %s, whenDeleted %s', (whenScaled, whenDeleted, kept, condemned) => {
    const cluster = start({
      volumeClaimTemplates: [data()],
      replicas: 2,
      persistentVolumeClaimRetentionPolicy: { whenScaled, whenDeleted },
    })
    const stop = runPods(cluster)
    cluster.clock.settle()
    stop()
    change(cluster, { replicas: 1 })
    const owners = (name: string) =>
      (cluster.client.get('PersistentVolumeClaim', name, 'default')!.metadata.ownerReferences ?? []).map(
        ({ kind, name: owner }) => `${kind} ${owner}`,
      )
    expect(owners('data-web-0')).toEqual(kept)
    expect(owners('data-web-1')).toEqual(condemned)
  })
})

test('history beyond the limit goes', () => {
  const cluster = start({ revisionHistoryLimit: 1 })
  runPods(cluster)
  cluster.clock.settle()
  for (const image of ['web:2', 'web:3', 'web:4']) change(cluster, { template: template(image) })
  expect(cluster.client.list('ControllerRevision').map(({ revision }) => revision)).toEqual([3, 4])
})

test('revisions are named as on a real cluster', () => {
  const container = {
    command: ['sh', '-c', 'a && b > c'],
    image: 'nginx:1.27',
    imagePullPolicy: 'IfNotPresent',
    name: 'app',
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    volumeMounts: [{ mountPath: '/d', name: 'data' }],
  }
  const spec = {
    containers: [container],
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  }
  const patch = { spec: { template: { $patch: 'replace', metadata: { labels: { app: 'web' } }, spec } } }
  expect(revisionHash(patch as never, 0)).toBe('759c4fd955')
})
