/** Something the user has to know, without a stack trace. Exit codes: 1 what was tested or graded failed, 2 usage or bad input. */
export class Failure extends Error {
  readonly exitCode: 1 | 2
  constructor(message: string, exitCode: 1 | 2 = 2) {
    super(message)
    this.exitCode = exitCode
  }
}
