import { expect, test } from 'vitest'
import type { Pod, ResourceClaimTemplate } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, podSpec } from '../testing/harness.ts'

const template: ResourceClaimTemplate = {
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceClaimTemplate',
  metadata: { name: 'gpu', namespace: 'default' },
  spec: {
    metadata: { labels: { tier: 'fast' } },
    spec: { devices: { requests: [{ name: 'one', exactly: { deviceClassName: 'gpu' } }] } },
  },
}

const pod = (name: string, nodeName?: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: {
    ...podSpec(),
    ...(nodeName !== undefined && { nodeName }),
    resourceClaims: [{ name: 'accelerator', resourceClaimTemplateName: 'gpu' }],
  },
  status: { phase: 'Pending' },
})

function start() {
  const cluster = createTestCluster()
  cluster.start('--controllers=resourceclaim-controller')
  return cluster
}

test('a pod gets a claim of its own, made from the template', () => {
  const { client, clock } = start()
  made(client.create(template))
  made(client.create(pod('train')))
  clock.settle()
  const [claim] = client.list('ResourceClaim')
  expect(claim).toMatchObject({
    metadata: {
      name: expect.stringMatching(/^train-accelerator-.{5}$/),
      labels: { tier: 'fast' },
      annotations: { 'resource.kubernetes.io/pod-claim-name': 'accelerator' },
      ownerReferences: [{ kind: 'Pod', name: 'train', controller: true }],
    },
    spec: template.spec.spec,
  })
  expect(client.get('Pod', 'train', 'default')!.status!.resourceClaimStatuses).toEqual([
    { name: 'accelerator', resourceClaimName: claim!.metadata.name },
  ])
})

test('without the template it says so, and goes on once there is one', () => {
  const { client, clock, messages } = start()
  made(client.create(pod('train')))
  clock.settle()
  expect(messages('FailedResourceClaimCreation')).toEqual([
    'PodResourceClaim accelerator: resource claim template "gpu": resourceclaimtemplate.resource.k8s.io "gpu" not found',
  ])
  made(client.create(template))
  clock.settle()
  expect(client.list('ResourceClaim')).toHaveLength(1)
})

test('when its pod is done the claim is freed, and goes', () => {
  const { client, clock } = start()
  made(client.create(template))
  const { metadata } = made(client.create(pod('train', 'node-1')))
  clock.settle()
  const [claim] = client.list('ResourceClaim')
  const finalizers = ['resource.kubernetes.io/delete-protection']
  const allocation = { devices: { results: [{ request: 'one', driver: 'd', pool: 'p', device: '0' }] } }
  const { name } = claim!.metadata
  made(
    client.update('ResourceClaim', name, 'default', (now) => ({ ...now, metadata: { ...now.metadata, finalizers } })),
  )
  made(client.updateStatus('ResourceClaim', name, 'default', (now) => ({ ...now, status: { allocation } })))
  clock.settle()
  // The pod has a node without the scheduler's help: the claim is reserved for it here.
  expect(client.get('ResourceClaim', name, 'default')!.status!.reservedFor).toEqual([
    { resource: 'pods', name: 'train', uid: metadata.uid },
  ])
  client.updateStatus('Pod', 'train', 'default', (now) => ({ ...now, status: { ...now.status, phase: 'Succeeded' } }))
  clock.settle()
  expect(client.list('ResourceClaim')).toEqual([])
})
