import {
  type Argument,
  CucumberExpression,
  type Expression,
  ParameterType,
  ParameterTypeRegistry,
  RegularExpression,
} from '@cucumber/cucumber-expressions'
import { type Disturbance, parameterTypes } from './parameter-types.ts'
import { needsOf, SpecError, type StepDefinition } from './step.ts'
import type { Capability } from './target.ts'
import { vocabulary } from './vocabulary.ts'
import type { World } from './world.ts'

interface Binding {
  readonly definition: StepDefinition
  readonly expression: Expression
}

let bindings: readonly Binding[] | undefined
const own: StepDefinition[] = []

/** Steps of somebody's own, known from here on like those of the vocabulary. */
export function addSteps(definitions: readonly StepDefinition[]): void {
  own.push(...definitions)
  bindings = undefined
}

function bind(): readonly Binding[] {
  if (bindings) return bindings
  const registry = new ParameterTypeRegistry()
  for (const { name, regexp, transformer } of parameterTypes)
    registry.defineParameterType(new ParameterType(name, regexp, null, transformer, true, false))
  const bound = (definition: StepDefinition): Binding => ({
    definition,
    expression:
      typeof definition.pattern === 'string'
        ? new CucumberExpression(definition.pattern, registry)
        : new RegularExpression(definition.pattern, registry),
  })
  bindings = [...vocabulary.map(bound), ...own.flatMap((definition) => boundOwn(definition, bound))]
  return bindings
}

/** A parameter type that only the user's runner knows keeps a step from being read here: what it needs is found out when it runs. */
function boundOwn(definition: StepDefinition, bound: (definition: StepDefinition) => Binding): readonly Binding[] {
  try {
    return [bound(definition)]
  } catch {
    return []
  }
}

/** A step of the vocabulary that a text is, ready to be run. */
export interface BoundStep {
  readonly definition: StepDefinition
  /** How much time (ms) has to pass in it, whatever happens: `10 minutes pass`, `stays Running for 4 minutes`. */
  readonly takesMs: number
  /** @param extra the step's table or doc string, where it has one */
  needs(...extra: unknown[]): Capability | undefined
  /** @param extra the step's table or doc string, where it has one */
  run(world: World, ...extra: unknown[]): Promise<void>
}

/** The steps of the vocabulary that a text may mean: one for a good feature, none for somebody's own step. */
export function bindStep(text: string): readonly BoundStep[] {
  return bind().flatMap(({ definition, expression }) => {
    const args = expression.match(text)
    if (args === null) return []
    return [
      {
        definition,
        takesMs: takenBy(args),
        needs: (...extra: unknown[]) => needsOf(definition, [...args.map((arg) => arg.getValue(undefined)), ...extra]),
        async run(world: World, ...extra: unknown[]) {
          world.story.begin(text)
          await perform(world, definition, [...args.map((arg) => arg.getValue(world)), ...extra])
          world.story.end()
        },
      },
    ]
  })
}

/** What a parameter of a step's pattern captured. */
export interface StepArgument {
  /** `object`, `string`, … */
  readonly type: string
  readonly value: unknown
  /** Where it begins in the step's text, quotes included. */
  readonly start: number
}

/** What a text says where a pattern of the vocabulary has parameters. */
export function argumentsIn(pattern: string, text: string): readonly StepArgument[] {
  const known = bind().find(({ definition }) => String(definition.pattern) === pattern)
  return (known?.expression.match(text) ?? []).map((arg) => ({
    type: arg.getParameterType().name ?? '',
    value: arg.getValue<unknown>(undefined),
    start: arg.group.start ?? 0,
  }))
}

/** A `within` ends as soon as what it waits for is there; other durations are lived to their end. */
function takenBy(args: readonly Argument[]): number {
  const taken = args.map((arg): number => {
    const { name } = arg.getParameterType()
    if (name === 'duration') return Number(arg.getValue(undefined))
    const disturbance = name === 'disturbance' ? arg.getValue<Disturbance>(undefined) : null
    return disturbance?.what === 'time' ? disturbance.ms : 0
  })
  return taken.reduce((sum, ms) => sum + ms, 0)
}

/**
 * Runs a step on a World. What a target must look up before it can answer is looked up and the step begun again: steps
 * read before they change anything.
 */
export async function perform(world: World, definition: StepDefinition, args: readonly unknown[]): Promise<void> {
  if (args.length < argumentsOf(definition)) throw new SpecError(withoutBlock(definition))
  const needs = needsOf(definition, args)
  if (needs !== undefined) world.require(needs)
  // Before there is a cluster nobody knows what its nodes are called.
  const told = world.hasCluster ? args.map((arg) => world.target.namingNodes?.(arg) ?? arg) : args
  world.story.words = told
  await world.look(() => definition.run(world, ...told))
}

/** How many arguments a step takes: what its pattern captures, and the table or doc string below it. */
export const argumentsOf = ({ run }: StepDefinition): number => Math.max(0, run.length - 1)

/** What is wrong with a step whose table or doc string is missing. */
export function withoutBlock({ example = '' }: StepDefinition): string {
  const block = example.includes('"""')
    ? 'a doc string (""")'
    : example.includes('\n')
      ? 'a table'
      : 'a table or doc string'
  return `${block} is missing below this step${example.includes('\n') ? `, as in:\n${example.replace(/^/gm, '  ')}` : ''}`
}
