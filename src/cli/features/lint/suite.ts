import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { Writable } from 'node:stream'
import { type IRunConfiguration, type ISupportCodeLibrary, runCucumber } from '@cucumber/cucumber/api'
import type {
  Envelope,
  Feature,
  Location,
  Pickle,
  PickleStep,
  Scenario,
  Step,
  StepMatchArgument,
  TestStep,
} from '@cucumber/messages'
import { vocabulary } from '../../../gherkin/vocabulary.ts'
import { Failure } from '../../failure.ts'
import { cannotRun } from '../broken-steps.ts'
import type { Finding } from './finding.ts'

/** A pattern that somebody has defined. */
export interface Definition {
  readonly id: string
  readonly pattern: string
  /** Where, if it is not one of the vocabulary. */
  readonly place: { readonly file: string; readonly line: number } | undefined
}

/** A step of a scenario: as it is written, and what it may mean. */
export interface BoundStep {
  readonly file: string
  /** Of the scenario, or of one of its examples. */
  readonly pickle: Pickle
  readonly step: Step
  readonly pickleStep: PickleStep
  readonly definitions: readonly Definition[]
  /** What the first of them captures. */
  readonly captured: readonly string[]
}

/** A suite as cucumber-js has read it, without running any of it. */
export interface Suite {
  readonly features: readonly { readonly file: string; readonly text: string; readonly feature: Feature | undefined }[]
  readonly definitions: readonly Definition[]
  readonly steps: readonly BoundStep[]
  /** Files of steps that are the user's own. */
  readonly code: readonly { readonly file: string; readonly text: string }[]
  /** What keeps files from being read. */
  readonly broken: readonly Finding[]
}

const OURS: ReadonlySet<string> = new Set(vocabulary.map(({ pattern }) => String(pattern)))

/** @throws {Failure} for steps that do not load, and where there is no feature */
export async function readSuite(run: IRunConfiguration, library: string): Promise<Suite> {
  const messages: Envelope[] = []
  const broken: Finding[] = []
  let support = await dryRun(run, run.sources.paths, messages, run.support)
  const unread = messages.flatMap(({ parseError }) => parseError ?? [])
  for (const { source, message } of unread) broken.push(syntaxFinding(source.uri ?? '', source.location, message))
  const files = messages.flatMap(({ source }) => source?.uri ?? [])
  const readable = files.filter((file) => !unread.some(({ source }) => source.uri === file))
  // A file that cannot be read keeps cucumber-js from binding the steps of the others.
  if (unread.length > 0 && readable.length > 0) {
    messages.length = 0
    support = await dryRun(run, readable, messages, support)
  }
  if (files.length === 0) throw new Failure(`no feature is found at ${run.sources.paths.join(', ')}`)
  const { importPaths, requirePaths } = support.originalCoordinates
  const code = [...importPaths, ...requirePaths]
    .map((path) => relative(process.cwd(), path))
    .filter((path) => path !== library)
  return suiteOf(messages, code, broken)
}

type Support = IRunConfiguration['support'] | ISupportCodeLibrary

async function dryRun(run: IRunConfiguration, paths: readonly string[], messages: Envelope[], support: Support) {
  const sources = { ...run.sources, paths: [...paths], tagExpression: '', names: [] }
  const runtime = { ...run.runtime, dryRun: true, parallel: 0 }
  const silent = () => new Writable({ write: (_chunk, _encoding, done) => done() })
  try {
    const all = { ...run, support, sources, runtime, formats: { ...run.formats, files: {} } }
    return (await runCucumber(all, { stdout: silent(), stderr: silent() }, (envelope) => messages.push(envelope)))
      .support
  } catch (error) {
    throw cannotRun(error as Error, run)
  }
}

function syntaxFinding(file: string, { line, column }: Location = { line: 1 }, message: string): Finding {
  return {
    file,
    line,
    ...(column === undefined ? {} : { column }),
    rule: 'syntax',
    message: message.replace(/^\(\d+:\d+\): /, '').replaceAll('\n', ' '),
  }
}

function suiteOf(messages: readonly Envelope[], files: readonly string[], broken: readonly Finding[]): Suite {
  const code = files.map((file) => ({ file, text: readFileSync(file, 'utf8') }))
  const definitions = messages.flatMap(({ stepDefinition }): Definition[] => {
    if (stepDefinition === undefined) return []
    const { id, pattern, sourceReference } = stepDefinition
    const { source } = pattern
    const isOurs = OURS.has(source) || OURS.has(`/${source}/`)
    const written = { file: sourceReference.uri ?? '', line: sourceReference.location?.line ?? 1 }
    return [
      {
        id,
        pattern: source,
        place: isOurs ? undefined : files.includes(written.file) ? written : searched(code, source),
      },
    ]
  })
  const texts = new Map(messages.flatMap(({ source }) => (source ? [[source.uri, source.data] as const] : [])))
  const documents = messages.flatMap(({ gherkinDocument }) => gherkinDocument ?? [])
  const features = documents.map(({ uri = '', feature }) => ({ file: uri, text: texts.get(uri) ?? '', feature }))
  const asked = messages.flatMap(({ undefinedParameterType }) => undefinedParameterType ?? [])
  const untyped = asked.map(({ name, expression }): Finding => {
    const place = searched(code, expression)
    return {
      ...place,
      rule: 'undefined-step',
      message: `nobody defines the parameter type {${name}} of "${expression}"`,
    }
  })
  return {
    features,
    definitions,
    code,
    steps: boundSteps(messages, features, definitions),
    broken: [...broken, ...untyped],
  }
}

/** Steps that are data are defined by our code: where they are written, only the text says. */
function searched(code: Suite['code'], pattern: string): { readonly file: string; readonly line: number } {
  for (const { file, text } of code) {
    const line = text.split('\n').findIndex((each) => each.includes(pattern))
    if (line >= 0) return { file, line: line + 1 }
  }
  return { file: code[0]?.file ?? '', line: 1 }
}

function boundSteps(
  messages: readonly Envelope[],
  features: Suite['features'],
  definitions: readonly Definition[],
): readonly BoundStep[] {
  const written = new Map(features.flatMap(({ feature }) => stepsOf(feature).map((step) => [step.id, step] as const)))
  const known = new Map(definitions.map((definition) => [definition.id, definition] as const))
  const pickles = new Map<string, Pickle>(
    messages.flatMap(({ pickle }) => (pickle ? [[pickle.id, pickle] as const] : [])),
  )
  return messages.flatMap(({ testCase }) => {
    const pickle = testCase && pickles.get(testCase.pickleId)
    return (testCase?.testSteps ?? []).flatMap((bound: TestStep) => {
      const pickleStep = pickle?.steps.find(({ id }) => id === bound.pickleStepId)
      const step = pickleStep?.astNodeIds.flatMap((id) => written.get(id) ?? [])[0]
      if (pickleStep === undefined || step === undefined) return []
      const captured = (bound.stepMatchArgumentsLists?.[0]?.stepMatchArguments ?? []).map(
        ({ group }: StepMatchArgument) => group.value ?? '',
      )
      const meant = (bound.stepDefinitionIds ?? []).flatMap((id) => known.get(id) ?? [])
      return [{ file: pickle!.uri, pickle: pickle!, step, pickleStep, definitions: meant, captured }]
    })
  })
}

/** Whether a step is one of the vocabulary, and nothing else. */
export function isOurs({ definitions }: BoundStep): boolean {
  return definitions.length === 1 && definitions[0]!.place === undefined
}

/** The scenarios of a feature, those of its rules included. */
export function scenariosOf(feature: Feature | undefined): readonly Scenario[] {
  return childrenOf(feature).flatMap(({ scenario }) => scenario ?? [])
}

function stepsOf(feature: Feature | undefined): readonly Step[] {
  return childrenOf(feature).flatMap(({ background, scenario }) => [
    ...(background?.steps ?? []),
    ...(scenario?.steps ?? []),
  ])
}

function childrenOf(feature: Feature | undefined) {
  return (feature?.children ?? []).flatMap((child) => [child, ...(child.rule?.children ?? [])])
}
