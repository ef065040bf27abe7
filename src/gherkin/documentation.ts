import { NAMED_DURATIONS, shortDuration } from './durations.ts'
import { nearest } from './nearest.ts'
import { type ParameterTypeDefinition, parameterTypes } from './parameter-types.ts'
import type { StepDefinition } from './step.ts'
import { CAPABILITIES } from './target.ts'
import { stepGroups } from './vocabulary.ts'

/** A step as whoever writes features is shown it. */
export interface StepEntry {
  readonly group: string
  readonly pattern: string
  readonly says: string
  readonly example: string
  /** What a target must be able to do for it; a real cluster cannot. */
  readonly needs?: string
}

/** The steps whose pattern, description, example or group has every one of these words. */
export function searchSteps(words: readonly string[] = []): readonly StepEntry[] {
  const wanted = words.map((word) => word.toLowerCase())
  return entries().filter((entry) => {
    const text = Object.values(entry).join(' ').toLowerCase()
    return wanted.every((word) => text.includes(word))
  })
}

/** The step that somebody most likely meant who wrote a text that is none. */
export function nearestStep(text: string): StepEntry | undefined {
  const plain = (written: string) =>
    written
      .split('\n')[0]!
      .replace(/^(Given|When|Then|And|But) /, '')
      .replace(/"[^"]*"/g, '')
  const all = entries()
  const found = nearest(
    plain(text),
    all.map(({ example }) => plain(example)),
  )
  return all.find(({ example }) => plain(example) === found)
}

function entries(): readonly StepEntry[] {
  return stepGroups.flatMap(({ title, steps }) => steps.map((definition) => entryOf(title, definition)))
}

function entryOf(group: string, { pattern, says = '', example = '', needs }: StepDefinition): StepEntry {
  return { group, pattern: String(pattern), says, example, ...(typeof needs === 'string' ? { needs } : {}) }
}

/** docs/steps.md */
export function stepsDocument(): string {
  return [INTRODUCTION, parametersPart(), durationsPart(), ...stepGroups.map(({ title }) => groupPart(title))].join(
    '\n',
  )
}

const INTRODUCTION = `# Steps

Made from the code: \`npx vitest run src/gherkin/documentation.test.ts -u\`. \`kubedrill steps WORDS\` searches them in a terminal.

A feature says what is there, what happens, and what must come of it. Objects are named as \`Kind "name"\` or
\`Kind "namespace/name"\`. Steps that make something wait until it is ready; steps that ask for something wait for it (60
seconds, or \`within\` a time that you name). \`Given\`, \`When\`, \`Then\`, \`And\` and \`But\` may begin any of them. \`(s)\` is an
optional s, \`a/b\` one of the two.

\`{object}\` looks in the namespace of the last step \`namespace "…"\`, else \`default\`, and, for what a step before knew elsewhere, there.
Kinds without steps of their own (quotas, roles, claims, autoscalers, policies) are applied as manifests and asked with
\`{object} matches:\`, \`is {state}\` or \`satisfies\`. A cluster has no StorageClass and no metrics until an add-on
is installed. NetworkPolicy and Ingress are stored, and nobody acts on them. What is asked *since* a moment is read from recorded history, which misses nothing between two looks. In the simulator every
kind is recorded from the beginning, custom resources included, Leases excepted. On a real cluster a few kinds are (Namespace,
Node, Pod, Service, EndpointSlice, ConfigMap, Deployment, ReplicaSet, DaemonSet), and every kind that a step of the scenario
names.

A step **for the simulator only** needs more than a client of a cluster can do: a scenario that has one is skipped on real
clusters, with the reason.
`

function parametersPart(): string {
  const rows = parameterTypes.map((type) => `| \`{${type.name}}\` | ${cell(valuesOf(type))} |`)
  const own = [
    '| `{string}` | Text in double or single quotes. |',
    '| `{int}` | A whole number. |',
    '| `{word}` | One word. |',
  ]
  return ['## Parameters', '', '| | |', '|---|---|', ...own, ...rows, ''].join('\n')
}

/** What a parameter is, and the words that it may be. */
export function valuesOf({ regexp, says, isWords }: ParameterTypeDefinition): string {
  const { source } = regexp
  if (!isWords || /[[(]/.test(source)) return says
  const words = source.split('|').map((word) => `\`${word.replace('s?', '(s)')}\``)
  return `${says} ${words.join(', ')}`
}

const cell = (text: string) => text.replaceAll('|', '\\|')

function durationsPart(): string {
  const rows = Object.entries(NAMED_DURATIONS).map(([name, ms]) => `| ${name} | ${shortDuration(ms)} |`)
  return ['Durations that have a name:', '', '| | |', '|---|---|', ...rows, ''].join('\n')
}

function groupPart(title: string): string {
  const steps = entries().filter(({ group }) => group === title)
  return [`## ${title}`, '', ...steps.map(stepPart)].join('\n')
}

function stepPart({ pattern, says, example, needs }: StepEntry): string {
  const only = needs && `For the simulator only: it can ${CAPABILITIES[needs as keyof typeof CAPABILITIES]}.`
  return [`### ${pattern}`, '', says, ...(only ? ['', only] : []), '', '```gherkin', example, '```', ''].join('\n')
}
