import { Ajv, type ValidateFunction } from 'ajv'
import { LIMITS } from './limits.ts'

/** One line of something that can be seen: titles stand in lists and tables. */
export const ONE_LINE = '^(?=.*\\S)\\P{Cc}*$'
const line = { type: 'string', minLength: 1, maxLength: 2000, pattern: ONE_LINE }
const text = { type: 'string', minLength: 1, maxLength: 2000 }
const slug = { type: 'string', maxLength: 63, pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' }

export const packSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['title', 'exam', 'curriculum', 'topology'],
  properties: {
    title: line,
    exam: { enum: ['CKA', 'CKAD', 'CKS'] },
    curriculum: { type: 'string', pattern: '^v1\\.\\d+$' },
    description: text,
    order: { type: 'integer' },
    topology: { type: 'object' },
  },
}

export const exerciseSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'title', 'domain', 'competency', 'weight', 'minutes', 'difficulty', 'criteria'],
  properties: {
    id: slug,
    title: line,
    domain: line,
    competency: line,
    weight: { type: 'integer', minimum: 1, maximum: 20 },
    minutes: { type: 'integer', minimum: 1, maximum: 60 },
    difficulty: { enum: ['easy', 'medium', 'hard'] },
    topology: { type: 'object' },
    criteria: {
      type: 'array',
      minItems: 1,
      maxItems: LIMITS.criteria,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['id', 'title', 'points', 'why'],
        properties: {
          id: slug,
          title: line,
          points: { type: 'integer', minimum: 1, maximum: 100 },
          why: text,
          needs: { type: 'array', items: slug },
        },
      },
    },
  },
}

/** Compiled when the first pack is read: who only wants a cluster does not wait for it. */
const validators = new Map<object, ValidateFunction>()

export function validatorOf(schema: object): ValidateFunction {
  let validate = validators.get(schema)
  if (validate === undefined) {
    validate = new Ajv({ allErrors: true }).compile(schema)
    validators.set(schema, validate)
  }
  return validate
}
