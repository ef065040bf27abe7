/** Something that cannot be meant as it is written. */
export interface Mistake {
  /** Where it begins in its text. */
  readonly start: number
  readonly message: string
}
