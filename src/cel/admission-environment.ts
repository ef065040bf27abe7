import { parseType } from './declarations.ts'
import { compile, type Environment, type Program } from './index.ts'
import * as T from './types.ts'

/**
 * What the expressions of webhooks and admission policies may refer to.
 * Source: apiserver/pkg/admission/plugin/cel/compile.go
 */
export interface AdmissionScope {
  /** `params`, where the policy has a paramKind. */
  readonly params: boolean
  /** `authorizer` and `authorizer.requestResource`; messages have none. */
  readonly authorizer: boolean
  /** `Object{…}` and `JSONPatch{…}`, of mutations. */
  readonly patchTypes?: boolean
  /** `variables.name`, in the order they are declared. */
  readonly variables?: ReadonlyMap<string, T.Type>
}

const objectType = (name: string, fields: Readonly<Record<string, T.Type>>): T.ObjectType => ({
  kind: 'object',
  name,
  field: (field) => (Object.hasOwn(fields, field) ? fields[field] : undefined),
})

const strings = (...names: readonly string[]): Record<string, T.Type> =>
  Object.fromEntries(names.map((name) => [name, T.STRING]))

const STRINGS = T.listOf(T.STRING)
const TEXTS = T.mapOf(T.STRING, T.STRING)

function requestType(): T.Type {
  const kind = objectType('kubernetes.GroupVersionKind', strings('group', 'version', 'kind'))
  const resource = objectType('kubernetes.GroupVersionResource', strings('group', 'version', 'resource'))
  const userInfo = objectType('kubernetes.UserInfo', {
    ...strings('username', 'uid'),
    groups: STRINGS,
    extra: T.mapOf(T.STRING, STRINGS),
  })
  return objectType('kubernetes.AdmissionRequest', {
    ...strings('subResource', 'requestSubResource', 'name', 'namespace', 'operation'),
    kind,
    resource,
    requestKind: kind,
    requestResource: resource,
    userInfo,
    dryRun: T.BOOL,
    options: T.DYN,
  })
}

function namespaceType(): T.Type {
  const metadata = objectType('kubernetes.NamespaceMetadata', {
    ...strings('name', 'generateName', 'namespace', 'UID', 'resourceVersion'),
    labels: TEXTS,
    annotations: TEXTS,
    creationTimestamp: T.TIMESTAMP,
    deletionTimestamp: T.TIMESTAMP,
    deletionGracePeriodSeconds: T.INT,
    generation: T.INT,
    finalizers: STRINGS,
  })
  const condition = objectType('kubernetes.NamespaceCondition', {
    ...strings('status', 'type', 'message', 'reason'),
    lastTransitionTime: T.TIMESTAMP,
  })
  const status = objectType('kubernetes.NamespaceStatus', { phase: T.STRING, conditions: T.listOf(condition) })
  const spec = objectType('kubernetes.NamespaceSpec', { finalizers: STRINGS })
  return objectType('kubernetes.Namespace', { metadata, spec, status })
}

const patchOperation = (): T.ObjectType => objectType('JSONPatch', { ...strings('op', 'path', 'from'), value: T.DYN })

/** Types of mutations: anything under `Object` has any field. Source: apiserver/pkg/cel/mutation/typeresolver.go */
function patchType(name: string): T.ObjectType | undefined {
  if (name === 'JSONPatch') return patchOperation()
  if (name !== 'Object' && !name.startsWith('Object.')) return undefined
  return { kind: 'object', name, field: () => T.DYN }
}

export function admissionEnvironment({ params, authorizer, patchTypes, variables }: AdmissionScope): Environment {
  return {
    variables: {
      object: T.DYN,
      oldObject: T.DYN,
      namespaceObject: namespaceType(),
      request: requestType(),
      ...(params && { params: T.DYN }),
      ...(authorizer && {
        authorizer: parseType('kubernetes.authorization.Authorizer'),
        'authorizer.requestResource': parseType('kubernetes.authorization.ResourceCheck'),
      }),
      ...(variables && { variables: objectType('kubernetes.variables', Object.fromEntries(variables)) }),
    },
    ...(patchTypes && { struct: patchType }),
  }
}

/** What an expression must come to. */
export const returns = {
  condition: [T.BOOL],
  message: [T.STRING],
  auditAnnotation: [T.STRING, T.NULL],
  applyConfiguration: [patchType('Object')!],
  jsonPatch: [T.listOf(patchOperation())],
} as const satisfies Readonly<Record<string, readonly T.Type[]>>

/**
 * @param results what it may come to; none: anything
 * @returns the program, or upstream's words for why there is none. Source: compile.go CompileCELExpression
 */
export function compileForAdmission(
  expression: string,
  scope: AdmissionScope,
  results: readonly T.Type[] = [],
): Program | { readonly error: string } {
  const program = compile(expression, admissionEnvironment(scope))
  if ('error' in program) return program
  if (results.length === 0 || results.some((type) => T.formatType(type) === T.formatType(program.type))) return program
  const names = results.map(T.formatType).map((name) => (name === 'null' ? 'null_type' : name))
  const wanted = names.length === 1 ? names[0]! : `one of [${names.join(' ')}]`
  return { error: `must evaluate to ${wanted} but got ${T.formatType(program.type)}` }
}
