import { describe, expect, it, test } from 'vitest'
import type { Node, Taint } from '../../api/types.ts'
import { objectRef } from '../parameter-types.ts'
import { tableOf } from '../step.ts'
import { nodeOf } from '../steps/cluster.ts'
import { castNodes } from './cast.ts'
import { namingNodes } from './local-nodes.ts'

interface Machine {
  readonly labels?: Readonly<Record<string, string>>
  readonly taints?: readonly Taint[]
  readonly cpu?: string
  readonly unschedulable?: boolean
}

const node = (name: string, { labels = {}, taints = [], cpu = '4', unschedulable }: Machine = {}): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels },
  spec: { taints, ...(unschedulable ? { unschedulable } : {}) },
  status: { capacity: { cpu, memory: '8Gi', pods: '110' } },
})
const ROLE = { 'node-role.kubernetes.io/control-plane': '' }
const GPU: Taint = { key: 'gpu', effect: 'NoSchedule' }
const kind = [node('kind-control-plane', { labels: ROLE }), node('kind-worker'), node('kind-worker2')]
const part = (name: string, row: Readonly<Record<string, string>> = {}) => nodeOf({ name, ...row })
const cp = part('cp', { role: 'control-plane' })

function cast(parts: readonly ReturnType<typeof part>[] | undefined, there: readonly Node[]) {
  const found = castNodes(parts && { nodes: parts }, there)
  return typeof found === 'string' ? found : { ...found, names: Object.fromEntries(found.names) }
}

describe("a cluster's nodes play those of a scenario", () => {
  it('by their roles, where nothing is said of them', () => {
    const names = { 'cp-1': 'kind-control-plane', 'worker-1': 'kind-worker', 'worker-2': 'kind-worker2' }
    expect(cast(undefined, kind)).toEqual({ names, changes: [] })
    expect(cast(undefined, [kind[1]!])).toEqual({ names: { 'worker-1': 'kind-worker' }, changes: [] })
  })

  it('namesakes themselves, others where little has to be changed', () => {
    const there = [node('x', { labels: { pool: 'web' } }), node('b'), node('a', { taints: [GPU] }), kind[0]!]
    const parts = [cp, part('b', { labels: 'disk=ssd' }), part('web', { labels: 'pool=web' })]
    expect(cast([...parts, part('gpu', { taints: 'gpu=:NoSchedule' })], there)).toEqual({
      names: { cp: 'kind-control-plane', b: 'b', web: 'x', gpu: 'a' },
      changes: [{ node: 'b', labels: { disk: 'ssd' }, taints: [] }],
    })
  })

  it('not those that turn Pods away', () => {
    const there = [node('a', { taints: [GPU] }), node('b', { unschedulable: true }), node('c')]
    expect(cast(undefined, there)).toMatchObject({ names: { 'worker-1': 'c' } })
    expect(cast([cp, part('w-1'), part('w-2')], there)).toMatch(/has no node for "w-2"/)
  })

  const zoned = [node('a', { labels: { 'topology.kubernetes.io/zone': 'eu-1' }, cpu: '16' })]
  it.each([
    ['has not 4 cpu, but 16', { cpu: '4' }],
    ['has not 2 GPUs, but none', { gpus: '2' }],
    ['is not topology.kubernetes.io/zone=a, but eu-1', { zone: 'a' }],
    ['does not tell which runtimes', { runtimes: 'runsc' }],
  ])('nor one that %s', (why, row) => expect(cast([part('w', row)], zoned)).toContain(why))
})

test("steps are told the cluster's names of nodes", () => {
  const local = namingNodes(new Map([['cp-1', 'kind-control-plane'], ['web-1', 'kind-worker']])) // biome-ignore format: one line
  const told = (value: unknown) => JSON.parse(JSON.stringify(local(value)))
  expect(told('drain web-1 --force')).toBe('drain kind-worker --force')
  expect(told('node/web-1 cordoned, web-10, my-web-1, cp-1.')).toBe(
    'node/kind-worker cordoned, web-10, my-web-1, kind-control-plane.',
  )
  expect(told('logs kube-scheduler-cp-1')).toBe('logs kube-scheduler-kind-control-plane')
  expect(told(objectRef('Node', 'web-1'))).toEqual(objectRef('Node', 'kind-worker'))
  expect(told(objectRef('Pod', 'web-1'))).toEqual(objectRef('Pod', 'web-1'))
  expect(told(objectRef('Pod', 'kube-system/etcd-cp-1'))).toMatchObject({ name: 'etcd-kind-control-plane' })
  expect(told({ node: 'web-1', ms: 3 })).toEqual({ node: 'kind-worker', ms: 3 })
  expect((local(tableOf([['from'], ['Node "web-1"']])) as ReturnType<typeof tableOf>).hashes()).toEqual([
    { from: 'Node "kind-worker"' },
  ])
})
