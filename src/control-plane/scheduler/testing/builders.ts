import type { Node, Pod, PodSpec, Taint } from '../../../api/types.ts'

export interface NodeOptions {
  readonly cpu?: string
  readonly memory?: string
  readonly pods?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly taints?: readonly Taint[]
  readonly unschedulable?: boolean
}

export function node(name: string, options: NodeOptions = {}): Node {
  const { cpu = '4', memory = '8Gi', pods = '110', labels = {}, taints, unschedulable } = options
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: { ...(taints && { taints }), ...(unschedulable && { unschedulable }) },
    status: { allocatable: { cpu, memory, pods } },
  }
}

export interface PodOptions {
  readonly cpu?: string
  readonly memory?: string
  readonly priority?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly spec?: Partial<PodSpec>
}

export function pod(name: string, options: PodOptions = {}): Pod {
  const requests = { ...(options.cpu && { cpu: options.cpu }), ...(options.memory && { memory: options.memory }) }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', ...(options.labels && { labels: options.labels }) },
    spec: {
      schedulerName: 'default-scheduler',
      containers: [{ name: 'main', image: 'nginx', resources: { requests } }],
      ...(options.priority !== undefined && { priority: options.priority }),
      ...options.spec,
    },
    status: { phase: 'Pending' },
  }
}
