import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { Scenario } from '../feature.ts'
import type { Findings } from '../pack-error.ts'
import { type Read, withoutComments } from './read.ts'

/** Domains of the curricula. Source: github.com/cncf/curriculum */
const DOMAINS: Readonly<Record<string, readonly string[]>> = {
  CKA: [
    'Storage',
    'Troubleshooting',
    'Workloads and Scheduling',
    'Cluster Architecture, Installation and Configuration',
    'Services and Networking',
  ],
  CKAD: [
    'Application Design and Build',
    'Application Deployment',
    'Application Observability and Maintenance',
    'Application Environment, Configuration and Security',
    'Services and Networking',
  ],
  CKS: [
    'Cluster Setup',
    'Cluster Hardening',
    'System Hardening',
    'Minimize Microservice Vulnerabilities',
    'Supply Chain Security',
    'Monitoring, Logging and Runtime Security',
  ],
}

const NUMBERS = 'no one two three four five six seven eight nine ten eleven twelve'.split(' ')
/** What every cluster has: nobody has to be told. */
const COMMON =
  /^(default|(kube|etcd)-[a-z0-9-]+|coredns|kubernetes|admin|https?|TCP|UDP|v1|true|false|200|[A-Z][A-Za-z]+|.*\.k8s\.io.*)$/

/** What is said badly: to learners, and about the exercise. */
export function weakWords(read: Read, exam: string, findings: Findings): void {
  domain(read, exam, findings)
  points(read, findings)
  hints(read, findings)
  unsaid(read, findings)
}

function domain({ exercise }: Read, exam: string, findings: Findings): void {
  const known = DOMAINS[exam] ?? []
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replaceAll('&', 'and')
      .replace(/[,\s]+/g, ' ')
  if (!known.some((each) => plain(each) === plain(exercise.domain)))
    findings.warning(
      { file: join(exercise.directory, 'exercise.yaml') },
      `domain "${exercise.domain}" is none of ${exam}: ${known.join('; ')}`,
    )
}

function points({ exercise }: Read, findings: Findings): void {
  const { criteria, directory } = exercise
  const file = join(directory, 'exercise.yaml')
  const sum = criteria.reduce((total, each) => total + each.points, 0)
  const most = Math.max(...criteria.map((each) => each.points))
  const first = criteria[0]!
  if (criteria.length === 1) findings.warning({ file }, 'there is one criterion: nothing done halfway earns anything')
  else if (most > sum * 0.8)
    findings.warning({ file }, `one criterion has ${most} of ${sum} points: the others count for little`)
  if (first.points < most)
    findings.warning(
      { file },
      `the first criterion, "${first.id}", is the outcome: it has fewer points (${first.points}) than another (${most})`,
    )
  if (sum < 4)
    findings.warning({ file }, `there are ${sum} points in all: hints cost whole points, so 10 is a good sum`)
}

function hints({ exercise, solutions }: Read, findings: Findings): void {
  const file = join(exercise.directory, 'hints.md')
  const sum = exercise.criteria.reduce((total, { points: each }) => total + each, 0)
  const commands = solutions.flatMap(({ text }) => withoutComments(text).split('\n')).filter((line) => line.length > 12)
  let paid = 0
  for (const [index, { cost, text }] of exercise.hints.entries()) {
    paid += cost
    if (index > 0 && cost < exercise.hints[index - 1]!.cost)
      findings.warning({ file }, `hint ${index + 1} costs less than the one before it`)
    if (text === '') findings.warning({ file }, `hint ${index + 1} says nothing`)
    if (commands.some((command) => text.includes(command)) && paid < sum * 0.3)
      findings.warning({ file }, `hint ${index + 1} gives a solution away for ${paid} of ${sum} points`)
  }
}

/** Names and values that the checks ask for and nobody was told of. */
function unsaid({ exercise, setup, checks }: Read, findings: Findings): void {
  const told = [
    exercise.task,
    JSON.stringify(exercise.topology),
    // What the checks make themselves, nobody has to be told of.
    ...[...setup, ...checks.map(prepared)].flatMap(({ steps }) =>
      steps.flatMap(({ text, docString = '', cells = [] }) => [text, docString, ...cells]),
    ),
  ].join('\n')
  const words = new Set(told.toLowerCase().match(/[\w.-]+/g))
  const known = (value: string) =>
    COMMON.test(value) ||
    told.includes(value) ||
    (/^\d+$/.test(value) && (words.has(value) || words.has(NUMBERS[Number(value)] ?? '')))
  const named = new Set<string>()
  for (const { value, place } of checks.flatMap(valuesIn)) {
    if (known(value) || named.has(value)) continue
    named.add(value)
    findings.warning(place, `"${value}" is asked for, but neither task.md nor the set-up mentions it`)
  }
}

const prepared = (scenario: Scenario) => ({ steps: scenario.steps.filter(({ type }) => type !== 'Outcome') })

function valuesIn({ steps }: Scenario) {
  return steps.flatMap(({ text, type, docString, place }) => {
    if (type !== 'Outcome') return []
    const quoted = [...text.replace(/(since|as) "[^"]*"/g, '').matchAll(/"([^"]*)"/g)].flatMap(([, value = '']) =>
      partsOf(value, text),
    )
    return [...quoted, ...scalars(docString)].map((value) => ({ value, place }))
  })
}

/** `shop/web` is two names, a URL a host (named by a Service) and no more, a path of a field nobody's. */
function partsOf(value: string, text: string): readonly string[] {
  if (/^(field|the field) "/.test(text) && text.startsWith(`field "${value}"`)) return []
  if (/^[a-z]+:\/\//.test(value))
    return value
      .replace(/^[a-z]+:\/\//, '')
      .split(/[/:?]/)
      .slice(0, 1)
      .flatMap((host) => host.split('.svc')[0]!.split('.'))
  if (/\s/.test(value)) return []
  return value.split(/[/=,]/).filter((part) => part.length > 1)
}

function scalars(docString: string | undefined): readonly string[] {
  if (docString === undefined) return []
  const found: string[] = []
  const walk = (value: unknown): void => {
    if (typeof value === 'string' || typeof value === 'number') found.push(String(value))
    else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) walk(inner)
  }
  try {
    for (const document of parseAllDocuments(docString))
      if ('toJS' in document) walk(document.toJS({ maxAliasCount: 50 }))
  } catch {
    // Not YAML: its step says so.
  }
  return found.filter((value) => !/\s/.test(value) && value.length > 0)
}
