import { describe, expect, test } from 'vitest'
import { createTestCloud, nodeOf } from '../testing/harness.ts'

const SHUTDOWN = { key: 'node.cloudprovider.kubernetes.io/shutdown', effect: 'NoSchedule' }

function cluster() {
  const test = createTestCloud()
  const { id, zone } = test.machine('node0')
  test.client.create(nodeOf('node0', { providerID: `kubedrill://${zone}/${id}` }))
  test.start(['--controllers=cloud-node-lifecycle'])
  return { ...test, id }
}

// Source: k8s.io/cloud-provider/controllers/nodelifecycle/node_lifecycle_controller_test.go
describe('a node that is not ready', () => {
  test.each(['False', 'Unknown'] as const)('is deleted at the next pass when its machine is gone (%s)', (status) => {
    const { clock, cloud, id, node, ready, told } = cluster()
    cloud.instances.terminate(id)
    clock.advance(60_000)
    expect(node('node0')).toBeDefined()
    ready('node0', status)
    clock.advance(5000)
    expect(node('node0')).toBeUndefined()
    expect(told()).toEqual(['Normal DeletingNode Deleting node node0 because it does not exist in the cloud provider'])
    expect(clock.nextDue()).toBeUndefined()
  })

  test('stays while its machine is there, and is deleted once it goes', () => {
    const { clock, cloud, id, node, ready } = cluster()
    ready('node0', 'Unknown')
    clock.advance(5000)
    // Nothing to see any more until the cloud or the node changes.
    expect(clock.nextDue()).toBeUndefined()
    cloud.instances.terminate(id)
    clock.advance(20_000)
    expect(node('node0')).toBeDefined()
    clock.advance(5000)
    expect(node('node0')).toBeUndefined()
  })

  test('is tainted while its machine is switched off, and is not once it is ready again', () => {
    const { clock, cloud, id, node, ready } = cluster()
    cloud.instances.stop(id)
    clock.advance(30_000)
    expect(node('node0')?.spec?.taints).toBeUndefined()
    ready('node0', 'False')
    clock.advance(5000)
    expect(node('node0')?.spec?.taints).toEqual([SHUTDOWN])
    cloud.instances.start(id)
    clock.advance(60_000)
    expect(node('node0')?.spec?.taints).toEqual([SHUTDOWN])
    ready('node0', 'True')
    clock.advance(5000)
    expect(node('node0')?.spec?.taints).toBeUndefined()
    expect(clock.nextDue()).toBeUndefined()
  })

  test('is not deleted while the cloud does not answer: it is asked again at every pass', () => {
    const { clock, cloud, id, node, ready, log } = cluster()
    cloud.instances.terminate(id)
    clock.advance(30_000)
    const heal = cloud.inject({ operation: 'DescribeInstance', message: 'try again later' })
    ready('node0', 'Unknown')
    clock.advance(20_000)
    expect(node('node0')).toBeDefined()
    expect(log).toHaveLength(4)
    expect(log[0]).toBe(
      'E node_lifecycle_controller.go:157] error checking if node node0 exists: Unavailable: try again later',
    )
    heal()
    clock.advance(5000)
    expect(node('node0')).toBeUndefined()
  })

  test('of which the deletion is refused says so in an event', () => {
    const { clock, cloud, id, node, ready, server, told } = cluster()
    cloud.instances.terminate(id)
    server.refuse = (verb) =>
      verb === 'delete' ? ({ kind: 'Status', status: 'Failure', message: 'no', code: 403 } as never) : undefined
    ready('node0', 'False')
    clock.advance(25_000)
    expect(node('node0')).toBeDefined()
    expect(told()).toContain('Warning DeletingNodeFailed Failed deleting node node0: no')
    server.refuse = () => undefined
    clock.advance(5000)
    expect(node('node0')).toBeUndefined()
  })
})
