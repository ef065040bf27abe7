import type { Scenario, ScenarioStep } from '../feature.ts'
import type { Findings } from '../pack-error.ts'
import type { Read } from './read.ts'

interface Rule {
  readonly found: RegExp
  readonly why: string
}

/** What a check must not ask for, because another learner's cluster has something else there. */
const BY_CHANCE: readonly Rule[] = [
  {
    found: /\b[a-z0-9-]+-[bcdf0-9]{1,2}[bcdfghjklmnpqrstvwxz2456789]{5,9}-[bcdfghjklmnpqrstvwxz2456789]{5}\b/,
    why: 'is a name that a controller made up: the next cluster has another; say "Pods of Deployment …"',
  },
  {
    found: /\b20\d\d-[01]\d-[0-3]\d(T[\d:.]+Z?)?/,
    why: 'is a date: learners take as long as they take; let a duration pass instead, or ask for "since" a moment',
  },
  {
    found: /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/,
    why: 'is a UID, given by chance: "was not recreated since …" asks for the same object',
  },
]

const FIELDS: readonly Rule[] = [
  {
    found: /(^|\.)(uid|resourceVersion|creationTimestamp|podIPs?|hostIPs?|startTime|startedAt|generation)($|\.|\[)/,
    why: 'is given by chance or by the clock: ask for what comes of it',
  },
  {
    found: /\[\d+\]|\.\d+(\.|$)/,
    why: 'goes by place in a list, and a right solution may have another order: go by name, like spec.containers[web]',
  },
]

const ADDRESS = /\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/

/** Checks that depend on names, addresses, dates or an order that nobody has promised. */
export function byChance({ exercise, setup, checks }: Read, findings: Findings): void {
  const told = [exercise.task, ...setup.flatMap((scenario) => scenario.steps.map(allText))].join('\n')
  for (const step of checks.flatMap((scenario: Scenario) => scenario.steps)) {
    for (const { found, why } of BY_CHANCE) {
      const what = found.exec(allText(step))?.[0]
      if (what !== undefined && !told.includes(what)) findings.error(step.place, `"${what}" ${why}`)
    }
    const address = ADDRESS.exec(allText(step))?.[0]
    if (address !== undefined && !told.includes(address) && address !== '127.0.0.1' && address !== '0.0.0.0')
      findings.warning(step.place, `"${address}" is an address that is given by chance: go by names`)
    const field = /^(?:the )?field "([^"]*)"/.exec(step.text)?.[1] ?? ''
    for (const { found, why } of FIELDS) if (found.test(field)) findings.warning(step.place, `field "${field}" ${why}`)
    const index = /satisf(?:y|ies) ['"].*?(\w+\[\d+\])/.exec(step.text)?.[1]
    if (index !== undefined)
      findings.warning(step.place, `${index} ${FIELDS[1]!.why.replace(/: go by.*/, ': use exists() or all()')}`)
  }
}

const allText = ({ text, docString = '', cells = [] }: ScenarioStep) => [text, docString, ...cells].join('\n')
