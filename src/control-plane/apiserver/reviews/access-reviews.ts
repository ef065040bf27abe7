import type { FieldRequirement } from '../../../api/fields.ts'
import { shownMetadata } from '../../../api/managedfields/history.ts'
import type { UserInfo } from '../../../api/request.ts'
import { badRequest, invalid } from '../../../api/status.ts'
import type {
  Answer,
  LocalSubjectAccessReview,
  ObjectMeta,
  PolicyRule,
  ResourceAttributes,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
  SubjectAccessReviewSpec,
} from '../../../api/types.ts'
import { nodeNameOf } from '../authorization/node-identity.ts'
import type { Attributes, Call } from '../contract.ts'
import type { FieldError } from '../registry/contract.ts'
import { goJSON } from '../registry/validation/internal-form.ts'

type Spec = Pick<SubjectAccessReviewSpec, 'resourceAttributes' | 'nonResourceAttributes'>

/** May I? Source: pkg/registry/authorization/selfsubjectaccessreview/rest.go */
export function selfSubjectAccessReview(call: Call, review: SelfSubjectAccessReview): Answer<SelfSubjectAccessReview> {
  const errors = [...validateSpec(review.spec), ...validateMetadata(review.metadata, 'must be empty')]
  if (errors.length > 0) return refused(errors)
  return { ...review, status: decide(call, call.user, review.spec) } as SelfSubjectAccessReview
}

/** May somebody? Source: pkg/registry/authorization/subjectaccessreview/rest.go */
export function subjectAccessReview(call: Call, review: SubjectAccessReview): Answer<SubjectAccessReview> {
  const errors = [
    ...validateSpec(review.spec),
    ...validateSubject(review.spec),
    ...validateMetadata(review.metadata, 'must be empty'),
  ]
  if (errors.length > 0) return refused(errors)
  return { ...review, status: decide(call, subjectOf(review.spec), review.spec) } as SubjectAccessReview
}

/** Source: pkg/registry/authorization/localsubjectaccessreview/rest.go */
export function localSubjectAccessReview(
  call: Call,
  review: LocalSubjectAccessReview,
): Answer<LocalSubjectAccessReview> {
  const { namespace, ...given } = review.metadata
  const { resourceAttributes, nonResourceAttributes } = review.spec
  const errors = [
    ...validateSpec(review.spec),
    ...validateSubject(review.spec),
    ...validateMetadata(given, 'must be empty except for namespace', review.metadata),
  ]
  if (resourceAttributes !== undefined && (resourceAttributes.namespace ?? '') !== namespace)
    errors.push(
      wrong('spec.resourceAttributes.namespace', resourceAttributes.namespace ?? '', 'must match metadata.namespace'),
    )
  if (nonResourceAttributes !== undefined)
    errors.push(wrong('spec.nonResourceAttributes', nonResourceAttributes, 'disallowed on this kind of request'))
  if (errors.length > 0) return refused(errors)
  return { ...review, status: decide(call, subjectOf(review.spec), review.spec) } as LocalSubjectAccessReview
}

/** What may I? Source: pkg/registry/authorization/selfsubjectrulesreview/rest.go */
export function selfSubjectRulesReview(call: Call, review: SelfSubjectRulesReview): Answer<SelfSubjectRulesReview> {
  const { namespace } = review.spec
  if (!namespace) return badRequest('no namespace on request')
  const rules = call.server.authorizer.rbac.rulesFor(call.user, namespace).map(({ rule }) => rule)
  const incomplete = nodeNameOf(call.user) !== undefined
  const { apiVersion, kind } = review
  // The question is not repeated.
  return {
    apiVersion,
    kind,
    metadata: {},
    spec: {},
    status: {
      resourceRules: rules.filter(({ resources }) => resources?.length).map(resourceRule),
      nonResourceRules: rules
        .filter(({ nonResourceURLs }) => nonResourceURLs?.length)
        .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
      incomplete,
      ...(incomplete && { evaluationError: 'node authorizer does not support user rule resolution' }),
    },
  } as unknown as SelfSubjectRulesReview
}

function resourceRule({ verbs, apiGroups, resources, resourceNames }: PolicyRule) {
  return { verbs, apiGroups, resources, ...(resourceNames?.length && { resourceNames }) }
}

function subjectOf({ user = '', uid, groups = [], extra }: SubjectAccessReviewSpec): UserInfo {
  return { name: user, ...(uid !== undefined && { uid }), groups, ...(extra !== undefined && { extra }) }
}

function decide({ server }: Call, user: UserInfo, spec: Spec) {
  const { allowed, reason } = server.authorizer.authorize(attributesOf(user, spec))
  return { allowed, ...(reason !== '' && { reason }) }
}

/** Source: pkg/registry/authorization/util/helpers.go */
function attributesOf(user: UserInfo, { resourceAttributes, nonResourceAttributes }: Spec): Attributes {
  if (resourceAttributes === undefined) {
    const { verb = '', path = '' } = nonResourceAttributes ?? {}
    return { user, verb, group: '', resource: '', path }
  }
  const { verb = '', group = '', resource = '', subresource, namespace, name } = resourceAttributes
  return {
    user,
    verb,
    group,
    resource,
    subresource: subresource || undefined,
    namespace: namespace || undefined,
    name: name || undefined,
    ...(resourceAttributes.fieldSelector !== undefined && { fields: fieldsOf(resourceAttributes.fieldSelector) }),
  }
}

/** Source: pkg/apis/authorization/validation/validation.go */
function validateSpec({ resourceAttributes, nonResourceAttributes }: Spec): FieldError[] {
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined)
    return [
      wrong(
        'spec.nonResourceAttributes',
        nonResourceAttributes,
        'cannot be specified in combination with resourceAttributes',
      ),
    ]
  if (nonResourceAttributes !== undefined) return []
  if (resourceAttributes !== undefined) {
    const path = 'spec.resourceAttributes'
    const { fieldSelector, labelSelector } = resourceAttributes
    return [
      ...selectorErrors(fieldSelector, `${path}.fieldSelector`),
      ...selectorErrors(labelSelector, `${path}.labelSelector`),
    ]
  }
  const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified'
  return [wrong('spec.resourceAttributes', null, why)]
}

type Selector = ResourceAttributes['fieldSelector']

/** Source: validation.go validateFieldSelectorAttributes, validateLabelSelectorAttributes */
function selectorErrors(selector: Selector, path: string): FieldError[] {
  if (selector === undefined) return []
  const { rawSelector = '', requirements = [] } = selector
  if (rawSelector !== '' && requirements.length > 0)
    return [wrong(`${path}.rawSelector`, rawSelector, 'may not specified at the same time as requirements')]
  if (rawSelector !== '' || requirements.length > 0) return []
  const message = `Required value: when ${path} is specified, requirements or rawSelector is required`
  return [{ type: 'FieldValueRequired', field: `${path}.requirements`, message }]
}

/** What limits the request to some fields, as far as authorizers understand it. Source: apiserver/pkg/authorization/authorizer, registry/authorization/util/helpers.go */
function fieldsOf(selector: Selector): readonly FieldRequirement[] {
  return (selector?.requirements ?? []).flatMap(({ key, operator, values = [] }) =>
    operator === 'In' && values.length === 1 ? [{ field: key, operator: '=' as const, value: values[0]! }] : [],
  )
}

function validateSubject({ user, groups }: SubjectAccessReviewSpec): FieldError[] {
  return user || groups?.length
    ? []
    : [wrong('spec.user', user ?? '', 'at least one of user or group must be specified')]
}

function validateMetadata(metadata: Partial<ObjectMeta>, why: string, shown = metadata): FieldError[] {
  const { managedFields: _, creationTimestamp: __, ...rest } = metadata ?? {}
  const given = Object.values(rest).some((value) => value !== undefined && value !== '' && value !== null)
  return given
    ? [{ type: 'FieldValueInvalid', field: 'metadata', message: `Invalid value: ${metaJSON(shown)}: ${why}` }]
    : []
}

/** Metadata as Go writes it, with who is noted as having written it. */
function metaJSON(metadata: Partial<ObjectMeta>): string {
  const { name, generateName, namespace, labels, annotations, managedFields, ...rest } = shownMetadata(
    metadata as ObjectMeta,
  )
  const entries = managedFields?.map(({ manager, operation, apiVersion, time, fieldsType, fieldsV1, subresource }) => ({
    manager,
    operation,
    apiVersion,
    time,
    fieldsType,
    fieldsV1,
    subresource,
  }))
  const { ownerReferences, finalizers, ...others } = rest
  return goJSON({
    name,
    generateName,
    namespace,
    ...others,
    labels: sorted(labels),
    annotations: sorted(annotations),
    ownerReferences,
    finalizers,
    managedFields: entries,
  })
}

const sorted = (map: Readonly<Record<string, string>> | undefined) =>
  map && Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)))

function wrong(field: string, value: unknown, why: string): FieldError {
  return { type: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(value)}: ${why}` }
}

/** Upstream names no kind here: rest.go passes an empty one. */
function refused(errors: readonly FieldError[]) {
  return invalid({ group: 'authorization.k8s.io', kind: '' }, '', errors)
}
