import type { FieldError } from '../../src/control-plane/apiserver/registry/contract.ts'
import { UnreadableArgument, validators } from './validators.ts'
import type { Verdict } from './verdict.ts'

export interface ValidationCall {
  readonly func: string
  readonly args: readonly unknown[]
  readonly errors: readonly unknown[]
  readonly case?: string
}

interface RecordedError {
  readonly type: string
  readonly field: string
  readonly error: string
}

const textOf = ({ type, field, message }: FieldError): string => `${type} ${field}: ${message}`

/** Upstream prints an error without a path as `: message`, and one at the root as `<nil>: message`. */
const recordedText = ({ type, error }: RecordedError): string => `${type} ${error.replace(/^<nil>: /, ': ')}`

/**
 * Replays one recorded call of pkg/apis/core/validation. Calls agree when the same errors come out, word for word. Upstream walks
 * Go maps, which have no order, so that the order of errors is not compared.
 */
export function replay(call: ValidationCall): Pick<Verdict, 'agrees' | 'got' | 'note'> {
  const validator = validators[call.func]
  if (!validator) return { agrees: false, got: 'not built', note: `${call.func} is of a kind that is not served` }
  try {
    const got = validator(call.args)
    const expected = (call.errors as readonly RecordedError[]).map(recordedText).sort()
    const ours = got.map(textOf).sort()
    return { agrees: JSON.stringify(ours) === JSON.stringify(expected), got: ours }
  } catch (error) {
    if (!(error instanceof UnreadableArgument)) throw error
    return { agrees: false, got: error.message, note: error.message }
  }
}
