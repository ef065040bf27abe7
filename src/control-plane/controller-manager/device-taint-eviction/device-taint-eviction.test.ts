import { expect, test } from 'vitest'
import { rfc3339 } from '../../../api/time.ts'
import type { Pod, ResourceClaim, ResourceSlice } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, podSpec } from '../testing/harness.ts'

type Toleration = { key: string; operator: string; effect: string; tolerationSeconds?: number }

const slice = (timeAdded?: string): ResourceSlice => ({
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceSlice',
  metadata: { name: 'node-1-gpu' },
  spec: {
    driver: 'gpu.example.com',
    nodeName: 'node-1',
    pool: { name: 'node-1', generation: 1, resourceSliceCount: 1 },
    devices: [
      {
        name: 'gpu-0',
        ...(timeAdded && { taints: [{ key: 'gpu.example.com/broken', effect: 'NoExecute', timeAdded }] }),
      },
    ],
  },
})

function start(...tolerations: Toleration[]) {
  const cluster = createTestCluster()
  const { client, clock } = cluster
  cluster.start('--controllers=device-taint-eviction-controller')
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'train', namespace: 'default' },
    spec: { ...podSpec(), nodeName: 'node-1', resourceClaims: [{ name: 'a', resourceClaimName: 'mine' }] },
    status: { phase: 'Running' },
  }
  const { metadata } = made(client.create(pod))
  const result = { request: 'r', driver: 'gpu.example.com', pool: 'node-1', device: 'gpu-0', tolerations }
  const claim: ResourceClaim = {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: { name: 'mine', namespace: 'default' },
    spec: {},
    status: {
      allocation: { devices: { results: [result] } },
      reservedFor: [{ resource: 'pods', name: 'train', uid: metadata.uid! }],
    },
  }
  made(client.create(claim))
  made(client.create(slice()))
  clock.settle()
  return cluster
}
type Cluster = ReturnType<typeof start>
const taint = ({ client, clock }: Cluster, is = true) => {
  made(
    client.update('ResourceSlice', 'node-1-gpu', undefined, (now) => ({
      ...now,
      spec: slice(is ? rfc3339(clock.now()) : undefined).spec,
    })),
  )
  clock.settle()
}
const isLeaving = ({ client }: Cluster) =>
  client.get('Pod', 'train', 'default')!.metadata.deletionTimestamp !== undefined

test('a pod leaves a device that is tainted', () => {
  const cluster = start()
  expect(isLeaving(cluster)).toBe(false)
  taint(cluster)
  expect(isLeaving(cluster)).toBe(true)
  expect(cluster.messages('DeviceTaintManagerEviction')).toEqual(['Marking for deletion'])
  expect(cluster.client.get('Pod', 'train', 'default')!.status!.conditions).toMatchObject([
    { type: 'DisruptionTarget', reason: 'DeletionByDeviceTaintManager' },
  ])
})

test('it bears the taint as long as its claim tolerates it', () => {
  const forGood = start({ key: 'gpu.example.com/broken', operator: 'Exists', effect: 'NoExecute' })
  taint(forGood)
  forGood.clock.advance(3_600_000)
  expect(isLeaving(forGood)).toBe(false)
  const aWhile = start({
    key: 'gpu.example.com/broken',
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 30,
  })
  taint(aWhile)
  aWhile.clock.advance(29_000)
  expect(isLeaving(aWhile)).toBe(false)
  aWhile.clock.advance(1_000)
  expect(isLeaving(aWhile)).toBe(true)
})

test('a taint that goes in time takes nobody with it', () => {
  const cluster = start({
    key: 'gpu.example.com/broken',
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 30,
  })
  taint(cluster)
  cluster.clock.advance(10_000)
  taint(cluster, false)
  cluster.clock.advance(60_000)
  expect(isLeaving(cluster)).toBe(false)
  expect(cluster.messages('DeviceTaintManagerEviction')).toEqual(['Cancelling deletion'])
})
