/** Something of a suite that is wrong, or that nobody needs. */
export interface Finding {
  readonly file: string
  readonly line: number
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
  readonly message: string
}
