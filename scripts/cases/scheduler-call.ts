import type { Node, Pod } from '../../src/api/types.ts'

type ExtensionPoint = 'PreFilter' | 'Filter' | 'PreScore' | 'Score' | 'NormalizeScore'

/** One recorded call of a scheduler plugin. */
export interface SchedulerCall {
  readonly package: string
  readonly plugin: string
  readonly ext: ExtensionPoint
  readonly args: Readonly<Record<string, string>>
  readonly case: string
  readonly code: string
  readonly reasons?: readonly string[]
  readonly pod: Pod
  readonly node?: RecordedNode
  readonly nodes?: readonly RecordedNode[]
  readonly result?: unknown
}

export interface RecordedNode {
  readonly node: Node | null
  readonly pods?: readonly Pod[] | null
  readonly images?: Readonly<Record<string, { readonly Size: number; readonly NumNodes: number }>> | null
}

export interface NodeScore {
  readonly Name: string
  readonly Score: number
}

const EXTENSION_POINTS = ['PreFilter', 'Filter', 'PreScore', 'Score', 'NormalizeScore']

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether the line has what a replay needs; strange pods and nodes show as differences. */
export function isSchedulerCall(line: unknown): line is SchedulerCall {
  if (!isObject(line) || !isObject(line.pod) || !isObject(line.pod.metadata) || !isObject(line.pod.spec)) return false
  if (!EXTENSION_POINTS.includes(line.ext as string) || !isObject(line.args)) return false
  if ((line.ext === 'Filter' || line.ext === 'Score') && !isObject(line.node)) return false
  if (line.ext === 'NormalizeScore' && !(isObject(line.result) && Array.isArray(line.result.in))) return false
  return ['package', 'plugin', 'case', 'code'].every((key) => typeof line[key] === 'string')
}
