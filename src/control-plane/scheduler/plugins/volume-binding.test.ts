import { describe, expect, test } from 'vitest'
import { isFullyBound } from '../../../api/claims.ts'
import { BIND_COMPLETED, SELECTED_NODE } from '../../../api/storage.ts'
import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '../../../api/types.ts'
import { VirtualClock } from '../../../sim/clock.ts'
import { Random } from '../../../sim/random.ts'
import { inTreeRegistry } from '../registry.ts'
import { Scheduler } from '../scheduler.ts'
import { node, pod } from '../testing/builders.ts'
import { FakeClient } from '../testing/fake-client.ts'
import { defaultProfiles } from '../testing/plugins.ts'

const storageClass = (provisioner: string): StorageClass => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'late' },
  provisioner,
  volumeBindingMode: 'WaitForFirstConsumer',
})

const claim = (name: string): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'default' },
  spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'late', resources: { requests: { storage: '1Gi' } } },
  status: { phase: 'Pending' },
})

const volume = (name: string, host: string): PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name },
  spec: {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'late',
    hostPath: { path: '/mnt' },
    nodeAffinity: {
      required: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [host] }] }],
      },
    },
  },
  status: { phase: 'Available' },
})

const user = (name: string, claimName: string): Pod =>
  pod(name, { spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] } })

function world(provisioner: string) {
  const clock = new VirtualClock()
  const client = new FakeClient(clock)
  const events: string[] = []
  new Scheduler({
    client,
    world: { clock, trace: { add: () => undefined } },
    random: new Random(1),
    profiles: defaultProfiles(),
    registry: inTreeRegistry,
    recorder: () => ({
      eventf: (about, _related, _type, reason, _action, note) =>
        events.push(`${about.metadata.name} ${reason} ${note}`),
    }),
  })
  for (const name of ['one', 'two']) client.create(node(name))
  client.create(storageClass(provisioner))
  clock.settle()
  const annotationsOf = (name: string) =>
    client.get('PersistentVolumeClaim', name, 'default')?.metadata.annotations ?? {}
  /** What a provisioner and the volume binder do. */
  const bind = (name: string, volumeName: string) =>
    client.update('PersistentVolumeClaim', name, 'default', (now) => ({
      ...now,
      metadata: { ...now.metadata, annotations: { ...now.metadata.annotations, [BIND_COMPLETED]: 'yes' } },
      spec: { ...now.spec, volumeName },
    }))
  const nodeOf = (name: string) => client.get('Pod', name, 'default')?.spec.nodeName
  return { clock, client, events, annotationsOf, bind, nodeOf }
}

describe('a claim that waits for its first consumer', () => {
  test('is given the node, and the pod is bound at the next look after it is bound', () => {
    const { clock, client, annotationsOf, bind, nodeOf } = world('disks.example.com')
    client.create(claim('data'))
    client.create(user('web', 'data'))
    clock.settle()
    const selected = annotationsOf('data')[SELECTED_NODE]
    expect(['one', 'two']).toContain(selected)
    expect(client.get('Pod', 'web', 'default')?.status?.nominatedNodeName).toBe(selected)
    clock.advance(2500)
    expect(nodeOf('web')).toBeUndefined()
    client.create(volume('disk', selected!))
    bind('data', 'disk')
    clock.advance(499)
    expect(nodeOf('web')).toBeUndefined()
    clock.advance(1)
    expect(nodeOf('web')).toBe(selected)
  })

  test('that is never bound fails the pod after ten minutes', () => {
    const { clock, client, events } = world('disks.example.com')
    client.create(claim('data'))
    client.create(user('web', 'data'))
    clock.advance(599_000)
    expect(events).toEqual([])
    clock.advance(1000)
    expect(events[0]).toBe(
      'web FailedScheduling running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded',
    )
  })

  test('whose provisioner takes the node back is tried elsewhere', () => {
    const { clock, client, events, annotationsOf } = world('disks.example.com')
    client.create(claim('data'))
    client.create(user('web', 'data'))
    clock.settle()
    client.update('PersistentVolumeClaim', 'data', 'default', (now) => ({
      ...now,
      metadata: { ...now.metadata, annotations: { reason: 'no room' } },
    }))
    clock.advance(1000)
    expect(events[0]).toBe(
      'web FailedScheduling running PreBind plugin "VolumeBinding": binding volumes: provisioning failed for PVC "data"',
    )
    clock.advance(10_000)
    expect(annotationsOf('data')[SELECTED_NODE]).toBeDefined()
  })

  test('gets a volume that is there, which then is no other claim’s', () => {
    const { clock, client, nodeOf, bind } = world('kubernetes.io/no-provisioner')
    client.create(volume('disk', 'two'))
    for (const name of ['first', 'second']) client.create(claim(name))
    clock.settle()
    client.create(user('a', 'first'))
    client.create(user('b', 'second'))
    clock.settle()
    expect(client.get('PersistentVolume', 'disk')?.spec.claimRef?.name).toBe('first')
    bind('first', 'disk')
    clock.advance(1000)
    expect(nodeOf('a')).toBe('two')
    expect(isFullyBound(client.get('PersistentVolumeClaim', 'first', 'default')!)).toBe(true)
    expect(nodeOf('b')).toBeUndefined()
    const condition = client.get('Pod', 'b', 'default')?.status?.conditions?.[0]
    expect(condition?.message).toContain("2 node(s) didn't find available persistent volumes to bind")
    client.create(volume('other', 'one'))
    clock.advance(10_000)
    bind('second', 'other')
    clock.advance(1000)
    expect(nodeOf('b')).toBe('one')
  })

  test('is left alone once its pod is gone', () => {
    const { clock, client, nodeOf } = world('disks.example.com')
    client.create(claim('data'))
    client.create(user('web', 'data'))
    clock.settle()
    client.delete('Pod', 'web', 'default')
    clock.advance(700_000)
    expect(nodeOf('web')).toBeUndefined()
  })
})
