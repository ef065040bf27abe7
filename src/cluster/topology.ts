import { Ajv } from 'ajv'
import { parseDocument } from 'yaml'
import type { Topology, TopologyNode } from './contract.ts'

export const KUBERNETES_VERSION = 'v1.36.2'
export const POD_CIDR = '10.244.0.0/16'
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
const nodeName = { type: 'string', maxLength: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' }

export const topologySchema = {
  type: 'object',
  required: ['nodes'],
  additionalProperties: false,
  properties: {
    podCIDR: { type: 'string', pattern: '^\\d+\\.\\d+\\.0\\.0/16$' },
    serviceCIDR: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+\\.\\d+/\\d+$' },
    kubernetesVersion: { type: 'string', pattern: '^v1\\.\\d+\\.\\d+$' },
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

const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(topologySchema)

/** A topology file that cannot be used: the message names file, line, field and what was expected. */
export class TopologyError extends Error {}

/** Reads a topology file. @throws {TopologyError} */
export function parseTopology(text: string, file: string): Topology {
  const document = parseDocument(text)
  const broken = document.errors[0]
  if (broken) throw new TopologyError(`${file}:${broken.linePos?.[0].line ?? 1}: ${broken.message.split('\n')[0]}`)
  const topology: unknown = document.toJS()
  if (!validate(topology)) {
    const wrong = validate.errors![0]!
    const path = wrong.instancePath.split('/').slice(1)
    const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined
    const line = text.slice(0, node?.range?.[0] ?? 0).split('\n').length
    const allowed = wrong.params.allowedValues ? `: ${wrong.params.allowedValues.join(', ')}` : ''
    const extra = wrong.params.additionalProperty ? `: ${wrong.params.additionalProperty}` : ''
    throw new TopologyError(`${file}:${line}: ${path.join('.') || 'topology'} ${wrong.message}${allowed}${extra}`)
  }
  return checked(topology as unknown as Topology, file)
}

function checked(topology: Topology, file: string): Topology {
  const seen = new Set<string>()
  for (const { name } of topology.nodes) {
    if (seen.has(name)) throw new TopologyError(`${file}: nodes: the name "${name}" is used twice`)
    seen.add(name)
  }
  if (!topology.nodes.some((node) => node.role === 'control-plane'))
    throw new TopologyError(`${file}: nodes: at least one node with role control-plane is needed`)
  return topology
}
