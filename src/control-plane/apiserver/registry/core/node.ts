import type { Node } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { columnTexts } from '../columns/texts.ts'
import { defineKind, statusSubresource } from '../kind.ts'
import { validateNode, validateNodeChange } from '../validation/node.ts'
import { canonicalResources } from './resource-list.ts'

/** What is written of a node that has reported nothing: fields without omitempty. Source: core/v1/types.go NodeStatus, NodeSystemInfo */
const UNREPORTED: NonNullable<Node['status']> = {
  daemonEndpoints: { kubeletEndpoint: { Port: 0 } },
  nodeInfo: {
    machineID: '',
    systemUUID: '',
    bootID: '',
    kernelVersion: '',
    osImage: '',
    containerRuntimeVersion: '',
    kubeletVersion: '',
    kubeProxyVersion: '',
    operatingSystem: '',
    architecture: '',
  },
}

/** Source: pkg/apis/core/v1/defaults.go SetDefaults_NodeStatus. */
function defaults(node: Node): Node {
  const { status } = node
  if (!status) return { ...node, status: UNREPORTED }
  const capacity = canonicalResources(status.capacity)
  const allocatable = canonicalResources(status.allocatable) ?? capacity
  if (capacity === status.capacity && allocatable === status.allocatable) return node
  return { ...node, status: { ...status, capacity, allocatable } }
}

/** Kubelets take no configuration from the cluster any more. Source: pkg/registry/core/node/strategy.go PrepareForCreate. */
function withoutConfigSource(node: Node): Node {
  if (node.spec?.configSource === undefined) return node
  const { configSource: _, ...spec } = node.spec
  return { ...node, spec }
}

/** `Ready`, `NotReady`, `Unknown`, with `,SchedulingDisabled`. Source: printers.go printNode. */
function statusText(node: Node): string {
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready')
  const text = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'
  return node.spec?.unschedulable ? `${text},SchedulingDisabled` : text
}

const ROLE_PREFIX = 'node-role.kubernetes.io/'

/** Source: printers.go findNodeRoles. */
function rolesText(node: Node): string {
  const roles = new Set<string>()
  for (const [key, value] of Object.entries(node.metadata.labels ?? {})) {
    if (key.startsWith(ROLE_PREFIX)) roles.add(key.slice(ROLE_PREFIX.length))
    else if (key === 'kubernetes.io/role') roles.add(value)
  }
  roles.delete('')
  return [...roles].sort().join(',') || '<none>'
}

const addressText = (node: Node, type: string): string =>
  node.status?.addresses?.find((address) => address.type === type)?.address ?? '<none>'

function kernelText(node: Node): string {
  const info = node.status?.nodeInfo
  const kernel = info?.kernelVersion || '<unknown>'
  return info?.architecture ? `${kernel} (${info.architecture})` : kernel
}

const texts = columnTexts.Node

export const node = defineKind<Node>({
  group: '',
  version: 'v1',
  kind: 'Node',
  resource: 'nodes',
  singular: 'node',
  shortNames: ['no'],
  namespaced: false,
  subresources: {
    ...statusSubresource,
    proxy: { verbs: ['create', 'delete', 'get', 'patch', 'update'], kind: 'NodeProxyOptions' },
  },
  schema: 'io.k8s.api.core.v1.Node',
  prepareForCreate: withoutConfigSource,
  defaults,
  prepareForUpdate: (node, old) => ({ ...node, status: old.status }),
  prepareForStatusUpdate: (node, old) => ({ ...node, spec: old.spec }),
  validate: validateNode,
  // Source: pkg/registry/core/node/strategy.go ValidateUpdate.
  validateUpdate: (node, old) => [...validateNode(node), ...validateNodeChange(node, old)],
  validateStatusUpdate: validateNodeChange,
  columns: [
    nameColumn,
    column('Status', texts.status, statusText),
    column('Roles', texts.roles, rolesText),
    ageColumn,
    column('Version', texts.version, (each) => each.status?.nodeInfo?.kubeletVersion ?? ''),
    column('Internal-IP', texts.internalIp, (each) => addressText(each, 'InternalIP'), { wide: true }),
    column('External-IP', texts.externalIp, (each) => addressText(each, 'ExternalIP'), { wide: true }),
    column('OS-Image', texts.osImage, (each) => each.status?.nodeInfo?.osImage || '<unknown>', { wide: true }),
    column('Kernel-Version', texts.kernelVersion, kernelText, { wide: true }),
    column(
      'Container-Runtime',
      texts.containerRuntime,
      (each) => each.status?.nodeInfo?.containerRuntimeVersion || '<unknown>',
      { wide: true },
    ),
  ],
  fieldSelectors: { 'spec.unschedulable': (each) => String(each.spec?.unschedulable ?? false) },
})
