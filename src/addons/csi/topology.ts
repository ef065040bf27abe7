import type { CSINode, TopologySelectorTerm } from '../../api/types.ts'
import type { Client } from '../../client/contract.ts'
import type { Segments } from '../../node/csi/contract.ts'
import type { ProvisionOptions } from '../external-provisioner/contract.ts'

/**
 * Where a volume may be, the best place first: the chosen node's place, or with immediate binding every place of the
 * driver's nodes, begun somewhere else for each claim. A text says why that cannot be told.
 * Source: external-provisioner pkg/controller/topology.go GenerateAccessibilityRequirements
 */
export function topologiesFor(
  client: Pick<Client, 'get' | 'list'>,
  { claim, storageClass, selectedNode }: ProvisionOptions,
  driver: string,
): readonly Segments[] | string {
  const allowed = allowedBy(storageClass.allowedTopologies)
  if (selectedNode !== undefined) {
    const own = segmentsOf(client, selectedNode, client.get('CSINode', selectedNode), driver)
    if (typeof own === 'string') return own
    if (allowed.length > 0 && !allowed.some((each) => sameSegments(each, own)))
      return `selected node '${JSON.stringify(selectedNode)}' topology '${JSON.stringify(own)}' is not in allowed topologies: ${JSON.stringify(allowed)}`
    return [own]
  }
  if (allowed.length > 0) return rotated(allowed, claim.metadata.name)
  const found: Segments[] = []
  for (const node of client.list('CSINode')) {
    const segments = segmentsOf(client, node.metadata.name, node, driver)
    if (typeof segments !== 'string' && !found.some((each) => sameSegments(each, segments))) found.push(segments)
  }
  return rotated(
    found.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    claim.metadata.name,
  )
}

function segmentsOf(
  client: Pick<Client, 'get'>,
  node: string,
  csiNode: CSINode | undefined,
  driver: string,
): Segments | string {
  if (csiNode === undefined)
    return `error getting CSINode for selected node "${node}": csinode.storage.k8s.io "${node}" not found`
  const keys = csiNode.spec.drivers?.find(({ name }) => name === driver)?.topologyKeys
  if (keys === undefined || keys.length === 0) return `no topology key found on CSINode ${node}`
  const labels = client.get('Node', node)?.metadata.labels ?? {}
  return Object.fromEntries(keys.map((key) => [key, labels[key] ?? '']))
}

/** Every combination of the values that a term names. Source: flatten */
function allowedBy(terms: readonly TopologySelectorTerm[] = []): readonly Segments[] {
  return terms.flatMap(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.reduce<readonly Segments[]>(
      (found, { key, values }) => found.flatMap((each) => values.map((value) => ({ ...each, [key]: value }))),
      [{}],
    ),
  )
}

function sameSegments(a: Segments, b: Segments): boolean {
  return Object.entries(a).every(([key, value]) => b[key] === value)
}

/** Replicas of a StatefulSet begin one after the other. Source: getPVCNameHashAndIndexOffset */
function rotated(places: readonly Segments[], claim: string): readonly Segments[] {
  if (places.length === 0) return places
  const { base, ordinal } = splitName(claim)
  let hash = 0x811c9dc5
  for (const character of base) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0
  const first = (hash + ordinal) % places.length
  return [...places.slice(first), ...places.slice(0, first)]
}

function splitName(claim: string): { readonly base: string; readonly ordinal: number } {
  const found = /^(.*)-(\d+)$/.exec(claim)
  return found === null ? { base: claim, ordinal: 0 } : { base: found[1]!, ordinal: Number(found[2]) }
}
