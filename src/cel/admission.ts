/** What admission needs of the expression language. */

export { overload } from './declarations.ts'
export { compile, type Environment, evaluate, type Outcome, type Program, RUNTIME_BUDGET } from './index.ts'
export { fromJson, toJson } from './json-values.ts'
export { AuthorizerValue, CheckValue } from './library/authorizer.ts'
export type { Type } from './types.ts'
export { CelError, ComputedMap, MapValue, type Value } from './values.ts'
