import { join } from 'node:path'
import type { Scenario, ScenarioStep } from '../feature.ts'
import { virtualMs } from '../feature-limits.ts'
import { TAG } from '../grade.ts'
import type { Findings } from '../pack-error.ts'
import type { Read } from './read.ts'
import { NUMBERS } from './weak-words.ts'

/** Whether task, set-up and checks speak of the same things, and each of them once. */
export function agreement(read: Read, findings: Findings): void {
  kinds(read, findings)
  replicas(read, findings)
  namespaces(read, findings)
  nodes(read, findings)
  tags(read, findings)
  for (const scenario of read.checks) twice(scenario, findings)
  sameChecks(read, findings)
  atRest(read, findings)
}

/** `Deployment "shop/web"` of a step, "Deployment `web`" of a task. */
const IN_STEP = /\b([A-Z][A-Za-z]+) "(?:([a-z0-9.-]+)\/)?([a-z0-9.-]+)"/g
const IN_TASK = /\b([A-Z][A-Za-z]+)s? ((?:`[a-z0-9./-]+`(?:, | and | or )?)+)/g

/** The task is about a Service, and the outcome asks for another one. */
function kinds({ exercise, checks }: Read, findings: Findings): void {
  const told = new Map<string, Set<string>>()
  for (const [, kind = '', list = ''] of exercise.task.matchAll(IN_TASK))
    for (const [, name = ''] of list.matchAll(/`([^`]+)`/g)) add(told, kind, name.split('/').at(-1)!)
  const asked = new Map<string, Set<string>>()
  const outcomes = checks.flatMap(({ steps }) => steps.filter(({ type }) => type === 'Outcome'))
  for (const { text } of outcomes)
    for (const [, kind = '', , name = ''] of text.matchAll(IN_STEP)) add(asked, kind, name)
  for (const [kind, names] of asked) {
    const known = told.get(kind)
    if (known === undefined || [...names].some((name) => known.has(name))) continue
    const first = outcomes.find(({ text }) => text.includes(`${kind} "`))!
    findings.warning(
      first.place,
      `the checks ask for ${kind} "${[...names].join('", "')}", task.md speaks of ${kind} "${[...known].join('", "')}"`,
    )
  }
}

/** Of Pods a task tells what is wrong: two are Pending. */
const REPLICAS_TOLD = new RegExp(`\\b(\\d+|${NUMBERS.slice(1).join('|')}) replicas?\\b`, 'gi')
const REPLICAS_ASKED = /^(?:exactly |all )?(\d+) Pods? of |^field "spec\.replicas" of .* is "(\d+)"/

/** Scaled to three, says the task, and the checks ask for four; what a check scales itself is another matter. */
function replicas({ exercise, checks }: Read, findings: Findings): void {
  const told = new Set([...exercise.task.matchAll(REPLICAS_TOLD)].map(([, word = '']) => numberOf(word.toLowerCase())))
  const left = checks.filter(({ steps }) => !steps.some(({ text }) => /is scaled to/.test(text)))
  const asked = left.flatMap(({ steps }) =>
    steps.flatMap(({ text, place, type }) => {
      const [, pods, field] = (type === 'Outcome' && REPLICAS_ASKED.exec(text)) || []
      return (pods ?? field) === undefined ? [] : [{ number: Number(pods ?? field), place }]
    }),
  )
  if (told.size === 0 || asked.length === 0 || asked.some(({ number }) => told.has(number))) return
  const all = (numbers: Iterable<number>) => [...new Set(numbers)].join(', ')
  findings.warning(
    asked[0]!.place,
    `the checks ask for ${all(asked.map(({ number }) => number))} replicas, task.md speaks of ${all(told)}`,
  )
}

const numberOf = (word: string) => (/^\d/.test(word) ? Number(word) : NUMBERS.indexOf(word))

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  map.set(key, (map.get(key) ?? new Set()).add(value))
}

/** Learners look in the namespaces that they were told of. */
function namespaces({ exercise, checks }: Read, findings: Findings): void {
  const [outcome] = exercise.criteria
  const own = checks.filter(({ tags }) => tags.includes(`${TAG}${outcome!.id}`))
  const asked = own.flatMap(({ steps }) =>
    steps.flatMap(({ text, place }) =>
      [...text.matchAll(IN_STEP)].flatMap(([, , namespace]) =>
        namespace === undefined || /^(default$|kube-)/.test(namespace) ? [] : [{ namespace, place }],
      ),
    ),
  )
  const told = [...exercise.task.matchAll(/`[^`]+`|^ {4}.*|namespaces? \S+/gm)].join(' ')
  const isTold = ({ namespace }: { namespace: string }) =>
    new RegExp(`(^|[^\\w-])${namespace.replaceAll('.', '\\.')}($|[^\\w-])`).test(told)
  if (asked.length > 0 && !asked.some(isTold))
    findings.warning(
      asked[0]!.place,
      `the outcome is looked for in namespace "${asked[0]!.namespace}", which task.md does not name`,
    )
}

/** Machines that the topology has not, and nothing makes. */
function nodes({ exercise, setup, checks }: Read, findings: Findings): void {
  const all = exercise.topology.nodes.map(({ name }) => name)
  if (all.length === 0) return
  const made = setup.flatMap(({ steps }) => steps.map(({ docString = '' }) => docString)).join('\n')
  const unknown = (name: string) => !all.includes(name) && !made.includes(name)
  const message = (name: string) => `there is no node "${name}": the topology has ${all.join(', ')}`
  for (const { text, place, definition } of [...setup, ...checks].flatMap(({ steps }) => steps))
    for (const [, name = ''] of text.matchAll(/\b[Nn]ode "([^"]*)"/g))
      if (definition !== undefined && unknown(name) && !/does not exist|is gone/.test(text))
        findings.error(place, message(name))
  const { directory, task, debrief } = exercise
  const hints = exercise.hints.map(({ text }) => text).join('\n')
  for (const [file, text] of [
    ['task.md', task],
    ['hints.md', hints],
    ['debrief.md', debrief],
  ] as const)
    for (const [, name = ''] of text.matchAll(/\bkubedrill ssh ([a-z][a-z0-9-]*)/g))
      if (unknown(name)) findings.warning({ file: join(directory, file) }, message(name))
}

/** Other tags mean nothing here; a scenario of two criteria counts twice. */
function tags({ checks }: Read, findings: Findings): void {
  for (const { tags: all, place } of checks) {
    const own = all.filter((tag) => tag.startsWith(TAG))
    const other = all.filter((tag) => !tag.startsWith(TAG))
    if (own.length > 1)
      findings.warning(place, `counts for ${own.length} criteria (${own.join(', ')}): one fault is punished twice`)
    if (other.length > 0)
      findings.warning(place, `${other.join(', ')} means nothing here: the scenario is graded all the same`)
  }
}

/** A step again, and nothing has happened in between. */
function twice({ steps }: Scenario, findings: Findings): void {
  let seen = new Map<string, ScenarioStep>()
  for (const step of steps) {
    if (step.type !== 'Outcome') {
      seen = new Map()
      continue
    }
    const key = contentOf(step)
    const other = seen.get(key)
    if (other !== undefined) findings.warning(step.place, `asks the same as line ${other.place.line}`)
    seen.set(key, step)
  }
}

const contentOf = ({ text, docString = '', cells = [] }: ScenarioStep) => JSON.stringify([text, docString, cells])

/** Two scenarios that ask for the very same: one criterion under two names. */
function sameChecks({ checks, exercise: { criteria }, at }: Read, findings: Findings): void {
  const seen = new Map<string, Scenario>()
  for (const scenario of checks) {
    const key = scenario.steps.map(contentOf).join('\n')
    const other = seen.get(key)
    if (other !== undefined)
      findings.warning(scenario.place, `asks the same as the scenario in line ${other.place.line}`)
    seen.set(key, scenario)
  }
  for (const [index, { title }] of criteria.entries()) {
    const other = criteria.findIndex((each) => each.title.toLowerCase() === title.toLowerCase())
    if (other < index)
      findings.warning(
        at(['criteria', String(index), 'title']),
        `has the title of criterion "${criteria[other]!.id}": learners cannot tell them apart`,
      )
  }
}

/** What was applied last has had no time to come to rest: another machine, another grade. */
function atRest({ setup }: Read, findings: Findings): void {
  const steps = setup.flatMap((scenario) => scenario.steps)
  const last = steps.findLastIndex(({ text, docString }) => docString !== undefined || CHANGES.test(text))
  const waits = steps.slice(last).some(({ text }) => virtualMs(text) >= 30_000 || /^the cluster settles/.test(text))
  if (last >= 0 && !waits)
    findings.warning(
      steps[last]!.place,
      'no time passes after this: let the cluster come to rest (And 15 minutes pass), or learners begin in the midst of it',
    )
}
const CHANGES =
  /^an? |(is|are) (patched|set|scaled|changed|deleted|cordoned|uncordoned|drained|tainted|run|removed|written|replaced)\b|(fails|stops|starts|restarts|crashes|reboots|loses|regains|exits)\b/
