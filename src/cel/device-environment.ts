import { parseType } from './declarations.ts'
import { compile, type Program } from './index.ts'
import * as T from './types.ts'

/** What a selector of devices knows. Source: dynamic-resource-allocation/cel/compile.go newCompiler */
function deviceType(): T.ObjectType {
  const fields: Readonly<Record<string, T.Type>> = {
    driver: T.STRING,
    allowMultipleAllocations: T.BOOL,
    attributes: T.mapOf(T.STRING, T.mapOf(T.STRING, T.DYN)),
    capacity: T.mapOf(T.STRING, T.mapOf(T.STRING, parseType('kubernetes.Quantity'))),
  }
  return {
    kind: 'object',
    name: 'kubernetes.DRADevice',
    field: (name) => (Object.hasOwn(fields, name) ? fields[name] : undefined),
  }
}

/** @returns the program, or upstream's words for why there is none. Source: compile.go CompileCELExpression */
export function compileDeviceSelector(expression: string): Program | { readonly error: string } {
  const program = compile(expression, { variables: { device: deviceType() } })
  if ('error' in program) return program
  if (program.type.kind === 'bool' || program.type.kind === 'dyn') return program
  return { error: `must evaluate to bool or the unknown type, not ${T.formatType(program.type)}` }
}
