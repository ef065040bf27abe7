import type { ValidationRule } from '../../../../../api/types.ts'
import { type CompiledRule, compiledRules } from '../../../apiextensions/rules.ts'
import { propertyOf, type Schema } from '../../../apiextensions/schema.ts'
import { type Errors, invalid, notSupported, required } from '../field-error.ts'

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']

interface Where {
  readonly root: boolean
  readonly uncorrelated: string | undefined
  /** Whether the schema is good enough for its rules to be compiled. */
  readonly compile: boolean
}

/** Source: apiextensions validation.go ValidateCustomResourceDefinitionOpenAPISchema, from XValidations on */
export function validateRules(errors: Errors, schema: Schema, path: string, where: Where): void {
  const rules = schema['x-kubernetes-validations'] ?? []
  if (rules.length === 0) return
  const before = errors.length
  rules.forEach((rule, i) => {
    validateText(errors, rule, schema, `${path}.x-kubernetes-validations[${i}]`)
  })
  if (errors.length > before || !where.compile) return
  compiledRules(schema, where.root).forEach((compiled, i) => {
    validateCompiled(errors, compiled, `${path}.x-kubernetes-validations[${i}]`, where.uncorrelated)
  })
}

function validateText(errors: Errors, rule: ValidationRule, schema: Schema, path: string): void {
  const { rule: source, message = '', messageExpression = '', reason, fieldPath = '' } = rule
  const lines = (text: string) => /[\n\r]/.test(text.trim())
  if (source.trim() === '') required(errors, `${path}.rule`, 'rule is not specified')
  else if (message !== '' && message.trim() === '')
    invalid(errors, `${path}.message`, message, 'must be non-empty if specified')
  else if (lines(message)) invalid(errors, `${path}.message`, message, 'must not contain line breaks')
  else if (lines(source) && message.trim() === '')
    required(errors, `${path}.message`, 'message must be specified if rule contains line breaks')
  if (messageExpression !== '' && messageExpression.trim() === '')
    required(errors, `${path}.messageExpression`, 'messageExpression must be non-empty if specified')
  if (reason && !REASONS.includes(reason)) notSupported(errors, `${path}.reason`, reason, REASONS)
  if (fieldPath === '') return
  if (fieldPath.trim() === '') invalid(errors, `${path}.fieldPath`, fieldPath, 'must be non-empty if specified')
  if (lines(fieldPath)) invalid(errors, `${path}.fieldPath`, fieldPath, 'must not contain line breaks')
  if (!leads(fieldPath, schema)) invalid(errors, `${path}.fieldPath`, fieldPath, 'must be a valid path')
}

/** Whether a path leads to a field that the schema has. */
function leads(path: string, schema: Schema): boolean {
  let at: Schema | undefined = schema
  let rest = path
  while (rest !== '' && at !== undefined) {
    const found: RegExpExecArray | null = /^(?:\.([^.[\]]+)|\['((?:\\.|[^'])*)'\])/.exec(rest)
    if (found === null) return false
    rest = rest.slice(found[0].length)
    at = propertyOf(at, found[1] ?? found[2]!.replace(/\\(.)/g, '$1'))
  }
  return at !== undefined
}

function validateCompiled(
  errors: Errors,
  compiled: CompiledRule,
  path: string,
  uncorrelated: string | undefined,
): void {
  const { rule, program, error, messageError } = compiled
  if (error !== undefined) invalid(errors, `${path}.rule`, internalForm(rule), error)
  if (messageError !== undefined) invalid(errors, `${path}.messageExpression`, internalForm(rule), messageError)
  if (program === undefined) return
  if (program.references.has('oldSelf')) {
    const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`
    if (uncorrelated !== undefined) invalid(errors, `${path}.rule`, rule.rule, why)
  } else if (rule.optionalOldSelf !== undefined)
    invalid(errors, `${path}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule')
}

/** A rule as errors show it: every field of the internal struct. */
function internalForm(rule: ValidationRule): unknown {
  return {
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  }
}
