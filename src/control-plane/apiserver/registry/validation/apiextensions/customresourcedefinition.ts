import { isConditionTrue } from '../../../../../api/conditions.ts'
import { equal } from '../../../../../api/equal.ts'
import { isDNS1035Label, isDNS1123Subdomain } from '../../../../../api/names.ts'
import type { CustomResourceDefinition, CustomResourceDefinitionNames } from '../../../../../api/types.ts'
import { type Errors, invalid, invalidEach, notSupported, required } from '../field-error.ts'
import { validateConversion } from './conversion.ts'
import { validateColumns, validateSelectableFields, validateSubresources } from './extras.ts'
import { validateSchema } from './schema.ts'

/** Source: apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go */
type CRD = CustomResourceDefinition
type Version = CRD['spec']['versions'][number]

export function validateCustomResourceDefinition(crd: CRD): Errors {
  const errors: Errors = []
  validateName(errors, crd)
  validateSpec(errors, crd)
  validateNames(errors, crd.status?.acceptedNames, 'status.acceptedNames')
  validateStoredVersions(errors, crd)
  validateApproval(errors, crd, undefined)
  validatePreserving(errors, crd, undefined)
  return errors
}

export function validateCustomResourceDefinitionUpdate(crd: CRD, old: CRD): Errors {
  const errors: Errors = []
  validateSpec(errors, crd)
  const immutable = (path: string, value: unknown, before: unknown) => {
    if (!equal(value, before)) invalid(errors, path, value, 'field is immutable')
  }
  if (isConditionTrue(old.status?.conditions, 'Established')) {
    immutable('spec.scope', crd.spec.scope, old.spec.scope)
    immutable('spec.names.kind', crd.spec.names.kind, old.spec.names.kind)
  }
  immutable('spec.group', crd.spec.group, old.spec.group)
  immutable('spec.names.plural', crd.spec.names.plural, old.spec.names.plural)
  validateNames(errors, crd.status?.acceptedNames, 'status.acceptedNames')
  validateStoredVersions(errors, crd)
  validateApproval(errors, crd, old)
  validatePreserving(errors, crd, old)
  return errors
}

export function validateCustomResourceDefinitionStatusUpdate(crd: CRD): Errors {
  const errors: Errors = []
  validateNames(errors, crd.status?.acceptedNames, 'status.acceptedNames')
  return errors
}

function validateName(errors: Errors, { metadata: { name }, spec }: CRD): void {
  if (!name) return
  invalidEach(errors, 'metadata.name', name, isDNS1123Subdomain(name))
  if (name !== `${spec.names?.plural ?? ''}.${spec.group ?? ''}`)
    invalid(errors, 'metadata.name', name, 'must be spec.names.plural+"."+spec.group')
}

function validateSpec(errors: Errors, crd: CRD): void {
  const { spec } = crd
  const { group = '', scope = '', versions = [] } = spec
  const joined = (problems: readonly string[]) => problems.join(',')
  if (group === '') required(errors, 'spec.group')
  else if (isDNS1123Subdomain(group).length > 0) invalid(errors, 'spec.group', group, joined(isDNS1123Subdomain(group)))
  else if (!group.includes('.')) invalid(errors, 'spec.group', group, 'should be a domain with at least one dot')
  if (scope === '') required(errors, 'spec.scope')
  else if (scope !== 'Cluster' && scope !== 'Namespaced')
    notSupported(errors, 'spec.scope', scope, ['Cluster', 'Namespaced'])
  const common = commonParts(versions)
  if (!common.schema)
    versions.forEach((version, i) => {
      if (version.schema?.openAPIV3Schema === undefined) required(errors, `spec.versions[${i}].schema.openAPIV3Schema`)
    })
  versions.forEach((version, i) => {
    validateVersion(errors, version, `spec.versions[${i}]`, common)
  })
  validateVersionsTogether(errors, versions)
  validateRequiredNames(errors, spec.names)
  validateNames(errors, spec.names, 'spec.names')
  const [first] = versions
  // What all versions have alike stands beside them in the form that is validated.
  if (first !== undefined) validateParts(errors, first, 'spec', common, true)
  validateConversion(errors, spec.conversion, 'spec.conversion', crd)
}

/** What every version has alike. Source: pkg/apis/apiextensions/v1/conversion.go Convert_v1_CustomResourceDefinitionSpec_To_apiextensions_CustomResourceDefinitionSpec */
interface Common {
  readonly schema: boolean
  readonly subresources: boolean
  readonly columns: boolean
  readonly selectable: boolean
}

function commonParts(versions: readonly Version[]): Common {
  const [first] = versions
  const alike = (of: (version: Version) => unknown) =>
    first !== undefined && versions.every((each) => equal(of(each), of(first)))
  return {
    schema: alike(({ schema }) => schema) && first!.schema !== undefined,
    subresources: alike(({ subresources }) => subresources),
    columns: alike(({ additionalPrinterColumns }) => additionalPrinterColumns),
    selectable: alike(({ selectableFields }) => selectableFields),
  }
}

function validateVersion(errors: Errors, version: Version, path: string, common: Common): void {
  const problems = isDNS1035Label(version.name ?? '')
  if (problems.length > 0) invalid(errors, `${path}.name`, version.name ?? '', problems.join(','))
  const { deprecated = false, deprecationWarning: warning } = version
  if (warning !== undefined) {
    if (!deprecated) invalid(errors, `${path}.deprecationWarning`, warning, 'can only be set for deprecated versions')
    if (warning.length > 256) invalid(errors, `${path}.deprecationWarning`, warning, 'must be <= 256 characters long')
    if (warning === '') invalid(errors, `${path}.deprecationWarning`, warning, 'must not be an empty string')
  }
  validateParts(errors, version, path, common, false)
}

/** @param together whether the parts that are alike are meant, or the others */
function validateParts(errors: Errors, version: Version, path: string, common: Common, together: boolean): void {
  const { schema, subresources, additionalPrinterColumns: columns, selectableFields } = version
  const root = schema?.openAPIV3Schema
  const at = `${path}.${together ? 'validation' : 'schema'}.openAPIV3Schema`
  if (root !== undefined && common.schema === together)
    validateSchema(errors, root, at, subresources?.status !== undefined)
  if (common.subresources === together) validateSubresources(errors, subresources, `${path}.subresources`)
  if (common.columns === together) validateColumns(errors, columns, `${path}.additionalPrinterColumns`)
  if (common.selectable === together)
    validateSelectableFields(errors, selectableFields, root, `${path}.selectableFields`)
}

function validateVersionsTogether(errors: Errors, versions: readonly Version[]): void {
  const names = versions.map(({ name }) => name)
  if (new Set(names).size < names.length)
    invalid(errors, 'spec.versions', versions, 'must contain unique version names')
  if (versions.filter(({ storage }) => storage).length !== 1)
    invalid(errors, 'spec.versions', versions, 'must have exactly one version marked as storage version')
}

function validateRequiredNames(errors: Errors, names: CustomResourceDefinitionNames | undefined): void {
  for (const name of ['plural', 'singular', 'kind', 'listKind'] as const)
    if (!names?.[name]) required(errors, `spec.names.${name}`)
}

function validateNames(errors: Errors, names: CustomResourceDefinitionNames | undefined, path: string): void {
  if (names === undefined) return
  const check = (field: string, name: string | undefined, lower: boolean) => {
    const problems = name ? isDNS1035Label(lower ? name.toLowerCase() : name) : []
    const prefix = lower ? 'may have mixed case, but should otherwise match: ' : ''
    if (problems.length > 0) invalid(errors, `${path}.${field}`, name, prefix + problems.join(','))
  }
  check('plural', names.plural, false)
  check('singular', names.singular, false)
  check('kind', names.kind, true)
  check('listKind', names.listKind, true)
  names.shortNames?.forEach((each, i) => {
    check(`shortNames[${i}]`, each, false)
  })
  if (names.kind && names.kind === names.listKind)
    invalid(errors, `${path}.listKind`, names.listKind, 'kind and listKind may not be the same')
  names.categories?.forEach((each, i) => {
    check(`categories[${i}]`, each, false)
  })
}

function validateStoredVersions(errors: Errors, { spec, status }: CRD): void {
  const stored = status?.storedVersions ?? []
  const path = 'status.storedVersions'
  if (stored.length === 0) {
    invalid(errors, path, stored, 'must have at least one stored version')
    return
  }
  for (const { name, storage } of spec.versions ?? [])
    if (storage && !stored.includes(name)) invalid(errors, path, stored, `must have the storage version ${name}`)
  stored.forEach((name, i) => {
    if (spec.versions?.some((version) => version.name === name)) return
    const why = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`
    invalid(errors, `${path}[${i}]`, name, why)
  })
}

const APPROVAL = 'api-approved.kubernetes.io'

/** Groups of Kubernetes' own need somebody's approval. Source: validation.go validateAPIApproval, pkg/apihelpers/helpers.go GetAPIApprovalState */
function validateApproval(errors: Errors, crd: CRD, old: CRD | undefined): void {
  const { group = '' } = crd.spec
  if (!/(^|\.)(k8s\.io|kubernetes\.io)$/.test(group)) return
  const value = crd.metadata.annotations?.[APPROVAL]
  if (old !== undefined && value === old.metadata.annotations?.[APPROVAL]) return
  const path = `metadata.annotations[${APPROVAL}]`
  const link = 'https://github.com/kubernetes/enhancements/pull/1111'
  if (value === undefined || value === '')
    required(errors, path, `protected groups must have approval annotation "${APPROVAL}", see ${link}`)
  else if (!value.startsWith('unapproved') && !/^https?:\/\/[^/]+/.test(value))
    invalid(
      errors,
      path,
      value,
      `protected groups must have approval annotation "${APPROVAL}" with either a URL or a reason starting with "unapproved", see ${link}`,
    )
}

function validatePreserving(errors: Errors, crd: CRD, old: CRD | undefined): void {
  if (crd.spec.preserveUnknownFields !== true || old?.spec.preserveUnknownFields === true) return
  invalid(
    errors,
    'spec.preserveUnknownFields',
    true,
    'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
  )
}
