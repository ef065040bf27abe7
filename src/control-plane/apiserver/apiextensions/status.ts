import { isConditionTrue, setCondition } from '../../../api/conditions.ts'
import { equal } from '../../../api/equal.ts'
import { quote } from '../../../api/names.ts'
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionNames,
} from '../../../api/types.ts'

type Condition = CustomResourceDefinitionCondition

export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io'

export const isEstablished = ({ status }: CustomResourceDefinition): boolean =>
  isConditionTrue(status?.conditions, 'Established')

export const isTerminating = ({ metadata }: CustomResourceDefinition): boolean =>
  metadata.deletionTimestamp !== undefined

/**
 * What the names of a definition come to among those of its group: accepted or in conflict, established or not.
 * Sources: apiextensions-apiserver/pkg/controller/status/naming_controller.go, establish/establishing_controller.go
 *
 * @param others the definitions of the same group
 */
export function withNames(
  crd: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  now: number,
): CustomResourceDefinition {
  const accepted = crd.status?.acceptedNames ?? { plural: '', kind: '' }
  const settled = equal(crd.spec.names, accepted) && isEstablished(crd)
  if (settled) return crd
  const { names, condition } = accept(crd, accepted, others)
  const conditions = setCondition(crd.status?.conditions, condition, now)
  const established = establishedOf(crd, condition)
  const status = {
    ...crd.status,
    acceptedNames: names,
    conditions: established === undefined ? conditions : setCondition(conditions, established, now),
  }
  return equal(status, crd.status) ? crd : { ...crd, status }
}

function establishedOf(crd: CustomResourceDefinition, names: Condition): Condition | undefined {
  if (isEstablished(crd)) return undefined
  const of = (status: string, reason: string, message: string) => ({ type: 'Established', status, reason, message })
  if (names.status !== 'True') return of('False', 'NotAccepted', 'not all names are accepted')
  return of('True', 'InitialNamesAccepted', 'the initial names have been accepted')
}

/** Source: naming_controller.go calculateNamesAndConditions */
function accept(
  { spec: { names: wanted } }: CustomResourceDefinition,
  accepted: CustomResourceDefinitionNames,
  others: readonly CustomResourceDefinition[],
): { readonly names: CustomResourceDefinitionNames; readonly condition: Condition } {
  const taken = others.map(({ status }) => status?.acceptedNames)
  const resources = new Set(taken.flatMap((each) => [each?.plural, each?.singular, ...(each?.shortNames ?? [])]))
  const kinds = new Set(taken.flatMap((each) => [each?.kind, each?.listKind]))
  const problems: [string, string][] = []
  const chosen = (reason: string, name: string, had: string, used: ReadonlySet<string | undefined>): string => {
    if (name === had || !used.has(name)) return name
    problems.push([reason, `${quote(name)} is already in use`])
    return had
  }
  const plural = chosen('PluralConflict', wanted.plural, accepted.plural, resources)
  const singular = chosen('SingularConflict', wanted.singular ?? '', accepted.singular ?? '', resources)
  const clashing = (wanted.shortNames ?? []).filter(
    (each) => !accepted.shortNames?.includes(each) && resources.has(each),
  )
  if (clashing.length > 0) {
    const each = clashing.map((name) => `${quote(name)} is already in use`)
    problems.push(['ShortNamesConflict', each.length === 1 ? each[0]! : `[${each.join(', ')}]`])
  }
  const shortNames = clashing.length > 0 ? accepted.shortNames : wanted.shortNames
  const kind = chosen('KindConflict', wanted.kind, accepted.kind, kinds)
  const listKind = chosen('ListKindConflict', wanted.listKind ?? '', accepted.listKind ?? '', kinds)
  const names = {
    plural,
    ...(singular !== '' && { singular }),
    ...(shortNames && { shortNames }),
    kind,
    ...(listKind !== '' && { listKind }),
    ...(wanted.categories && { categories: wanted.categories }),
  }
  const last = problems.at(-1)
  const [reason, message] = last ?? ['NoConflicts', 'no conflicts found']
  return { names, condition: { type: 'NamesAccepted', status: last ? 'False' : 'True', reason, message } }
}

/** Source: apiextensions-apiserver/pkg/controller/finalizer/crd_finalizer.go */
export function withTermination(crd: CustomResourceDefinition, left: boolean, now: number): CustomResourceDefinition {
  const condition = left
    ? { status: 'True', reason: 'InstanceDeletionInProgress', message: 'CustomResource deletion is in progress' }
    : { status: 'False', reason: 'InstanceDeletionCompleted', message: 'removed all instances' }
  const conditions = setCondition<Condition>(crd.status?.conditions, { type: 'Terminating', ...condition }, now)
  return conditions === crd.status?.conditions ? crd : { ...crd, status: { ...crd.status, conditions } }
}

export function withoutFinalizer(crd: CustomResourceDefinition): CustomResourceDefinition {
  const { finalizers = [], ...metadata } = crd.metadata
  const left = finalizers.filter((each) => each !== CLEANUP_FINALIZER)
  return { ...crd, metadata: left.length === 0 ? metadata : { ...metadata, finalizers: left } }
}

/** The first request to delete it. Source: apiextensions-apiserver/pkg/registry/customresourcedefinition/etcd.go Delete */
export function pendingDeletion(crd: CustomResourceDefinition, now: number): CustomResourceDefinition {
  const { finalizers = [] } = crd.metadata
  const condition = {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  }
  return {
    ...crd,
    metadata: {
      ...crd.metadata,
      finalizers: finalizers.includes(CLEANUP_FINALIZER) ? finalizers : [...finalizers, CLEANUP_FINALIZER],
    },
    status: { ...crd.status, conditions: setCondition<Condition>(crd.status?.conditions, condition, now) },
  }
}
