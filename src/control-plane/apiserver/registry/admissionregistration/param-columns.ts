import type { ParamKind, ParamRef } from '../../../../api/types.ts'
import { selectorText } from '../columns/selectors.ts'

/** Source: printers.go printValidatingAdmissionPolicy. */
export const paramKindText = (kind: ParamKind | undefined): string =>
  kind === undefined ? '<unset>' : `${kind.apiVersion ?? ''}/${kind.kind ?? ''}`

/** Source: printers.go printValidatingAdmissionPolicyBinding; the selector is printed as Go prints the struct. */
export function paramRefText(ref: ParamRef | undefined): string {
  if (ref?.name) return `${ref.namespace || '*'}/${ref.name}`
  return ref?.selector === undefined ? '<unset>' : selectorText(ref.selector, '<error>')
}
