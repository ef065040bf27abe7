import { parseAllDocuments } from 'yaml'
import { nearest } from '../../gherkin/nearest.ts'
import { competenciesOf, domainNamed, domainsIn } from '../curriculum.ts'
import type { Scenario } from '../feature.ts'
import type { Pack } from '../pack.ts'
import type { Findings } from '../pack-error.ts'
import { weakHints } from './hints.ts'
import { unmade } from './names.ts'
import type { Read } from './read.ts'

export const NUMBERS = 'no one two three four five six seven eight nine ten eleven twelve'.split(' ')
/** What every cluster has: nobody has to be told. */
const COMMON =
  /^(default|(kube|etcd)-[a-z0-9-]+|coredns|kubernetes|admin|https?|TCP|UDP|v1|true|false|200|[A-Z][A-Za-z]+|.*\.k8s\.io.*)$/

/** What is said badly: to learners, and about the exercise. */
export function weakWords(read: Read, exam: Pack['exam'], findings: Findings): void {
  domain(read, exam, findings)
  points(read, findings)
  weakHints(read, findings)
  unmade(read, findings)
  unsaid(read, findings)
}

function domain({ exercise, at }: Read, exam: Pack['exam'], findings: Findings): void {
  const known = domainNamed(exam, exercise.domain)
  if (known === undefined) {
    const all = domainsIn(exam)
    findings.error(
      at(['domain']),
      `domain "${exercise.domain}" is none of ${exam}, so exams cannot weigh it${likely(exercise.domain, all)}: ${all.join('; ')}`,
    )
    return
  }
  const competencies = competenciesOf(exam, known)
  if (competencies !== undefined && !competencies.includes(exercise.competency))
    findings.warning(
      at(['competency']),
      `competency "${exercise.competency}" is none of ${known}${likely(exercise.competency, competencies)}: ${competencies.join('; ')}`,
    )
}

const likely = (text: string, all: readonly string[]) => {
  const near = nearest(text, all)
  return near === undefined ? '' : `; did you mean "${near}"?`
}

const GOOD_SUM = 10

function points({ exercise: { criteria }, at }: Read, findings: Findings): void {
  const sum = criteria.reduce((total, each) => total + each.points, 0)
  const most = Math.max(...criteria.map((each) => each.points))
  const first = criteria[0]!
  if (criteria.length === 1)
    findings.warning(at(['criteria']), 'there is one criterion: nothing done halfway earns anything')
  else if (most > sum * 0.8)
    findings.warning(
      at(['criteria', String(criteria.findIndex((each) => each.points === most)), 'points']),
      `one criterion has ${most} of ${sum} points: the others count for little`,
    )
  if (first.points < most)
    findings.warning(
      at(['criteria', '0', 'points']),
      `the first criterion, "${first.id}", is the outcome: it has fewer points (${first.points}) than another (${most})`,
    )
  if (sum !== GOOD_SUM)
    findings.warning(
      at(['criteria']),
      `there are ${sum} points in all, not ${GOOD_SUM}: hints cost whole points, and learners compare exercises`,
    )
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
    words.has(value.toLowerCase()) ||
    words.has(value.replace(/s$/, '')) ||
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
    // Nobody has to be told who must not do what, or which name must not be there.
    if (type !== 'Outcome' || / cannot | does not resolve /.test(text)) return []
    // What stands in an expression is no name.
    if (/\bsatisf(y|ies) /.test(text)) return []
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
  // Flags are those of a component, as every cluster has them.
  if (/\s|^--/.test(value)) return []
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
