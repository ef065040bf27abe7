/** Something of a suite that is wrong, or that nobody needs. */
export interface Finding {
  readonly file: string
  readonly line: number
  /** Where it is known more exactly: from 1. */
  readonly column?: number
  readonly rule:
    | 'syntax'
    | 'undefined-step'
    | 'ambiguous-step'
    | 'unused-step'
    | 'unused-file'
    | 'missing-file'
    | 'duplicate-name'
    | 'empty'
    | 'tag'
    | 'yaml'
    | 'manifest'
    | 'moment'
    | 'field'
    | 'state'
    | 'kind'
  readonly message: string
}

/** `features/web.feature:7:12` */
export const placeText = ({ file, line, column }: Finding) =>
  [file, line, column].filter((each) => each !== undefined).join(':')
