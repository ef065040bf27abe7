import { describe, expect, test } from 'vitest'
import type { DaemonSet, Node, Taint } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, node, podSpec, runPods, type TestCluster } from '../testing/harness.ts'
import { FailedPodsBackOff } from './failed-pods.ts'
import { targetNode } from './template.ts'

const ONLY = '--controllers=daemonset-controller'

function daemonSet(spec: Partial<DaemonSet['spec']> = {}): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'proxy', namespace: 'kube-system' },
    spec: {
      selector: { matchLabels: { app: 'proxy' } },
      template: { metadata: { labels: { app: 'proxy' } } as never, spec: podSpec('proxy:1') },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      revisionHistoryLimit: 10,
      ...spec,
    },
    status: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
  }
}

function withNode(
  { client, clock }: TestCluster,
  name: string,
  labels: Record<string, string> = {},
  taints: Taint[] = [],
): void {
  const each: Node = { ...node(name), metadata: { name, labels }, spec: { taints } }
  made(client.create(each))
  clock.settle()
}

function start(spec: Partial<DaemonSet['spec']> = {}): TestCluster {
  const cluster = createTestCluster()
  cluster.start(ONLY)
  for (const name of ['n1', 'n2', 'n3']) withNode(cluster, name)
  made(cluster.client.create(daemonSet(spec)))
  cluster.clock.settle()
  return cluster
}

/** A scheduler and kubelets, as small as can be. */
function schedule(cluster: TestCluster): () => void {
  const client = cluster.server.client('scheduler')
  const stop = client.watch('Pod', {}, ({ type, object: pod }) => {
    if (type === 'DELETED' || pod.spec.nodeName !== undefined) return
    const { name, namespace } = pod.metadata
    client.update('Pod', name, namespace, (now) => ({ ...now, spec: { ...now.spec, nodeName: targetNode(now)! } }))
  })
  const stopPods = runPods(cluster)
  cluster.clock.settle()
  return () => {
    stop()
    stopPods()
  }
}

const nodesOf = ({ client }: TestCluster) => client.list('Pod').map(targetNode).sort()
const status = ({ client }: TestCluster) => client.get('DaemonSet', 'proxy', 'kube-system')!.status!

test('one pod a node, bound by affinity to its name, with tolerations and revision', () => {
  const cluster = start()
  expect(nodesOf(cluster)).toEqual(['n1', 'n2', 'n3'])
  const pod = cluster.client.list('Pod')[0]!
  const [revision] = cluster.client.list('ControllerRevision')
  expect(pod.metadata.labels!['controller-revision-hash']).toBe(revision!.metadata.labels!['controller-revision-hash'])
  expect(pod.spec.tolerations!.map(({ key, effect }) => `${key!.slice(19)}:${effect}`)).toEqual([
    'not-ready:NoExecute',
    'unreachable:NoExecute',
    'disk-pressure:NoSchedule',
    'memory-pressure:NoSchedule',
    'pid-pressure:NoSchedule',
    'unschedulable:NoSchedule',
  ])
  schedule(cluster)
  expect(status(cluster)).toMatchObject({
    desiredNumberScheduled: 3,
    currentNumberScheduled: 3,
    numberReady: 3,
    numberAvailable: 3,
    updatedNumberScheduled: 3,
    numberMisscheduled: 0,
    observedGeneration: 1,
  })
  expect(status(cluster)).not.toHaveProperty('numberUnavailable')
})

describe('which nodes', () => {
  test('a new one too, and a deleted pod comes back', () => {
    const cluster = start()
    withNode(cluster, 'n4')
    expect(nodesOf(cluster)).toEqual(['n1', 'n2', 'n3', 'n4'])
    cluster.client.delete('Pod', cluster.client.list('Pod')[0]!.metadata.name, 'kube-system')
    cluster.clock.settle()
    expect(nodesOf(cluster)).toEqual(['n1', 'n2', 'n3', 'n4'])
  })

  test('only those with the labels, and not those with taints', () => {
    const cluster = createTestCluster()
    cluster.start(ONLY)
    withNode(cluster, 'gpu', { gpu: 'yes' })
    withNode(cluster, 'tainted', { gpu: 'yes' }, [{ key: 'team', value: 'a', effect: 'NoSchedule' }])
    withNode(cluster, 'cordoned', { gpu: 'yes' }, [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }])
    withNode(cluster, 'plain')
    const template = {
      metadata: { labels: { app: 'proxy' } } as never,
      spec: { ...podSpec(), nodeSelector: { gpu: 'yes' } },
    }
    made(cluster.client.create(daemonSet({ template })))
    cluster.clock.settle()
    expect(nodesOf(cluster)).toEqual(['cordoned', 'gpu'])
    const relabel = (name: string, labels: Record<string, string>) =>
      made(cluster.client.update('Node', name, undefined, (now) => ({ ...now, metadata: { ...now.metadata, labels } })))
    relabel('gpu', {})
    relabel('plain', { gpu: 'yes' })
    cluster.clock.settle()
    expect(nodesOf(cluster)).toEqual(['cordoned', 'plain'])
  })
})

test('a rolling update replaces one pod after the other', () => {
  const cluster = start()
  schedule(cluster)
  const unready: number[] = []
  cluster.client.watch('DaemonSet', {}, ({ object }) => unready.push(object.status?.numberUnavailable ?? 0))
  made(
    cluster.client.update('DaemonSet', 'proxy', 'kube-system', (now) => ({
      ...now,
      spec: { ...now.spec, template: { ...now.spec.template, spec: podSpec('proxy:2') } },
    })),
  )
  cluster.clock.settle()
  expect(cluster.client.list('Pod').map((pod) => pod.spec.containers[0]!.image)).toEqual([
    'proxy:2',
    'proxy:2',
    'proxy:2',
  ])
  expect(Math.max(...unready)).toBe(1)
  expect(
    cluster.client
      .list('ControllerRevision')
      .map(({ revision }) => revision)
      .sort(),
  ).toEqual([1, 2])
  expect(status(cluster)).toMatchObject({ updatedNumberScheduled: 3, numberAvailable: 3 })
})

test('with OnDelete a pod is only replaced when somebody deletes it', () => {
  const cluster = start({ updateStrategy: { type: 'OnDelete' } })
  schedule(cluster)
  made(
    cluster.client.update('DaemonSet', 'proxy', 'kube-system', (now) => ({
      ...now,
      spec: { ...now.spec, template: { ...now.spec.template, spec: podSpec('proxy:2') } },
    })),
  )
  cluster.clock.settle()
  const images = () =>
    cluster.client
      .list('Pod')
      .map((pod) => pod.spec.containers[0]!.image)
      .sort()
  expect(images()).toEqual(['proxy:1', 'proxy:1', 'proxy:1'])
  cluster.client.delete('Pod', cluster.client.list('Pod')[0]!.metadata.name, 'kube-system')
  cluster.clock.settle()
  expect(images()).toEqual(['proxy:1', 'proxy:1', 'proxy:2'])
})

test('failed pods are replaced after 1 s, 2 s, 4 s …', () => {
  let now = 0
  const backOff = new FailedPodsBackOff(() => now)
  expect(backOff.next('a')).toBe(0)
  now = 400
  expect(backOff.next('a')).toBe(1000)
  now = 1000
  expect(backOff.next('a')).toBe(0)
  expect(backOff.next('a')).toBe(2000)
})
