import { quote } from '../../../../api/names.ts'
import type { FieldError } from '../contract.ts'
import { goJSON } from './internal-form.ts'

/**
 * Errors are collected in the order upstream finds them: every check takes the list and the path, and adds to the list.
 * Source: apimachinery/pkg/util/validation/field/errors.go.
 */
export type Errors = FieldError[]

/** How upstream prints field.NewPath(""), for errors about the whole object. */
export const ROOT = '[]'

const titles: Readonly<Record<FieldError['type'], string>> = {
  FieldValueRequired: 'Required value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueNotFound: 'Not found',
  FieldValueTypeInvalid: 'Invalid value',
  InternalError: 'Internal error',
}

/** As ErrorBody prints a value: texts quoted, numbers and booleans bare, anything else as JSON (nil: `null`). */
function valueText(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : goJSON(value)
}

function add(
  errors: Errors,
  type: FieldError['type'],
  field: string,
  detail: string,
  value?: { readonly of: unknown },
) {
  const title = value ? `${titles[type]}: ${valueText(value.of)}` : titles[type]
  errors.push({ type, field, message: detail === '' ? title : `${title}: ${detail}` })
}

export const required = (errors: Errors, field: string, detail = ''): void =>
  add(errors, 'FieldValueRequired', field, detail)

export const forbidden = (errors: Errors, field: string, detail: string): void =>
  add(errors, 'FieldValueForbidden', field, detail)

export const invalid = (errors: Errors, field: string, value: unknown, detail: string): void =>
  add(errors, 'FieldValueInvalid', field, detail, { of: value })

/** About a value that is not shown (OmitValueType). */
export const invalidUnshown = (errors: Errors, field: string, detail: string): void =>
  add(errors, 'FieldValueInvalid', field, detail)

/** One error for each message about the same value. */
export function invalidEach(errors: Errors, field: string, value: unknown, details: readonly string[]): void {
  for (const detail of details) invalid(errors, field, value, detail)
}

export const duplicate = (errors: Errors, field: string, value: unknown, detail = ''): void =>
  add(errors, 'FieldValueDuplicate', field, detail, { of: value })

export const notFound = (errors: Errors, field: string, value: unknown, detail = ''): void =>
  add(errors, 'FieldValueNotFound', field, detail, { of: value })

/** @param supported in the order upstream lists them (sorted, where it keeps a set). */
export function notSupported(errors: Errors, field: string, value: unknown, supported: readonly string[]): void {
  const detail = supported.length === 0 ? '' : `supported values: ${supported.map(quote).join(', ')}`
  add(errors, 'FieldValueNotSupported', field, detail, { of: value })
}

export const tooLong = (errors: Errors, field: string, most: number): void =>
  add(errors, 'FieldValueTooLong', field, `may not be more than ${most} ${most === 1 ? 'byte' : 'bytes'}`)

export const tooMany = (errors: Errors, field: string, actual: number, most: number): void =>
  add(errors, 'FieldValueTooMany', field, `must have at most ${most} ${most === 1 ? 'item' : 'items'}`, { of: actual })

/** Bytes of a text in UTF-8, which is what Go's len counts. */
export function byteLength(text: string): number {
  let bytes = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x80) bytes += 1
    else if (code < 0x800) bytes += 2
    else if (code >= 0xd800 && code < 0xdc00) {
      bytes += 4
      i++
    } else bytes += 3
  }
  return bytes
}
