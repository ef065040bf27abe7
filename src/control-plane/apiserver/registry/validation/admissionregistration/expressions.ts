import { isLabelKey } from '../../../../../api/names.ts'
import type { MatchCondition, Variable } from '../../../../../api/types.ts'
import { type AdmissionScope, compileForAdmission, returns } from '../../../../../cel/admission-environment.ts'
import * as T from '../../../../../cel/types.ts'
import { duplicate, type Errors, invalid, invalidEach, required, tooMany } from '../field-error.ts'

/** Source: pkg/apis/admissionregistration/validation/validation.go. */

/** @returns what the expression comes to, DYN where it is wrong */
export function validateExpression(
  errors: Errors,
  field: string,
  expression: string,
  scope: AdmissionScope,
  results: readonly T.Type[] = [],
): T.Type {
  const program = compileForAdmission(expression, scope, results)
  if (!('error' in program)) return program.type
  invalid(errors, field, expression, program.error)
  return T.DYN
}

const MAX_CONDITIONS = 64

export function validateMatchConditions(
  errors: Errors,
  field: string,
  conditions: readonly MatchCondition[] = [],
  params: boolean,
): void {
  if (conditions.length > MAX_CONDITIONS) tooMany(errors, field, conditions.length, MAX_CONDITIONS)
  const names = new Set<string>()
  for (const [i, { name = '', expression = '' }] of conditions.entries()) {
    const path = `${field}[${i}]`
    const trimmed = expression.trim()
    if (trimmed === '') required(errors, `${path}.expression`)
    else validateExpression(errors, `${path}.expression`, trimmed, { params, authorizer: true }, returns.condition)
    if (name === '') {
      required(errors, `${path}.name`)
      continue
    }
    invalidEach(errors, `${path}.name`, name, isLabelKey(name))
    if (names.has(name)) duplicate(errors, `${path}.name`, name)
    names.add(name)
  }
}

const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)

const isIdentifier = (name: string): boolean => /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) && !RESERVED.has(name)

/** @returns the variables by name with what they come to, for the expressions after them. Source: validateVariable. */
export function validateVariables(
  errors: Errors,
  variables: readonly Variable[] = [],
  params: boolean,
): ReadonlyMap<string, T.Type> {
  const known = new Map<string, T.Type>()
  for (const [i, { name = '', expression = '' }] of variables.entries()) {
    const path = `spec.variables[${i}]`
    if (name.trim() === '') required(errors, `${path}.name`, 'name is not specified')
    else if (!isIdentifier(name)) invalid(errors, `${path}.name`, name, 'must be a valid CEL identifier')
    if (expression.trim() === '') {
      required(errors, `${path}.expression`, 'expression is not specified')
      continue
    }
    const scope = { params, authorizer: true, variables: known }
    known.set(name, validateExpression(errors, `${path}.expression`, expression, scope))
  }
  return known
}
