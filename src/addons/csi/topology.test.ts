import { describe, expect, test } from 'vitest'
import type { CSINode, Node, StorageClass } from '../../api/types.ts'
import type { Client } from '../../client/contract.ts'
import type { ProvisionOptions } from '../external-provisioner/contract.ts'
import { topologiesFor } from './topology.ts'

const ZONE = 'topology.example.com/zone'

const node = (name: string, zone: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { [ZONE]: zone } },
  spec: {},
})
const csiNode = (name: string, topologyKeys: readonly string[] = [ZONE]): CSINode => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSINode',
  metadata: { name },
  spec: { drivers: [{ name: 'disk', nodeID: name, topologyKeys }] },
})

/** Reads from a few objects. */
function reader(...objects: readonly (Node | CSINode)[]): Pick<Client, 'get' | 'list'> {
  const of = (kind: string) => objects.filter((object) => object.kind === kind)
  return {
    get: (kind, name) => of(kind).find(({ metadata }) => metadata.name === name) as never,
    list: (kind) => of(kind) as never,
  }
}

const options = (claim: string, selectedNode?: string, more: Partial<StorageClass> = {}): ProvisionOptions => ({
  storageClass: {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'disk' },
    provisioner: 'disk',
    ...more,
  },
  volumeName: 'pvc-1',
  claim: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: claim }, spec: {} },
  selectedNode,
})

const cluster = reader(node('a', 'z1'), node('b', 'z2'), csiNode('a'), csiNode('b'))
const zones = (found: ReturnType<typeof topologiesFor>) =>
  typeof found === 'string' ? found : found.map((segments) => segments[ZONE])

describe('with a node that the scheduler has chosen', () => {
  test('a volume is made in its place', () => {
    expect(zones(topologiesFor(cluster, options('data', 'b'), 'disk'))).toEqual(['z2'])
  })

  test.each([
    ['c', 'error getting CSINode for selected node "c": csinode.storage.k8s.io "c" not found'],
    ['d', 'no topology key found on CSINode d'],
  ])('%s, where the driver is not, none is', (selected, why) => {
    const known = reader(node('d', 'z1'), csiNode('d', []))
    expect(topologiesFor(known, options('data', selected), 'disk')).toBe(why)
  })

  test('outside the topologies that the class allows none is', () => {
    const allowed = { allowedTopologies: [{ matchLabelExpressions: [{ key: ZONE, values: ['z1'] }] }] }
    expect(topologiesFor(cluster, options('data', 'b', allowed), 'disk')).toMatch(/is not in allowed topologies/)
  })
})

describe('at once', () => {
  test('volumes of a StatefulSet are spread over the places', () => {
    const first = ['web-0', 'web-1', 'web-2'].map((claim) => zones(topologiesFor(cluster, options(claim), 'disk'))[0])
    expect(new Set(first.slice(0, 2)).size).toBe(2)
    expect(first[2]).toBe(first[0])
  })
})
