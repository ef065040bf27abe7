import { isDNS1123Label, isDNS1123Subdomain } from '../../../../../api/names.ts'
import type {
  FlowControlSubject,
  FlowSchema,
  FlowSchemaSpec,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
} from '../../../../../api/types.ts'
import { flowSchemas } from '../../../bootstrap/flow-control.ts'
import { semanticallyEqual } from '../../semantic-equality.ts'
import { duplicate, type Errors, forbidden, invalid, invalidEach, notSupported, required } from '../field-error.ts'
import { internalForm } from '../internal-form.ts'

/** Source: pkg/apis/flowcontrol/validation/validation.go. */

const MAX_PRECEDENCE = 10_000
const METHODS = ['ByNamespace', 'ByUser']
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch']

/** Those that nobody may change. Source: apiserver/pkg/apis/flowcontrol/bootstrap MandatoryFlowSchemas. */
const MANDATORY = ['exempt', 'catch-all']

export function validateFlowSchema({ metadata: { name }, spec, status }: FlowSchema): Errors {
  const errors: Errors = []
  const given: FlowSchemaSpec = spec ?? { priorityLevelConfiguration: { name: '' } }
  validateSpec(errors, name, given)
  if (MANDATORY.includes(name)) {
    const fixed = flowSchemas().find((each) => each.metadata.name === name)
    if (!semanticallyEqual(given, fixed?.spec)) {
      const whole = internalForm('FlowSchemaSpec', { ...given })
      invalid(errors, 'spec', whole, `spec of '${name}' must equal the fixed value`)
    }
  }
  validateConditions(errors, status?.conditions)
  return errors
}

export function validateFlowSchemaStatus({ status }: FlowSchema): Errors {
  const errors: Errors = []
  validateConditions(errors, status?.conditions)
  return errors
}

interface Typed {
  readonly type?: string
}

/** One of each type. Source: ValidateFlowSchemaStatus, ValidatePriorityLevelConfigurationStatus. */
export function validateConditions(errors: Errors, conditions: readonly Typed[] = []): void {
  const seen = new Set<string>()
  for (const [i, { type = '' }] of conditions.entries()) {
    const field = `status.conditions[${i}].type`
    if (seen.has(type)) duplicate(errors, field, type)
    seen.add(type)
    if (type === '') required(errors, field)
  }
}

function validateSpec(errors: Errors, name: string, spec: FlowSchemaSpec): void {
  const { matchingPrecedence: precedence = 0, distinguisherMethod, priorityLevelConfiguration, rules = [] } = spec
  const wrong = (detail: string) => invalid(errors, 'spec.matchingPrecedence', precedence, detail)
  if (precedence <= 0) wrong('must be a positive value')
  if (precedence > MAX_PRECEDENCE) wrong(`must not be greater than ${MAX_PRECEDENCE}`)
  if (precedence === 1 && name !== 'exempt') wrong("only the schema named 'exempt' may have matchingPrecedence 1")
  if (distinguisherMethod !== undefined && !METHODS.includes(distinguisherMethod.type)) {
    const method = internalForm('FlowDistinguisherMethod', { ...distinguisherMethod })
    notSupported(errors, 'spec.distinguisherMethod.type', method, METHODS)
  }
  const level = priorityLevelConfiguration?.name ?? ''
  const field = 'spec.priorityLevelConfiguration.name'
  if (level === '') required(errors, field, 'must reference a priority level')
  else invalidEach(errors, field, level, isDNS1123Subdomain(level))
  for (const [i, rule] of rules.entries()) validateRule(errors, `spec.rules[${i}]`, rule)
}

function validateRule(errors: Errors, field: string, rule: PolicyRulesWithSubjects): void {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule
  if (subjects.length === 0) required(errors, `${field}.subjects`, 'subjects must contain at least one value')
  for (const [i, subject] of subjects.entries()) validateSubject(errors, `${field}.subjects[${i}]`, subject)
  if (resourceRules.length + nonResourceRules.length === 0) {
    required(errors, field, 'at least one of resourceRules and nonResourceRules has to be non-empty')
  }
  for (const [i, each] of resourceRules.entries()) validateResourceRule(errors, `${field}.resourceRules[${i}]`, each)
  for (const [i, each] of nonResourceRules.entries()) {
    validateNonResourceRule(errors, `${field}.nonResourceRules[${i}]`, each)
  }
}

const SUBJECT_KINDS = { ServiceAccount: 'serviceAccount', User: 'user', Group: 'group' } as const

function validateSubject(errors: Errors, field: string, subject: FlowControlSubject): void {
  const kind = subject.kind as keyof typeof SUBJECT_KINDS
  if (!Object.hasOwn(SUBJECT_KINDS, kind)) {
    notSupported(errors, `${field}.kind`, subject.kind ?? '', ['Group', 'ServiceAccount', 'User'])
    return
  }
  const own = SUBJECT_KINDS[kind]
  const value = subject[own]
  if (value === undefined) required(errors, `${field}.${own}`, `${own} is required when subject kind is '${kind}'`)
  else if (own === 'serviceAccount') validateServiceAccount(errors, `${field}.${own}`, value)
  else if (!value.name) required(errors, `${field}.${own}.name`)
  for (const other of ['serviceAccount', 'user', 'group'] as const) {
    if (other === own || subject[other] === undefined) continue
    const needed = other[0]!.toUpperCase() + other.slice(1)
    forbidden(errors, `${field}.${other}`, `${other} is forbidden when subject kind is not '${needed}'`)
  }
}

interface Account {
  readonly name?: string
  readonly namespace?: string
}

function validateServiceAccount(errors: Errors, field: string, { name = '', namespace = '' }: Account): void {
  if (name === '') required(errors, `${field}.name`)
  else if (name !== '*') invalidEach(errors, `${field}.name`, name, isDNS1123Subdomain(name))
  if (namespace === '') required(errors, `${field}.namespace`, 'must specify namespace for service account')
  else invalidEach(errors, `${field}.namespace`, namespace, isDNS1123Label(namespace))
}

function validateVerbs(errors: Errors, field: string, verbs: readonly string[]): void {
  if (verbs.length === 0) required(errors, field, 'verbs must contain at least one value')
  else if (verbs.includes('*')) {
    if (verbs.length > 1) invalid(errors, field, verbs, "if '*' is present, must not specify other verbs")
  } else if (!verbs.every((verb) => VERBS.includes(verb))) notSupported(errors, field, verbs, VERBS)
}

function validateNonResourceRule(errors: Errors, field: string, rule: NonResourcePolicyRule): void {
  const { verbs = [], nonResourceURLs: urls = [] } = rule
  validateVerbs(errors, `${field}.verbs`, verbs)
  const path = `${field}.nonResourceURLs`
  if (urls.length === 0) required(errors, path, 'nonResourceURLs must contain at least one value')
  else if (urls.includes('*')) {
    if (urls.length > 1) invalid(errors, path, urls, "if '*' is present, must not specify other non-resource URLs")
  } else {
    for (const [i, url] of urls.entries()) {
      const wrong = urlError(url)
      if (wrong !== undefined) invalid(errors, `${path}[${i}]`, url, wrong)
    }
  }
}

/** Source: ValidateNonResourceURLPath. */
function urlError(url: string): string | undefined {
  if (url === '') return 'must not be empty'
  if (url === '/') return undefined
  if (!url.startsWith('/')) return 'must start with slash'
  if (url.includes(' ')) return 'must not contain white-space'
  if (url.includes('//')) return 'must not contain double slash'
  const stars = url.split('*').length - 1
  return stars > 1 || (stars === 1 && !url.endsWith('/*')) ? 'wildcard can only do suffix matching' : undefined
}

const NAMESPACE_RULE = "each member of this list must be '*' or a DNS-1123 label; "

function validateResourceRule(errors: Errors, field: string, rule: ResourcePolicyRule): void {
  const { verbs = [], apiGroups = [], resources = [], namespaces = [], clusterScope = false } = rule
  validateVerbs(errors, `${field}.verbs`, verbs)
  const alone = (name: string, values: readonly string[], one: string, many: string) => {
    if (values.length === 0) required(errors, `${field}.${name}`, `resource rules must supply at least one ${one}`)
    else if (values.length > 1 && values.includes('*')) {
      invalid(errors, `${field}.${name}`, values, `if '*' is present, must not specify other ${many}`)
    }
  }
  alone('apiGroups', apiGroups, 'api group', 'api groups')
  alone('resources', resources, 'resource', 'resources')
  const path = `${field}.namespaces`
  if (namespaces.length === 0 && !clusterScope) {
    required(errors, path, 'resource rules that are not cluster scoped must supply at least one namespace')
  } else if (namespaces.includes('*')) {
    if (namespaces.length > 1) {
      invalid(errors, path, namespaces, "if '*' is present, must not specify other namespaces")
    }
  } else {
    for (const [i, namespace] of namespaces.entries()) {
      const wrong = isDNS1123Label(namespace).map((text) => NAMESPACE_RULE + text)
      invalidEach(errors, `${path}[${i}]`, namespace, wrong)
    }
  }
}
