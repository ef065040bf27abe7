import { describe, expect, test } from 'vitest'
import { findCondition } from '../../../api/conditions.ts'
import type { Deployment } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, deployment, podSpec, runPods, type TestCluster } from '../testing/harness.ts'

function apply(cluster: TestCluster, object: Deployment): void {
  made(cluster.client.create(object))
  cluster.clock.settle()
}

function setImage(cluster: TestCluster, name: string, image: string): void {
  made(
    cluster.client.update('Deployment', name, 'default', (d) => ({
      ...d,
      spec: { ...d.spec, template: { ...d.spec.template, spec: podSpec(image) } },
    })),
  )
}

const get = ({ client }: TestCluster, name = 'web') => client.get('Deployment', name, 'default')!
const replicaSets = ({ client }: TestCluster) =>
  [...client.list('ReplicaSet', { namespace: 'default' })].sort(
    (a, b) =>
      Number(a.metadata.annotations!['deployment.kubernetes.io/revision']) -
      Number(b.metadata.annotations!['deployment.kubernetes.io/revision']),
  )

describe('a new Deployment', () => {
  const cluster = createTestCluster()
  cluster.start()
  runPods(cluster)
  apply(cluster, deployment('web'))

  test('has one ReplicaSet with its hash, revision and sizes', () => {
    const [replicaSet, ...others] = replicaSets(cluster)
    expect(others).toEqual([])
    const hash = replicaSet!.metadata.labels!['pod-template-hash']
    expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{6,10}$/)
    expect(replicaSet).toMatchObject({
      metadata: {
        name: `web-${hash}`,
        annotations: {
          'deployment.kubernetes.io/revision': '1',
          'deployment.kubernetes.io/desired-replicas': '3',
          'deployment.kubernetes.io/max-replicas': '4',
        },
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', controller: true, blockOwnerDeletion: true },
        ],
      },
      spec: { replicas: 3, selector: { matchLabels: { app: 'web', 'pod-template-hash': hash } } },
      status: { replicas: 3, readyReplicas: 3, availableReplicas: 3, fullyLabeledReplicas: 3, terminatingReplicas: 0 },
    })
  })

  test('has pods named after the ReplicaSet that share its spec', () => {
    const [replicaSet] = replicaSets(cluster)
    const pods = cluster.client.list('Pod', { namespace: 'default' })
    expect(pods).toHaveLength(3)
    for (const pod of pods) {
      expect(pod.metadata.name).toMatch(new RegExp(`^${replicaSet!.metadata.name}-[a-z0-9]{5}$`))
      expect(pod.spec.containers).toBe(replicaSet!.spec.template!.spec!.containers)
    }
  })

  test('says so in its status, conditions and events', () => {
    const [replicaSet] = replicaSets(cluster)
    expect(get(cluster).metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' })
    expect(get(cluster).status).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      terminatingReplicas: 0,
      conditions: [
        {
          type: 'Available',
          status: 'True',
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
        },
        {
          type: 'Progressing',
          status: 'True',
          reason: 'NewReplicaSetAvailable',
          message: `ReplicaSet "${replicaSet!.metadata.name}" has successfully progressed.`,
        },
      ],
    })
    expect(get(cluster).status).not.toHaveProperty('unavailableReplicas')
    expect(cluster.messages('ScalingReplicaSet')).toEqual([
      `Scaled up replica set ${replicaSet!.metadata.name} from 0 to 3`,
    ])
    expect(cluster.messages('SuccessfulCreate')).toHaveLength(3)
  })
})

test('a rolling update keeps between 3 and 5 of 4 pods, ready all the time', () => {
  const cluster = createTestCluster()
  cluster.start()
  runPods(cluster)
  apply(
    cluster,
    deployment('web', {
      replicas: 4,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
    }),
  )
  const seen: number[] = []
  const ready: number[] = []
  cluster.client.watch('ReplicaSet', {}, () => {
    const pods = cluster.client.list('Pod').filter((pod) => pod.metadata.deletionTimestamp === undefined)
    seen.push(pods.length)
    ready.push(pods.filter((pod) => findCondition(pod.status?.conditions, 'Ready')?.status === 'True').length)
  })
  setImage(cluster, 'web', 'nginx:1.28')
  cluster.clock.settle()
  expect(Math.max(...seen)).toBe(5)
  expect(Math.min(...ready)).toBeGreaterThanOrEqual(3)
  const [first, second] = replicaSets(cluster)
  expect([first!.spec.replicas, second!.spec.replicas]).toEqual([0, 4])
  expect(get(cluster).metadata.annotations!['deployment.kubernetes.io/revision']).toBe('2')
  expect(get(cluster).status!.updatedReplicas).toBe(4)
})

test('rolling back reuses the old ReplicaSet under a new revision', () => {
  const cluster = createTestCluster()
  cluster.start()
  runPods(cluster)
  apply(cluster, deployment('web'))
  const first = replicaSets(cluster)[0]!.metadata.name
  setImage(cluster, 'web', 'nginx:1.28')
  cluster.clock.settle()
  setImage(cluster, 'web', 'nginx:1.27')
  cluster.clock.settle()
  expect(replicaSets(cluster).map(({ metadata }) => metadata.annotations)).toMatchObject([
    { 'deployment.kubernetes.io/revision': '2' },
    { 'deployment.kubernetes.io/revision': '3', 'deployment.kubernetes.io/revision-history': '1' },
  ])
  expect(replicaSets(cluster)[1]!.metadata.name).toBe(first)
  expect(get(cluster).metadata.annotations!['deployment.kubernetes.io/revision']).toBe('3')
})

test('Recreate waits for the last old pod', () => {
  const cluster = createTestCluster()
  cluster.start()
  const stop = runPods(cluster)
  apply(cluster, deployment('web', { replicas: 2, strategy: { type: 'Recreate' } }))
  stop()
  setImage(cluster, 'web', 'nginx:1.28')
  cluster.clock.settle()
  expect(replicaSets(cluster)).toHaveLength(1)
  expect(cluster.client.list('Pod').filter(({ metadata }) => metadata.deletionTimestamp !== undefined)).toHaveLength(2)
  runPods(cluster)
  cluster.clock.settle()
  const pods = cluster.client.list('Pod')
  expect(pods.map((pod) => pod.spec.containers[0]!.image)).toEqual(['nginx:1.28', 'nginx:1.28'])
  expect(get(cluster).status).toMatchObject({ replicas: 2, updatedReplicas: 2, availableReplicas: 2 })
})

test('a rollout without progress times out after progressDeadlineSeconds, and recovers', () => {
  const cluster = createTestCluster()
  // The nodes of these pods do not exist.
  cluster.start('--controllers=*,-pod-garbage-collector-controller')
  let healthy = false
  runPods(cluster, { ready: () => healthy })
  apply(cluster, deployment('web', { replicas: 1, progressDeadlineSeconds: 60 }))
  const progressing = () => findCondition(get(cluster).status!.conditions, 'Progressing')!
  expect(progressing()).toMatchObject({ status: 'True', reason: 'ReplicaSetUpdated' })
  cluster.clock.advance(60_000)
  expect(progressing().status).toBe('True')
  cluster.clock.advance(1_000)
  expect(progressing()).toMatchObject({
    status: 'False',
    reason: 'ProgressDeadlineExceeded',
    message: `ReplicaSet "${replicaSets(cluster)[0]!.metadata.name}" has timed out progressing.`,
  })
  healthy = true
  runPods(cluster)
  cluster.clock.settle()
  expect(progressing()).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' })
})

test('pausing holds a template change back; scaling still works', () => {
  const cluster = createTestCluster()
  cluster.start()
  runPods(cluster)
  apply(cluster, deployment('web'))
  const patch = (spec: Partial<Deployment['spec']>) => {
    made(cluster.client.update('Deployment', 'web', 'default', (d) => ({ ...d, spec: { ...d.spec, ...spec } })))
    cluster.clock.settle()
  }
  patch({ paused: true })
  setImage(cluster, 'web', 'nginx:1.28')
  cluster.clock.settle()
  expect(replicaSets(cluster)).toHaveLength(1)
  expect(findCondition(get(cluster).status!.conditions, 'Progressing')).toMatchObject({
    status: 'Unknown',
    reason: 'DeploymentPaused',
    message: 'Deployment is paused',
  })
  patch({ replicas: 5 })
  expect(replicaSets(cluster)[0]!.spec.replicas).toBe(5)
  patch({ paused: false })
  expect(replicaSets(cluster).map(({ spec }) => spec.replicas)).toEqual([0, 5])
})

test('only revisionHistoryLimit old ReplicaSets stay', () => {
  const cluster = createTestCluster()
  cluster.start()
  runPods(cluster)
  apply(cluster, deployment('web', { replicas: 1, revisionHistoryLimit: 2 }))
  for (let version = 28; version < 33; version++) {
    setImage(cluster, 'web', `nginx:1.${version}`)
    cluster.clock.settle()
  }
  expect(
    replicaSets(cluster).map(({ metadata }) => metadata.annotations!['deployment.kubernetes.io/revision']),
  ).toEqual(['4', '5', '6'])
})

test('scaling in the middle of a rollout spreads the new replicas over both ReplicaSets', () => {
  const cluster = createTestCluster()
  cluster.start()
  runPods(cluster, { ready: (pod) => pod.spec.containers[0]!.image === 'nginx:1.27' })
  apply(
    cluster,
    deployment('web', {
      replicas: 10,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } },
    }),
  )
  setImage(cluster, 'web', 'nginx:broken')
  cluster.clock.settle()
  expect(replicaSets(cluster).map(({ spec }) => spec.replicas)).toEqual([8, 5])
  made(cluster.client.update('Deployment', 'web', 'default', (d) => ({ ...d, spec: { ...d.spec, replicas: 15 } })))
  cluster.clock.settle()
  // The example of the documentation: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#proportional-scaling
  expect(replicaSets(cluster).map(({ spec }) => spec.replicas)).toEqual([11, 7])

  const sizes: number[] = []
  const { uid } = replicaSets(cluster)[0]!.metadata
  cluster.client.watch('ReplicaSet', {}, ({ object }) => {
    if (object.metadata.uid === uid) sizes.push(object.spec.replicas!)
  })
  made(cluster.client.update('Deployment', 'web', 'default', (d) => ({ ...d, spec: { ...d.spec, replicas: 6 } })))
  cluster.clock.settle()
  // While its status still tells of the 11, nothing that serves nobody is looked for among the 5.
  expect(sizes.filter((size, at) => size !== sizes[at - 1])).toEqual([11, 5, 4])
})

test('who changes the minReadySeconds of its ReplicaSet gets it back', () => {
  const cluster = createTestCluster()
  cluster.start()
  runPods(cluster)
  apply(cluster, deployment('web'))
  const { name } = replicaSets(cluster)[0]!.metadata
  made(cluster.client.update('ReplicaSet', name, 'default', (r) => ({ ...r, spec: { ...r.spec, minReadySeconds: 7 } })))
  cluster.clock.settle()
  expect(replicaSets(cluster)[0]!.spec.minReadySeconds).toBeUndefined()
})

test('a refused ReplicaSet is reported and tried again', () => {
  const cluster = createTestCluster()
  cluster.start()
  runPods(cluster)
  cluster.server.refuse = (verb, object) =>
    verb === 'create' && object.kind === 'ReplicaSet'
      ? { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Forbidden', message: 'exceeded quota' }
      : undefined
  apply(cluster, deployment('web'))
  expect(findCondition(get(cluster).status!.conditions, 'Progressing')).toMatchObject({
    status: 'False',
    reason: 'ReplicaSetCreateError',
    message: expect.stringMatching(/^Failed to create new replica set "web-\w+": exceeded quota$/),
  })
  cluster.server.refuse = () => undefined
  cluster.clock.advance(60_000)
  expect(get(cluster).status!.availableReplicas).toBe(3)
})

/** As recorded of kube-controller-manager v1.36: a pass does not look again at what it has written. */
describe('what a Deployment goes through', () => {
  function written(cluster: TestCluster): () => string[] {
    const seen: string[] = []
    cluster.client.watch('Deployment', {}, ({ object: { metadata, status = {} } }) => {
      const revision = metadata.annotations?.['deployment.kubernetes.io/revision'] ?? '-'
      const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, unavailableReplicas = 0 } = status
      const reason = findCondition(status.conditions, 'Progressing')?.reason
      seen.push(`r${revision} g${observedGeneration} ${replicas}/${updatedReplicas}-${unavailableReplicas} ${reason}`)
    })
    cluster.clock.settle()
    return () => seen.splice(0)
  }
  function begin(spec: Partial<Deployment['spec']> = {}): [TestCluster, () => string[]] {
    const cluster = createTestCluster()
    cluster.start('--controllers=deployment-controller,replicaset-controller')
    runPods(cluster)
    apply(cluster, deployment('web', { replicas: 2, ...spec }))
    const seen = written(cluster)
    seen()
    return [cluster, seen]
  }
  const patch = (cluster: TestCluster, spec: Partial<Deployment['spec']>) => {
    made(cluster.client.update('Deployment', 'web', 'default', (d) => ({ ...d, spec: { ...d.spec, ...spec } })))
    cluster.clock.settle()
  }

  test('scaled: the status first says that it was seen, and counts what was there', () => {
    const [cluster, seen] = begin()
    patch(cluster, { replicas: 3 })
    expect(seen().slice(0, 3)).toEqual([
      'r1 g1 2/2-0 NewReplicaSetAvailable',
      'r1 g2 2/2-0 NewReplicaSetAvailable',
      'r1 g2 2/2-1 NewReplicaSetAvailable',
    ])
  })

  test('robbed of a pod: that there is one less is seen before there is another', () => {
    const [cluster, seen] = begin()
    const [pod] = cluster.client.list('Pod', { namespace: 'default' })
    const gone = { propagationPolicy: 'Background', gracePeriodSeconds: 0 } as const
    made(cluster.client.delete('Pod', pod!.metadata.name, 'default', gone))
    cluster.clock.settle()
    expect(seen()).toEqual(['r1 g1 1/1-1 NewReplicaSetAvailable', 'r1 g1 2/2-0 NewReplicaSetAvailable'])
  })

  test('rolled back: the revision first, then the counts', () => {
    const [cluster, seen] = begin()
    setImage(cluster, 'web', 'nginx:1.28')
    cluster.clock.settle()
    seen()
    setImage(cluster, 'web', 'nginx:1.27')
    cluster.clock.settle()
    expect(seen().slice(0, 3)).toEqual([
      'r2 g2 2/2-0 NewReplicaSetAvailable',
      'r3 g2 2/2-0 NewReplicaSetAvailable',
      'r3 g3 2/0-1 NewReplicaSetAvailable',
    ])
  })

  test('resumed with a new template: the pass that makes the ReplicaSet cannot write that it did', () => {
    const [cluster, seen] = begin({ paused: true })
    patch(cluster, { paused: false })
    const all = seen()
    expect(all.slice(0, 3)).toEqual([
      'r- g1 0/0-0 DeploymentPaused',
      'r- g1 0/0-0 DeploymentResumed',
      'r1 g1 0/0-0 DeploymentResumed',
    ])
    expect(all.some((each) => each.endsWith('NewReplicaSetCreated'))).toBe(false)
  })
})
