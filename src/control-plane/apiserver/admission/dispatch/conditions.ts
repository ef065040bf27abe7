import type { KubernetesObject } from '../../../../api/types.ts'
import {
  AuthorizerValue,
  CelError,
  CheckValue,
  compile,
  type Environment,
  evaluate,
  fromJson,
  MapValue,
  type Outcome,
  overload,
  type Program,
  type Type,
  type Value,
} from '../../../../cel/admission.ts'
import type { AdmissionAttributes } from '../../contract.ts'
import type { Matched } from './matching.ts'
import { admissionRequest, versioned } from './request.ts'

/** What the match conditions of one webhook or policy may count for together. Source: apiserver/pkg/apis/cel/config.go */
const MATCH_CONDITIONS_BUDGET = 2_500_000

const DYN: Type = { kind: 'dyn' }
const AUTHORIZER: Type = { kind: 'opaque', name: 'kubernetes.authorization.Authorizer', params: [] }
const RESOURCE_CHECK: Type = { kind: 'opaque', name: 'kubernetes.authorization.ResourceCheck', params: [] }

/** Source: plugin/cel/mutation/jsonpatch.go */
const JSON_PATCH: Readonly<Record<string, Type>> = {
  op: { kind: 'string' },
  path: { kind: 'string' },
  from: { kind: 'string' },
  value: DYN,
}

/** What every expression may name. Source: plugin/cel/compile.go */
export const VARIABLES: Readonly<Record<string, Type>> = {
  object: DYN,
  oldObject: DYN,
  request: DYN,
  params: DYN,
  namespaceObject: DYN,
  variables: DYN,
  authorizer: AUTHORIZER,
  'authorizer.requestResource': RESOURCE_CHECK,
}

const ENVIRONMENT: Environment = {
  variables: VARIABLES,
  struct: (name) => {
    if (name === 'JSONPatch') return { kind: 'object', name, field: (field) => JSON_PATCH[field] }
    return /^Object(\.|$)/.test(name) ? { kind: 'object', name, field: () => DYN } : undefined
  },
  functions: [
    overload('#jsonpatch.escapeKey(string): string', (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1')),
  ],
}

const programs = new Map<string, ReturnType<typeof compile>>()
const LIMIT = 2000

/** Expressions are compiled once. */
export function compiled(expression: string): Program | { readonly error: string } {
  let program = programs.get(expression)
  if (program === undefined) {
    program = compile(expression, ENVIRONMENT)
    if (programs.size >= LIMIT) programs.clear()
    programs.set(expression, program)
  }
  return program
}

export type Bindings = Readonly<Record<string, Value>>

/** The variables of one evaluation. */
export function bindings(
  attributes: AdmissionAttributes,
  matched: Matched,
  object: KubernetesObject | undefined,
  params: KubernetesObject | undefined,
): Bindings {
  const { server, namespace, old } = attributes
  const { endpoint } = matched
  const of = namespace === undefined ? undefined : server.read('Namespace', namespace)
  const authorizer = authorizerOf(attributes)
  return {
    object: fromJson(versioned(endpoint, object)),
    oldObject: fromJson(versioned(endpoint, old)),
    request: fromJson({ name: '', namespace: '', subResource: '', ...admissionRequest(attributes, endpoint) }),
    params: fromJson(params),
    namespaceObject: fromJson(of),
    authorizer,
    'authorizer.requestResource': requestResource(attributes, authorizer),
  }
}

function authorizerOf({ server, user }: AdmissionAttributes): AuthorizerValue {
  return new AuthorizerValue(({ serviceAccount, verb, path, ...asked }) => {
    const account = serviceAccount && `system:serviceaccount:${serviceAccount.namespace}:${serviceAccount.name}`
    const groups = serviceAccount && ['system:serviceaccounts', `system:serviceaccounts:${serviceAccount.namespace}`]
    const who = account === undefined ? user : { name: account, groups: [...groups!, 'system:authenticated'] }
    const { group = '', resource = '', subresource, namespace, name } = asked
    return server.authorizer.authorize({
      user: who,
      verb,
      group,
      version: '*',
      resource,
      subresource,
      namespace,
      name,
      ...(path !== undefined && { path }),
    })
  })
}

function requestResource(attributes: AdmissionAttributes, authorizer: AuthorizerValue): CheckValue {
  const { endpoint, subresource, namespace, name } = attributes
  const { group, resource } = endpoint.definition
  return new CheckValue('ResourceCheck', authorizer, {
    group,
    resource,
    ...(subresource !== undefined && { subresource }),
    ...(namespace !== undefined && { namespace }),
    ...(name !== '' && { name }),
  })
}

/** One expression; what is wrong with it, or with evaluating it, is upstream's words. */
export function run(expression: string, variables: Bindings, limit?: number): Outcome {
  const program = compiled(expression)
  if ('error' in program) return { error: `compilation error: ${program.error}`, exceeded: false, cost: 0 }
  const outcome = evaluate(program, variables, limit)
  if (outcome.error === undefined) return outcome
  return {
    ...outcome,
    error: outcome.exceeded ? outcome.error : `expression '${expression}' resulted in error: ${outcome.error}`,
  }
}

/** `variables.name`: evaluated when somebody looks, and once. Source: plugin/cel/composition.go */
export class LazyVariables extends MapValue {
  readonly #expressions: ReadonlyMap<string, string>
  readonly #known = new Map<string, Outcome>()
  #bindings: Bindings = {}

  constructor(variables: readonly { readonly name: string; readonly expression: string }[]) {
    super('kubernetes.variables')
    this.#expressions = new Map(variables.map(({ name, expression }) => [name, expression]))
  }

  /** The bindings with these variables among them. */
  within(bindings: Bindings): Bindings {
    this.#bindings = { ...bindings, variables: this }
    return this.#bindings
  }

  get size(): number {
    return this.#expressions.size
  }

  keys(): readonly Value[] {
    return [...this.#expressions.keys()]
  }

  get(key: Value): Value | undefined {
    const expression = this.#expressions.get(String(key))
    if (expression === undefined) return undefined
    const outcome = this.#known.get(String(key)) ?? run(expression, this.#bindings)
    this.#known.set(String(key), outcome)
    if (outcome.error !== undefined)
      throw new CelError(`composited variable ${JSON.stringify(key)} fails to evaluate: ${outcome.error}`)
    return outcome.value
  }
}

export interface MatchCondition {
  readonly name: string
  readonly expression: string
}

/** Whether all conditions hold; an error is one where it fails the request. Source: webhook/matchconditions/matcher.go Match */
export function matchesConditions(
  conditions: readonly MatchCondition[],
  variables: Bindings,
  failurePolicy: string | undefined,
): boolean | { readonly error: string } {
  let budget = MATCH_CONDITIONS_BUDGET
  const errors: string[] = []
  for (const { expression } of conditions) {
    const outcome = run(expression, variables, budget)
    budget -= outcome.cost
    if (outcome.error !== undefined) errors.push(outcome.error)
    else if (outcome.value === false) return false
  }
  if (errors.length === 0) return true
  if (failurePolicy === 'Ignore') return false
  const unique = [...new Set(errors)]
  return { error: unique.length > 1 ? `[${unique.join(', ')}]` : unique[0]! }
}
