import type { KubernetesObject } from '../../api/types.ts'
import type { Program } from '../../cel/index.ts'
import type { Value } from '../../cel/values.ts'
import { counts, type ObjectRef, objectRef, type PodsRef } from '../parameter-types.ts'
import { find, podsOf } from '../pods.ts'
import { looking, SpecError, type StepDefinition, step, type Table } from '../step.ts'
import type { World } from '../world.ts'

/** What one evaluation may cost: an expression cannot hang a suite. */
const COST_LIMIT = 1_000_000

/** What no other step says, in the Common Expression Language that Kubernetes has: nothing is executed. */
export const expressionSteps: readonly StepDefinition[] = looking([
  step(
    '{object} satisfies {string}{within}',
    {
      says: 'A CEL expression about the object, which is called `object` (and `self`), with the libraries that Kubernetes has (quantity, ip, regex, lists, …). A field that is not set is an error: ask `has(object.spec.x)` first.',
      example: `Then Deployment "web" satisfies 'object.spec.replicas >= 2 && object.spec.template.spec.containers.all(c, c.image.startsWith("nginx:"))'`,
    },
    async (world: World, ref: ObjectRef, source: string, within?: number) => {
      const expression = await compiled(source)
      await world.eventually(() => unsatisfied(world, ref, expression), within)
    },
  ),
  step(
    '{pods} satisfy/satisfies {string}{within}',
    {
      says: 'So many of these Pods satisfy the expression, in which each is `object` in turn.',
      example: `Then every Pod of Deployment "web" satisfies 'object.spec.containers.all(c, has(c.resources.limits))'`,
    },
    async (world: World, ref: PodsRef, source: string, within?: number) => {
      const expression = await compiled(source)
      await world.eventually(() => {
        const pods = podsOf(world, ref)
        const wrong = pods.flatMap((pod) => {
          const problem = expression(pod)
          return problem === undefined ? [] : [`  Pod "${pod.metadata.name}": ${problem}`]
        })
        const right = pods.length - wrong.length
        if (counts(ref.count, right, pods.length)) return undefined
        return `${ref.text}: ${right} of ${pods.length} satisfy ${source}\n${wrong.join('\n')}`
      }, within)
    },
  ),
  step(
    'these objects satisfy:',
    {
      says: 'A table of objects and expressions; all that are not so are said at once.',
      example: `Then these objects satisfy:
  | object           | expression                                        |
  | Deployment "web" | object.status.readyReplicas == object.spec.replicas |
  | Service "web"    | object.spec.type == "ClusterIP"                   |`,
    },
    async (world: World, table: Table) => {
      const [header = []] = table.raw()
      for (const column of ['object', 'expression'])
        if (!header.includes(column)) throw new SpecError(`the table has no column "${column}"`)
      const rows = await Promise.all(
        table.hashes().map(async ({ object = '', expression = '' }) => {
          const [, kind, path] = /^([A-Z][A-Za-z.]*) "([^"]+)"$/.exec(object) ?? []
          if (kind === undefined || path === undefined)
            throw new SpecError(`column "object": "${object}" is no object: write Pod "namespace/name"`)
          return { ref: objectRef(kind, path), check: await compiled(expression, 'column "expression": ') }
        }),
      )
      await world.eventually(() => {
        const found = rows.flatMap(({ ref, check }) => unsatisfied(world, ref, check) ?? [])
        return found.length === 0 ? undefined : found.join('\n')
      }, undefined)
    },
  ),
])

type Check = (object: KubernetesObject) => string | undefined

function unsatisfied(world: World, ref: ObjectRef, check: Check): string | undefined {
  const object = find(world, ref)
  if (object === undefined) return `${ref.kind} "${ref.name}" does not exist`
  const problem = check(object)
  return problem && `${ref.kind} "${ref.name}": ${problem}`
}

/** @throws {SpecError} for what is no expression, with line and column in the language's own words */
async function compiled(source: string, place = ''): Promise<Check> {
  const { compile, evaluate } = await import('../../cel/index.ts')
  const { DYN, formatType } = await import('../../cel/types.ts')
  const { fromJson } = await import('../../cel/json-values.ts')
  const program: Program | { readonly error: string } = compile(source, { variables: { object: DYN, self: DYN } })
  if ('error' in program) throw new SpecError(`${place}${program.error}`)
  if (program.type.kind !== 'bool' && program.type.kind !== 'dyn')
    throw new SpecError(`${place}"${source}" is ${formatType(program.type)}: it must be true or false`)
  return (object) => {
    const value: Value = fromJson(object)
    const outcome = evaluate(program, { object: value, self: value }, COST_LIMIT)
    if (outcome.error !== undefined) return `${source}: ${outcome.error}`
    return outcome.value === true ? undefined : `${source} is ${String(outcome.value)}`
  }
}
