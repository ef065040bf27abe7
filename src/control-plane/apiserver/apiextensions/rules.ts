import { equal } from '../../../api/equal.ts'
import { quote } from '../../../api/names.ts'
import type { KubernetesObject, ValidationRule } from '../../../api/types.ts'
import { compile, evaluate, PER_CALL_LIMIT, type Program, RUNTIME_BUDGET } from '../../../cel/index.ts'
import { optionalOf } from '../../../cel/types.ts'
import { OptionalValue, type Value } from '../../../cel/values.ts'
import type { FieldError } from '../registry/contract.ts'
import { goJSON } from '../registry/validation/internal-form.ts'
import { declaredOf } from './declared.ts'
import { correlated } from './json-schema.ts'
import { additionalOf, isEmbedded, isObject, itemsOf, type JsonObject, type Schema } from './schema.ts'

/** One rule, compiled: its program, or why it has none. */
export interface CompiledRule {
  readonly rule: ValidationRule
  readonly program?: Program
  readonly error?: string
  readonly message?: Program
  readonly messageError?: string
}

const compiled = new WeakMap<Schema, readonly CompiledRule[]>()

/** The rules that stand at one place of a schema. Source: apiextensions-apiserver/pkg/apiserver/schema/cel/compilation.go Compile */
export function compiledRules(schema: Schema, root: boolean): readonly CompiledRule[] {
  let rules = compiled.get(schema)
  if (rules === undefined) {
    rules = (schema['x-kubernetes-validations'] ?? []).map((rule) => compileRule(rule, schema, root))
    compiled.set(schema, rules)
  }
  return rules
}

function compileRule(rule: ValidationRule, schema: Schema, root: boolean): CompiledRule {
  if (rule.rule.trim() === '') return { rule }
  const declared = declaredOf(schema, root)
  if (declared === undefined) return { rule, error: 'failed to convert to declType for CEL validation rules' }
  const { type } = declared
  const variables = { self: type, oldSelf: rule.optionalOldSelf ? optionalOf(type) : type }
  const program = compile(rule.rule, { variables })
  if ('error' in program) return { rule, error: program.error }
  if (program.type.kind !== 'bool') return { rule, error: 'cel expression must evaluate to a bool' }
  if (!rule.messageExpression) return { rule, program }
  const message = compile(rule.messageExpression, { variables })
  if ('error' in message) return { rule, program, messageError: `messageExpression ${message.error}` }
  if (message.type.kind !== 'string')
    return { rule, program, messageError: 'messageExpression must evaluate to a string' }
  return { rule, program, message }
}

const having = new WeakMap<Schema, boolean>()

export function hasRules(schema: Schema): boolean {
  let answer = having.get(schema)
  if (answer === undefined) {
    const within = [...Object.values(schema.properties ?? {}), itemsOf(schema), additionalOf(schema)]
    answer =
      (schema['x-kubernetes-validations']?.length ?? 0) > 0 ||
      within.some((each) => each !== undefined && hasRules(each))
    having.set(schema, answer)
  }
  return answer
}

/** What the rules of a schema find wrong with an object. Source: schema/cel/validation.go Validator */
export function ruleErrors(object: KubernetesObject, schema: Schema, old: KubernetesObject | undefined): FieldError[] {
  if (!hasRules(schema)) return []
  const walk = new RuleWalk()
  walk.value(object, schema, '', old, true)
  return walk.errors
}

class RuleWalk {
  readonly errors: FieldError[] = []
  #budget = RUNTIME_BUDGET

  value(value: unknown, schema: Schema, path: string, old: unknown, root: boolean): void {
    if (this.#budget < 0 || value === null || value === undefined || !hasRules(schema)) return
    this.#own(value, schema, path, old, root || isEmbedded(schema))
    if (Array.isArray(value)) {
      const items = itemsOf(schema)
      const before = correlated(schema, old)
      if (items !== undefined)
        value.forEach((item, i) => {
          this.value(item, items, `${path}[${i}]`, before?.(item), false)
        })
    } else if (isObject(value)) this.#members(value, schema, path, old)
  }

  #members(object: JsonObject, schema: Schema, path: string, old: unknown): void {
    const { properties = {} } = schema
    const additional = additionalOf(schema)
    const before = isObject(old) ? old : undefined
    for (const name of Object.keys(object)) {
      const known = Object.hasOwn(properties, name)
      const property = known ? properties[name] : additional
      if (property === undefined) continue
      const at = known ? (path === '' ? name : `${path}.${name}`) : `${path}[${name}]`
      this.value(object[name], property, at, before?.[name], false)
    }
  }

  #own(value: unknown, schema: Schema, path: string, old: unknown, root: boolean): void {
    const rules = compiledRules(schema, root)
    const declared = rules.length === 0 ? undefined : declaredOf(schema, root)
    if (declared === undefined) return
    const self = declared.value(value)
    const oldSelf = old === undefined || old === null ? undefined : declared.value(old)
    for (const each of rules) {
      if (this.#budget <= 0) {
        this.#exhausted(path, schema)
        return
      }
      this.#rule(each, { value, schema, path, self, oldSelf, unchanged: old !== undefined && equal(value, old) })
    }
  }

  #exhausted(path: string, schema: Schema): void {
    this.#invalid(
      path,
      schema,
      'validation failed due to running out of cost budget, no further validation rules will be run',
    )
    this.#budget = -1
  }

  #invalid(path: string, { type = '' }: Schema, why: string): void {
    this.errors.push({
      type: 'FieldValueInvalid',
      field: path || '<nil>',
      message: `Invalid value: ${quote(type)}: ${why}`,
    })
  }

  #rule(compiledRule: CompiledRule, at: Place): void {
    const { rule, program, error } = compiledRule
    const { path, schema, self, oldSelf } = at
    if (error !== undefined) {
      this.#invalid(path, schema, `rule compile error: ${error}`)
      return
    }
    if (program === undefined) return
    const transition = program.references.has('oldSelf')
    if (transition && oldSelf === undefined && !rule.optionalOldSelf) return
    const variables = { self, ...oldSelfOf(rule, oldSelf) }
    const outcome = evaluate(program, variables, PER_CALL_LIMIT)
    if (outcome.cost > this.#budget) {
      this.#exhausted(path, schema)
      return
    }
    this.#budget -= outcome.cost
    if (outcome.error !== undefined) {
      this.#failed(rule, at, outcome)
      return
    }
    if (outcome.value === true) return
    // What stood there before the rule did is let be.
    if (!transition && at.unchanged) return
    const detail = this.#message(compiledRule, variables) ?? messageOf(rule)
    this.errors.push(errorFor(rule, at, detail))
  }

  #failed(
    rule: ValidationRule,
    { path, schema }: Place,
    { error = '', exceeded }: { error?: string; exceeded?: boolean },
  ): void {
    if (exceeded) {
      const why = `'${error}': no further validation rules will be run due to call cost exceeds limit for rule: ${named(rule)}`
      this.#invalid(path, schema, why)
      this.#budget = -1
    } else if (error.startsWith('no such overload')) {
      const why = 'call arguments did not match a supported operator, function or macro signature for rule'
      this.#invalid(path, schema, `'${error}': ${why}: ${named(rule)}`)
    } else this.#invalid(path, schema, `${error} evaluating rule: ${named(rule)}`)
  }

  /** Source: validation.go evalMessageExpression */
  #message({ message }: CompiledRule, variables: Readonly<Record<string, Value>>): string | undefined {
    if (message === undefined) return undefined
    const outcome = evaluate(message, variables, PER_CALL_LIMIT)
    this.#budget -= outcome.cost
    if (outcome.error !== undefined || typeof outcome.value !== 'string') return undefined
    const text = outcome.value.trim()
    return text === '' || text.length > MAX_MESSAGE || text.includes('\n') ? undefined : text
  }
}

/** Source: apiserver/pkg/apis/cel/config.go MaxEvaluatedMessageExpressionSizeBytes */
const MAX_MESSAGE = 5 * 1024

interface Place {
  readonly value: unknown
  readonly schema: Schema
  readonly path: string
  readonly self: Value
  readonly oldSelf: Value | undefined
  readonly unchanged: boolean
}

function oldSelfOf(rule: ValidationRule, oldSelf: Value | undefined): Readonly<Record<string, Value>> {
  if (rule.optionalOldSelf) return { oldSelf: new OptionalValue(oldSelf) }
  return oldSelf === undefined ? {} : { oldSelf }
}

/** Source: validation.go ruleErrorString */
const named = ({ message, rule }: ValidationRule) => (message ? message.trim() : rule.trim())

const messageOf = ({ message, rule }: ValidationRule) => (message ? message.trim() : `failed rule: ${rule.trim()}`)

/** Source: validation.go fieldErrorForReason */
function errorFor(rule: ValidationRule, { path, value, schema }: Place, detail: string): FieldError {
  const field = `${path}${rule.fieldPath ?? ''}`.replace(/^\./, '') || '<nil>'
  const shown = schema.type === 'object' || schema.type === 'array' ? '' : ` ${shownValue(value)}:`
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return { type: 'FieldValueForbidden', field, message: `Forbidden: ${detail}` }
    case 'FieldValueRequired':
      return { type: 'FieldValueRequired', field, message: `Required value: ${detail}` }
    case 'FieldValueDuplicate':
      return {
        type: 'FieldValueDuplicate',
        field,
        message: `Duplicate value${shown === '' ? '' : `: ${shownValue(value)}`}`,
      }
    default:
      return { type: 'FieldValueInvalid', field, message: `Invalid value:${shown} ${detail}` }
  }
}

const shownValue = (value: unknown) => (typeof value === 'string' ? quote(value) : goJSON(value))
