import { isDNS1123Subdomain, regexError } from '../../../../../api/names.ts'
import { duplicate, type Errors, invalid, invalidEach, required, tooLong, tooMany } from '../field-error.ts'
import { validateCSIDriverName } from '../storage/csi-names.ts'

/** Names and lists of this group. Source: pkg/apis/resource/validation/validation.go. */

const MAX_ID = 32
const MAX_POOL = 253
const IDENTIFIER = '[A-Za-z_][A-Za-z0-9_]*'
const identifier = new RegExp(`^${IDENTIFIER}$`)
const IDENTIFIER_RULE =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'"

export const validateDriverName = validateCSIDriverName

export function validatePoolName(errors: Errors, field: string, name = ''): void {
  if (name === '') {
    required(errors, field)
    return
  }
  if (name.length > MAX_POOL) tooLong(errors, field, MAX_POOL)
  for (const part of name.split('/')) invalidEach(errors, field, part, isDNS1123Subdomain(part))
}

function validateIdentifier(errors: Errors, field: string, id: string): void {
  if (id.length > MAX_ID) tooLong(errors, field, MAX_ID)
  if (identifier.test(id)) return
  invalid(errors, field, id, regexError(IDENTIFIER_RULE, IDENTIFIER, 'my_name', 'MY_NAME', 'MyName'))
}

/** `example.com/name` or `name`. */
export function validateQualifiedName(errors: Errors, field: string, name: string): void {
  const [first = '', second, ...more] = name.split('/')
  if (more.length > 0) return
  if (second === undefined) {
    validateIdentifier(errors, field, first)
    return
  }
  if (first === '') invalid(errors, field, '', 'the domain must not be empty')
  else validateDriverName(errors, field, first)
  if (second === '') invalid(errors, field, '', 'the name must not be empty')
  else validateIdentifier(errors, field, second)
}

export function validateFullyQualifiedName(errors: Errors, field: string, name: string): void {
  validateQualifiedName(errors, field, name)
  if (name.includes('/')) return
  invalid(errors, field, name, 'a fully qualified name must be a domain and a name separated by a slash')
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export function validateUID(errors: Errors, field: string, uid: string): void {
  if (uid.length !== 36) invalid(errors, field, uid, `error validating uid: invalid UUID length: ${uid.length}`)
  else if (!UUID.test(uid)) invalid(errors, field, uid, 'error validating uid: invalid UUID format')
  else if (uid !== uid.toLowerCase()) {
    const form = '`xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters'
    invalid(errors, field, uid, `uid must be in RFC 4122 normalized form, ${form}`)
  }
}

type Check<T> = (item: T, path: string) => void

/** A list of at most so many items; one that is too long is not looked at. Source: validateSlice. */
export function eachOf<T>(
  errors: Errors,
  field: string,
  items: readonly T[] | undefined,
  most: number,
  check: Check<T>,
) {
  const list = items ?? []
  if (list.length > most) tooMany(errors, field, list.length, most)
  else for (const [i, item] of list.entries()) check(item, `${field}[${i}]`)
}

/** The same, with items that differ in their key. Source: validateSet. */
export function setOf<T>(
  errors: Errors,
  field: string,
  items: readonly T[] | undefined,
  most: number,
  check: Check<T>,
  keyOf: (item: T) => unknown,
): void {
  eachOf(errors, field, items, most, check)
  const list = items ?? []
  if (list.length > most) return
  const seen = new Set<string>()
  for (const [i, item] of list.entries()) {
    const key = keyOf(item)
    const text = JSON.stringify(key)
    if (seen.has(text)) duplicate(errors, `${field}[${i}]`, key)
    seen.add(text)
  }
}
