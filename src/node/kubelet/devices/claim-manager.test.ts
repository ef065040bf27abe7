import { expect, test } from 'vitest'
import type { ResourceClaim } from '../../../api/types.ts'
import { REGISTRATION_DIRECTORY } from '../../csi/sockets.ts'
import { writeDraOffer } from '../../plugin-socket.ts'
import { aPod, TestNode } from '../node.test-kit.ts'

const DRIVER = 'gpu.example.com'
const SOCKET = '/var/lib/kubelet/plugins/gpu.example.com/dra.sock'

function register(node: TestNode): void {
  const env = { GPU_DEVICE_0: 'gpu-0', CLAIM: '$CLAIM' }
  node.files.write(SOCKET, writeDraOffer({ driver: DRIVER, devices: { 'gpu-0': { env, health: 'Healthy' } } }))
  const info = { type: 'DRAPlugin', name: DRIVER, endpoint: SOCKET }
  node.files.write(`${REGISTRATION_DIRECTORY}/${DRIVER}-reg.sock`, JSON.stringify(info))
}

const claim = (
  reservedFor: NonNullable<ResourceClaim['status']>['reservedFor'] = [],
  device = 'gpu-0',
): ResourceClaim => ({
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceClaim',
  metadata: { name: 'mine', namespace: 'default', uid: 'claim-uid' },
  spec: {},
  status: {
    allocation: { devices: { results: [{ request: 'gpu', driver: DRIVER, pool: 'worker-1', device }] } },
    reservedFor,
  },
})

const user = () =>
  aPod(
    'train',
    'pause',
    { resourceClaims: [{ name: 'gpu', resourceClaimName: 'mine' }] },
    { resources: { claims: [{ name: 'gpu' }] } },
  )

/** A pod that uses the claim `mine`, which is its own. */
function withPod(node: TestNode, device?: string): TestNode {
  node.create(user())
  const { uid = '' } = node.pod('train')!.metadata
  return node.create(claim([{ resource: 'pods', name: 'train', uid }], device))
}

const PREFIX =
  'train Warning FailedPrepareDynamicResources Failed to prepare dynamic resources: prepare dynamic resources:'

test('a container sees the devices of its claims, and its status their health', () => {
  const node = new TestNode().start()
  register(node)
  withPod(node).clock.advance(10_000)
  expect(node.state('train')).toBe('running')
  const own = [...node.runtime.containers()].at(-1)
  expect(own?.config.env).toMatchObject({
    GPU_DEVICE_0: 'gpu-0',
    CLAIM: node.client.get('ResourceClaim', 'mine', 'default')!.metadata.uid,
  })
  expect(node.pod('train')?.status?.containerStatuses?.[0]?.allocatedResourcesStatus).toMatchObject([
    { name: 'claim:gpu', resources: [{ health: 'Healthy' }] },
  ])
})

test.each<[string, (node: TestNode) => unknown, string]>([
  ['its driver is not there', (node) => withPod(node), `DRA driver ${DRIVER} is not registered`],
  [
    'the driver does not know the device',
    (node) => {
      register(node)
      withPod(node, 'gpu-9')
    },
    'NodePrepareResources failed for ResourceClaim mine: requested device is not allocatable: gpu-9',
  ],
])('a pod waits while %s', (_, prepare, message) => {
  const node = new TestNode().start()
  prepare(node)
  node.clock.advance(5_000)
  expect(node.state('train')).toBe('waiting/ContainerCreating')
  expect(node.events).toContain(`${PREFIX} ${message}`)
})

test('a claim that is reserved for others is not to be used', () => {
  const node = new TestNode().start()
  register(node)
  node.create(user()).create(claim())
  node.clock.advance(5_000)
  expect(
    node.events.some(
      (event) =>
        event.startsWith(`${PREFIX} pod train (`) && event.includes('is not allowed to use ResourceClaim mine ('),
    ),
  ).toBe(true)
})
