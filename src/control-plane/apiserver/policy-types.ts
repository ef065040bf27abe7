import { groupOf, versionOf } from '../../api/meta.ts'
import type { CustomResourceDefinition, ExpressionWarning, ValidatingAdmissionPolicy } from '../../api/types.ts'
import { admissionEnvironment } from '../../cel/admission-environment.ts'
import { compile, type Environment } from '../../cel/index.ts'
import * as T from '../../cel/types.ts'
import { declaredOf } from './apiextensions/declared.ts'
import type { Schema } from './apiextensions/schema.ts'
import { kinds } from './registry/index.ts'
import { shapesOf, typeOfKind } from './structure.ts'

interface Gvk {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** Source: validating/typechecking.go maxTypesToCheck */
const MAX_TYPES = 10
const COMPILED = 'compilation failed: '

/**
 * What is doubtful in a policy's expressions when the objects they are about have the types of their schemas. The API
 * server itself takes every field for granted.
 * Source: apiserver/pkg/admission/plugin/policy/validating/typechecking.go TypeChecker.Check
 */
export function checkPolicyTypes(
  { spec }: ValidatingAdmissionPolicy,
  definitions: readonly CustomResourceDefinition[],
): readonly ExpressionWarning[] {
  const objects = typesToCheck(spec, definitions).flatMap((gvk) => {
    const type = typeOf(gvk, definitions)
    return type === undefined ? [] : [{ gvk, type }]
  })
  const { paramKind, variables = [] } = spec ?? {}
  const params = paramKind && {
    group: groupOf(paramKind.apiVersion ?? ''),
    version: versionOf(paramKind.apiVersion ?? ''),
    kind: paramKind.kind ?? '',
  }
  const paramsType = params && (typeOf(params, definitions) ?? T.DYN)
  const environments = objects.map(({ gvk, type }) => ({
    gvk,
    environment: environmentOf(type, paramsType, variables),
  }))
  const warnings: ExpressionWarning[] = []
  const check = (fieldRef: string, expression: string) => {
    const found = environments.flatMap(({ gvk, environment }) => {
      const program = compile(expression, environment)
      if (!('error' in program)) return []
      const why = program.error.startsWith(COMPILED) ? program.error.slice(COMPILED.length) : program.error
      return [`${gvk.group}/${gvk.version}, Kind=${gvk.kind}: ${why}\n`]
    })
    if (found.length > 0) warnings.push({ fieldRef, warning: found.join('\n') })
  }
  for (const [index, { expression, messageExpression }] of (spec?.validations ?? []).entries()) {
    check(`spec.validations[${index}].expression`, expression)
    if (messageExpression) check(`spec.validations[${index}].messageExpression`, messageExpression)
  }
  return warnings
}

/** Variables come one after the other; one that is itself in doubt has any type. */
function environmentOf(
  object: T.Type,
  params: T.Type | undefined,
  variables: readonly { readonly name: string; readonly expression: string }[],
): Environment {
  const known = new Map<string, T.Type>()
  const environment = (): Environment => {
    const base = admissionEnvironment({ params: params !== undefined, authorizer: true, variables: known })
    return {
      ...base,
      variables: { ...base.variables, object, oldObject: object, ...(params !== undefined && { params }) },
    }
  }
  for (const { name, expression } of variables) {
    const program = compile(expression, environment())
    known.set(name, 'error' in program ? T.DYN : program.type)
  }
  return environment()
}

/** Source: typechecking.go typesToCheck, sortGVKList */
function typesToCheck(
  spec: ValidatingAdmissionPolicy['spec'],
  definitions: readonly CustomResourceDefinition[],
): readonly Gvk[] {
  const found = new Map<string, Gvk>()
  const sorted = (values: readonly string[] = []) => [...values].sort()
  for (const rule of spec?.matchConstraints?.resourceRules ?? []) {
    if (rule.apiGroups?.some(isWild) || rule.apiVersions?.some(isWild)) continue
    const resources = sorted(rule.resources).filter((resource) => !isWild(resource) && !resource.includes('/'))
    let count = 0
    for (const group of sorted(rule.apiGroups))
      for (const version of sorted(rule.apiVersions))
        for (const resource of resources)
          for (const kind of kindsFor(group, version, resource, definitions)) {
            if (count++ < MAX_TYPES) found.set(`${group}/${version}/${kind}`, { group, version, kind })
          }
    if (count >= MAX_TYPES) break
  }
  const key = ({ group, version, kind }: Gvk) => [group, version, kind].join('\0')
  return [...found.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

const isWild = (text: string): boolean => text.includes('*')

function kindsFor(
  group: string,
  version: string,
  resource: string,
  definitions: readonly CustomResourceDefinition[],
): readonly string[] {
  const builtIn = kinds.filter((each) => each.group === group && each.version === version && each.resource === resource)
  const custom = definitions.filter(
    ({ spec }) =>
      spec.group === group &&
      spec.names.plural === resource &&
      spec.versions.some(({ name, served }) => served && name === version),
  )
  return [...builtIn.map(({ kind }) => kind), ...custom.map(({ spec }) => spec.names.kind)]
}

function typeOf({ group, version, kind }: Gvk, definitions: readonly CustomResourceDefinition[]): T.Type | undefined {
  const builtIn = typeOfKind(`${group}/${version}/${kind}`)
  if (builtIn !== undefined) return structType(builtIn)
  const definition = definitions.find(({ spec }) => spec.group === group && spec.names.kind === kind)
  const schema = definition?.spec.versions.find(({ name }) => name === version)?.schema?.openAPIV3Schema
  const declared = schema && declaredOf(schema as Schema, true, kind)?.type
  if (declared?.kind !== 'object') return undefined
  const metadata = structType('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')
  return { ...declared, field: (name) => (name === 'metadata' ? metadata : declared.field(name)) }
}

function structType(name: string): T.ObjectType {
  const shapes = shapesOf(name)
  return {
    kind: 'object',
    name: name.slice(name.lastIndexOf('.') + 1),
    field: (field) => {
      const shape = shapes?.get(field)
      return shape === undefined ? undefined : typeOfShape(shape)
    },
  }
}

/** What the schema does not type, expressions do not see: quantities among it. Source: apiserver/pkg/cel/common/schemas.go SchemaDeclType */
function typeOfShape(shape: string): T.Type | undefined {
  switch (shape[0]) {
    case '@':
      return structType(shape.slice(1))
    case '[': {
      const element = typeOfShape(shape.slice(1))
      return element && T.listOf(element)
    }
    case '{': {
      const value = typeOfShape(shape.slice(1))
      return value && T.mapOf(T.STRING, value)
    }
    default:
      return SHAPES[shape]
  }
}

const SHAPES: Readonly<Record<string, T.Type>> = {
  s: T.STRING,
  b: T.BOOL,
  i: T.INT,
  l: T.INT,
  d: T.DOUBLE,
  y: T.BYTES,
  x: T.DYN,
  t: T.TIMESTAMP,
  m: T.TIMESTAMP,
  o: { kind: 'object', name: 'object', field: () => undefined },
}
