import { describe, expect, test } from 'vitest'
import { createNetwork } from '../network/index.ts'
import { VirtualClock } from '../sim/clock.ts'
import { Random } from '../sim/random.ts'
import type { Quotas } from './contract.ts'
import { type Instance, isCloudError } from './contract.ts'
import { createCloud } from './index.ts'

function cloudOf(quotas: Partial<Quotas> = {}) {
  const clock = new VirtualClock()
  const cloud = createCloud({
    world: { clock, trace: { add() {} } },
    network: createNetwork(),
    random: new Random(1),
    quotas,
  })
  const machine = (name: string, zone = 'region-1a') => {
    const made = cloud.instances.create({ name, zone, type: 'standard-2', privateIP: '192.168.64.10' })
    if (isCloudError(made)) throw new Error(made.error)
    return made
  }
  const disk = (name: string, zone = 'region-1a', sizeGiB = 10) => {
    const made = cloud.disks.create({ name, zone, sizeGiB })
    if (isCloudError(made)) throw new Error(made.error)
    return made.id
  }
  return { clock, cloud, machine, disk }
}

describe('a disk', () => {
  test('is created, attached to a machine of its zone, detached and deleted, each taking its time', () => {
    const { clock, cloud, machine, disk } = cloudOf()
    const { id: instance } = machine('worker-1')
    const id = disk('data')
    expect(cloud.disks.get(id)?.state).toBe('creating')
    clock.advance(20_000)
    expect(cloud.disks.get(id)?.state).toBe('available')
    expect(cloud.disks.attach(id, instance)).toEqual({ instance, device: '/dev/xvdba', state: 'attaching' })
    expect(cloud.disks.attach(id, instance)).toMatchObject({ state: 'attaching' })
    clock.advance(2000)
    expect(cloud.disks.get(id)).toMatchObject({ state: 'in-use', attachments: [{ instance, state: 'attached' }] })
    expect(cloud.disks.delete(id)).toMatchObject({ code: 'InUse' })
    expect(cloud.disks.detach(id, instance)).toBeUndefined()
    expect(cloud.disks.get(id)?.attachments[0]?.state).toBe('detaching')
    clock.advance(5000)
    expect(cloud.disks.get(id)).toMatchObject({ state: 'available', attachments: [] })
    expect(cloud.disks.delete(id)).toBeUndefined()
    clock.advance(1000)
    expect(cloud.disks.get(id)).toBeUndefined()
    expect(cloud.disks.byName('data')).toBeUndefined()
  })

  test('is not attached in another zone, to a second machine, or beyond the limit of a machine', () => {
    const { clock, cloud, machine, disk } = cloudOf({ disksPerInstance: 1 })
    const [a, b, far] = [machine('a').id, machine('b').id, machine('far', 'region-1b').id]
    const [first, second] = [disk('first'), disk('second')]
    clock.advance(20_000)
    expect(cloud.disks.attach(first, far)).toMatchObject({ code: 'ZoneMismatch' })
    cloud.disks.attach(first, a)
    expect(cloud.disks.attach(first, b)).toMatchObject({ code: 'InUse' })
    expect(cloud.disks.attach(second, a)).toMatchObject({ code: 'LimitExceeded' })
    expect(cloud.disks.attach(second, 'i-nowhere')).toMatchObject({ code: 'NotFound' })
  })

  test('grows in time and never shrinks; what is asked twice is done once', () => {
    const { clock, cloud, disk } = cloudOf()
    const id = disk('data')
    clock.advance(2000)
    expect(cloud.disks.resize(id, 5)).toMatchObject({ code: 'InvalidParameter' })
    expect(cloud.disks.resize(id, 20)).toMatchObject({ sizeGiB: 10, growingToGiB: 20 })
    expect(cloud.disks.resize(id, 20)).toMatchObject({ growingToGiB: 20 })
    clock.advance(5000)
    expect(cloud.disks.get(id)?.sizeGiB).toBe(20)
    expect(cloud.disks.get(id)?.growingToGiB).toBeUndefined()
    expect(disk('data', 'region-1a', 20)).toBe(id)
    expect(cloud.disks.create({ name: 'data', zone: 'region-1a', sizeGiB: 21 })).toMatchObject({
      code: 'AlreadyExists',
    })
  })

  test('is made of a snapshot with what the disk held then', () => {
    const { clock, cloud, disk } = cloudOf()
    const id = disk('data')
    clock.advance(2000)
    cloud.disks.setContent(id, { 'a.txt': 'one' })
    const snapshot = cloud.disks.createSnapshot({ name: 'backup', disk: id })
    cloud.disks.setContent(id, { 'a.txt': 'two' })
    const copy = { name: 'copy', zone: 'region-1b', sizeGiB: 10, snapshot: (snapshot as { id: string }).id }
    expect(cloud.disks.create(copy)).toMatchObject({ code: 'IncorrectState' })
    clock.advance(10_000)
    expect(cloud.disks.snapshot('backup')?.state).toBe('completed')
    const made = cloud.disks.create(copy) as { id: string }
    expect(cloud.disks.content(made.id)).toEqual({ 'a.txt': 'one' })
    expect(cloud.disks.deleteSnapshot(copy.snapshot)).toBeUndefined()
    expect(cloud.disks.snapshots()).toEqual([])
  })

  test('is let go of when its machine is terminated, and kept when it is stopped', () => {
    const { clock, cloud, machine, disk } = cloudOf()
    const { id: instance } = machine('worker-1')
    const id = disk('data')
    clock.advance(20_000)
    cloud.disks.attach(id, instance)
    clock.advance(2000)
    cloud.instances.stop(instance)
    clock.advance(30_000)
    expect(cloud.instances.get(instance)?.state).toBe('stopped')
    expect(cloud.disks.get(id)?.state).toBe('in-use')
    cloud.instances.terminate(instance)
    clock.advance(20_000)
    expect(cloud.instances.get(instance)?.state).toBe('terminated')
    expect(cloud.instances.byName('worker-1')).toBeUndefined()
    expect(cloud.disks.get(id)).toMatchObject({ state: 'available', attachments: [] })
  })
})

describe('calls fail', () => {
  test('by quota', () => {
    const { cloud } = cloudOf({ disks: 1, diskGiB: 100 })
    expect(cloud.disks.create({ name: 'big', zone: 'region-1a', sizeGiB: 101 })).toEqual({
      code: 'QuotaExceeded',
      error: "QuotaExceeded: the account's quota of GiB of disks in this region is 100",
    })
    cloud.disks.create({ name: 'one', zone: 'region-1a', sizeGiB: 1 })
    expect(cloud.disks.create({ name: 'two', zone: 'region-1a', sizeGiB: 1 })).toMatchObject({ code: 'QuotaExceeded' })
    cloud.setQuota('disks', 2)
    expect(cloud.disks.create({ name: 'two', zone: 'region-1a', sizeGiB: 1 })).toMatchObject({ name: 'two' })
  })

  test('by an injected fault: of one call, about one thing, so many times or until it ends', () => {
    const { cloud, machine } = cloudOf()
    const { id } = machine('worker-1') as Instance
    cloud.inject({ operation: 'DescribeInstance', about: 'worker-1', times: 1 })
    expect(cloud.instances.describe(id)).toMatchObject({ code: 'Unavailable' })
    expect(cloud.instances.describe(id)).toMatchObject({ name: 'worker-1' })
    const end = cloud.inject({ code: 'IncorrectState', message: 'maintenance' })
    expect(cloud.instances.stop(id)).toEqual({ code: 'IncorrectState', error: 'IncorrectState: maintenance' })
    end()
    expect(cloud.instances.describe(id)).toMatchObject({ id })
  })
})
