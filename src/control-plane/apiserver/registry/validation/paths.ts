import type { KeyToPath } from '../../../../api/types.ts'
import { type Errors, invalid, required } from './field-error.ts'

/** Rules for file paths and modes. Source: pkg/apis/core/validation/validation.go. */

export function noBacksteps(errors: Errors, field: string, path: string): void {
  if (path.split('/').includes('..')) invalid(errors, field, path, "must not contain '..'")
}

/** validateLocalDescendingPath: relative, and never up. */
export function localDescending(errors: Errors, field: string, path: string): void {
  if (path.startsWith('/')) invalid(errors, field, path, 'must be a relative path')
  noBacksteps(errors, field, path)
}

/** ValidateLocalNonReservedPath: nor may it begin with two dots. */
export function localNonReserved(errors: Errors, field: string, path: string): void {
  localDescending(errors, field, path)
  if (path.startsWith('..') && !path.startsWith('../')) invalid(errors, field, path, "must not start with '..'")
}

export function fileMode(errors: Errors, field: string, mode: number | undefined): void {
  if (mode !== undefined && (mode > 0o777 || mode < 0)) {
    invalid(errors, field, mode, 'must be a number between 0 and 0777 (octal), both inclusive')
  }
}

export function validateKeyToPath(errors: Errors, field: string, { key, path, mode }: KeyToPath): void {
  if (!key) required(errors, `${field}.key`)
  if (!path) required(errors, `${field}.path`)
  localNonReserved(errors, `${field}.path`, path ?? '')
  fileMode(errors, `${field}.mode`, mode)
}
