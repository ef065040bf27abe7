import { Ajv, type ValidateFunction } from 'ajv'
import { parseDocument } from 'yaml'
import type { Topology, TopologyCloud, TopologyNode } from './contract.ts'

export const KUBERNETES_VERSION = 'v1.36.2'
export const POD_CIDR = '10.244.0.0/16'
/** For more nodes than that has ranges for. */
export const WIDE_POD_CIDR = '10.128.0.0/9'
export const SERVICE_CIDR = '10.96.0.0/12'

/** One control plane and two workers: what `kubedrill serve` gives without a file. */
export const DEFAULT_TOPOLOGY: Topology = topologyOf(1, 2)

/** `cp-1 …` and `worker-1 …`, all with 4 CPUs and 8 GiB. */
export function topologyOf(controlPlanes: number, workers: number): Topology {
  const nodes = (count: number, prefix: string, role: TopologyNode['role']): TopologyNode[] =>
    Array.from({ length: count }, (_, index) => ({ name: `${prefix}-${index + 1}`, role }))
  return { nodes: [...nodes(controlPlanes, 'cp', 'control-plane'), ...nodes(workers, 'worker', 'worker')] }
}

const quantity = { type: ['string', 'integer'], pattern: '^[0-9]+(\\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$' }
const QUOTAS = ['instances', 'disks', 'diskGiB', 'disksPerInstance', 'snapshots', 'loadBalancers', 'routes']
const count = { type: 'integer', minimum: 0 }
const zoneName = { type: 'string', maxLength: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' }
const nodeName = { type: 'string', maxLength: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' }

export const topologySchema = {
  type: 'object',
  required: ['nodes'],
  additionalProperties: false,
  properties: {
    podCIDR: { type: 'string', pattern: '^\\d+\\.\\d+\\.0\\.0/16$' },
    serviceCIDR: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+\\.\\d+/\\d+$' },
    kubernetesVersion: { type: 'string', pattern: '^v1\\.\\d+\\.\\d+$' },
    cloud: {
      type: 'object',
      additionalProperties: false,
      properties: {
        region: zoneName,
        zones: { type: 'array', minItems: 1, uniqueItems: true, items: zoneName },
        routes: { type: 'boolean' },
        quotas: {
          type: 'object',
          additionalProperties: false,
          properties: Object.fromEntries(QUOTAS.map((name) => [name, count])),
        },
      },
    },
    nodes: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['name', 'role'],
        additionalProperties: false,
        properties: {
          name: nodeName,
          role: { enum: ['control-plane', 'worker'] },
          cpu: quantity,
          memory: quantity,
          pods: { type: 'integer', minimum: 1 },
          gpus: { type: 'integer', minimum: 0, maximum: 16 },
          runtimes: { type: 'array', items: { enum: ['runsc', 'kata'] } },
          zone: zoneName,
          instanceType: { type: 'string', minLength: 1, maxLength: 63 },
          labels: { type: 'object', additionalProperties: { type: 'string' } },
          taints: {
            type: 'array',
            items: { type: 'string', pattern: '^[^:=]+(=[^:]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$' },
          },
        },
      },
    },
  },
}

let compiled: ValidateFunction | undefined

/** Compiled when the first file is read: a cluster of the default topology starts without it. */
function validator(): ValidateFunction {
  compiled ??= new Ajv({ allErrors: true, allowUnionTypes: true }).compile(topologySchema)
  return compiled
}

/** A topology file that cannot be used: the message names file, line, field and what was expected. */
export class TopologyError extends Error {}

/** Reads a topology file. @throws {TopologyError} */
export function parseTopology(text: string, file: string): Topology {
  const document = parseDocument(text)
  const broken = document.errors[0]
  if (broken) throw new TopologyError(`${file}:${broken.linePos?.[0].line ?? 1}: ${broken.message.split('\n')[0]}`)
  return checkTopology(document.toJS(), ({ at, path, problem }) => {
    const node = document.getIn(at, true) as { range?: [number, number, number] } | undefined
    const line = text.slice(0, node?.range?.[0] ?? 0).split('\n').length
    return `${file}:${line}: ${path.join('.') || 'topology'} ${problem}`
  })
}

/** What is wrong, and where in the topology. */
export interface TopologyProblem {
  /** The field that is at fault: `nodes.0`. */
  readonly path: readonly string[]
  /** What in it to look at: `nodes.0.cpus`, which should not be there. */
  readonly at: readonly string[]
  readonly problem: string
}

/**
 * A topology that was read as part of something else.
 *
 * @param words says what is wrong in a message that names file, line and field
 * @throws {TopologyError}
 */
export function checkTopology(topology: unknown, words: (problem: TopologyProblem) => string): Topology {
  const refuse = (path: readonly string[], problem: string, at = path): never => {
    throw new TopologyError(words({ path, at, problem }))
  }
  const validate = validator()
  if (!validate(topology)) {
    const { instancePath, message, params } = validate.errors![0]!
    const allowed = params.allowedValues ? `: ${params.allowedValues.join(', ')}` : ''
    const path = instancePath.split('/').slice(1)
    const extra = params.additionalProperty as string | undefined
    if (extra !== undefined) return refuse(path, `${message}: ${extra}`, [...path, extra])
    return refuse(path, `${message}${allowed}`)
  }
  const { nodes, cloud } = topology as unknown as Topology
  const names = nodes.map(({ name }) => name)
  const again = names.findIndex((name, index) => names.indexOf(name) !== index)
  if (again >= 0) return refuse(['nodes', String(again), 'name'], `"${names[again]}" is used twice`)
  if (!nodes.some((node) => node.role === 'control-plane'))
    return refuse(['nodes'], 'must have at least one node with role control-plane')
  for (const [index, { zone, instanceType }] of nodes.entries()) {
    const field = zone !== undefined ? 'zone' : 'instanceType'
    if (cloud === undefined && (zone ?? instanceType) !== undefined)
      return refuse(['nodes', String(index), field], 'needs a cloud')
    const zones = cloud && zonesOf(cloud)
    if (zones !== undefined && zone !== undefined && !zones.includes(zone))
      return refuse(['nodes', String(index), 'zone'], `must be one of ${zones.join(', ')}`)
  }
  return { ...(topology as unknown as Topology), nodes: nodes.map(withQuantities) }
}

/** YAML reads `cpu: 2` as a number; a quantity is text. */
function withQuantities({ cpu, memory, ...node }: TopologyNode): TopologyNode {
  return {
    ...node,
    ...(cpu === undefined ? {} : { cpu: String(cpu) }),
    ...(memory === undefined ? {} : { memory: String(memory) }),
  }
}

export const DEFAULT_REGION = 'region-1'

/** The zones of a cloud: three, unless it names its own. */
export function zonesOf({ region = DEFAULT_REGION, zones }: TopologyCloud): readonly string[] {
  return zones ?? ['a', 'b', 'c'].map((letter) => region + letter)
}
