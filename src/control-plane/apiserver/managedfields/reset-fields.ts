import { EMPTY, type FieldSet, isEmpty, recursiveDifference, setOf } from '../../../api/managedfields/field-set.ts'
import type { FieldFilter } from '../../../api/managedfields/managed-type.ts'
import type { PathElement } from '../../../api/managedfields/path-element.ts'
import type { KindDefinition } from '../registry/contract.ts'

/**
 * What the strategies of a kind overwrite, whatever a request says of it: nobody comes to own that. Most kinds with a
 * status keep it from ordinary writes, and keep the spec from writes of the status; these do otherwise.
 * Source: GetResetFields of the strategies under pkg/registry
 */
const EXCEPTIONS: Readonly<Record<string, Readonly<Record<string, FieldFilter | undefined>>>> = {
  APIService: { status: except(['spec'], ['metadata']) },
  CertificateSigningRequest: {
    '': except(['spec'], ['status']),
    status: except(['spec'], ['status', 'conditions']),
    approval: except(['spec'], ['status', 'certificate']),
  },
  Deployment: { status: except(['spec'], ['metadata', 'labels']) },
  FlowSchema: { status: except(['spec'], ['metadata']) },
  Namespace: { finalize: except(['status']) },
  Pod: {
    status: except(['spec'], ['metadata', 'deletionTimestamp'], ['metadata', 'ownerReferences']),
    ephemeralcontainers: only(['spec', 'ephemeralContainers']),
    resize: only(
      ['spec', 'containers', '*', 'resources'],
      ['spec', 'containers', '*', 'resizePolicy'],
      ['spec', 'initContainers', '*', 'resources'],
      ['spec', 'initContainers', '*', 'resizePolicy'],
    ),
  },
  PriorityLevelConfiguration: { status: except(['spec'], ['metadata']) },
  ResourceClaim: { status: except(['spec'], ['metadata']) },
  ServiceCIDR: { status: except(['spec'], ['metadata']) },
  ValidatingAdmissionPolicy: { status: except(['spec'], ['metadata']) },
  VolumeAttachment: { status: except(['spec'], ['metadata']) },
}

export function resetFilter(definition: KindDefinition, subresource: string | undefined): FieldFilter | undefined {
  const own = definition.custom === undefined ? EXCEPTIONS[definition.kind] : CUSTOM
  if (own !== undefined && (subresource ?? '') in own)
    return (own as Readonly<Record<string, FieldFilter>>)[subresource ?? '']
  if (definition.subresources?.status === undefined) return undefined
  if (subresource === 'status') return withoutSpec
  return subresource === undefined ? withoutStatus : undefined
}

/** Source: apiextensions-apiserver/pkg/registry/customresource/status_strategy.go */
const CUSTOM = { status: except(['metadata'], ['spec']) }

const withoutSpec = except(['spec'])
const withoutStatus = except(['status'])

function except(...paths: readonly (readonly string[])[]): FieldFilter {
  const reset = setOf(...paths)
  return (set) => recursiveDifference(set, reset)
}

/** @param paths `*` stands for any element */
function only(...paths: readonly (readonly string[])[]): FieldFilter {
  return (set) => included(set, paths)
}

/** Source: structured-merge-diff fieldpath/set.go FilterIncludeMatches */
function included(set: FieldSet, patterns: readonly (readonly string[])[]): FieldSet {
  const matching = (element: PathElement) =>
    patterns.filter(([first]) => first === '*' || `f:${first}` === element).map((pattern) => pattern.slice(1))
  const members = [...set.members].filter((element) => matching(element).length > 0)
  const children = new Map<PathElement, FieldSet>()
  for (const [element, child] of set.children) {
    const below = matching(element)
    if (below.length === 0) continue
    const kept = below.some((pattern) => pattern.length === 0) ? child : included(child, below)
    if (!isEmpty(kept)) children.set(element, kept)
  }
  return members.length === 0 && children.size === 0 ? EMPTY : { members: new Set(members), children }
}
