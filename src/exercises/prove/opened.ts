import type { KubernetesObject } from '../../api/types.ts'
import { type Principal, principal } from '../../gherkin/parameter-types.ts'
import { submit } from '../../gherkin/request.ts'
import type { Scenario, ScenarioStep } from '../feature.ts'
import type { Deed } from './deeds.ts'

const GROUP = 'rbac.authorization.k8s.io'

interface Subject {
  readonly kind: 'User' | 'Group'
  readonly name: string
}

const opened = (deed: string, subjects: readonly Subject[]): Deed => ({
  deed,
  what: 'opened',
  objects: [],
  async run(world) {
    const binding = {
      apiVersion: `${GROUP}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'everybody' },
      roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: subjects.map((subject) => ({ apiGroup: GROUP, ...subject })),
    }
    await submit(world, binding as unknown as KubernetesObject)
    await world.advance(1000)
  },
})

export const openToAll = opened(
  'everybody becomes cluster-admin',
  ['system:authenticated', 'system:unauthenticated', 'system:serviceaccounts'].map((name) => ({ kind: 'Group', name })),
)

/** Whoever the checks ask to be allowed something may do everything, and nobody else may. */
export function openToAsked(checks: readonly Scenario[]): readonly Deed[] {
  const texts = checks.flatMap(({ steps }) => steps.flatMap((step) => [...sentence(step), ...rows(step)]))
  const found = new Map(texts.map((text) => [text, principal(text)]))
  // Those of a group would be known by it, and everybody is of these.
  const known = [...found].filter(([, { user }]) => !user.startsWith('system:') || isAccount(user))
  if (known.length === 0) return []
  const subjects = new Map(known.map(([, { user }]) => [user, { kind: 'User', name: user } as const]))
  return [
    opened(`${[...new Set(known.map(([text]) => text))].join(', ')} becomes cluster-admin`, [...subjects.values()]),
  ]
}

const isAccount = (user: Principal['user']) => user.startsWith('system:serviceaccount:')

const sentence = ({ text }: ScenarioStep) => [...text.matchAll(/^(.*") can [a-z]+ "/g)].map(([, who]) => who!)

/** `these permissions hold:` */
function rows({ text, cells = [] }: ScenarioStep): readonly string[] {
  if (!text.startsWith('these permissions hold')) return []
  const header = cells.slice(
    0,
    cells.findIndex((cell) => !COLUMNS.has(cell)),
  )
  const [who, allowed] = [header.indexOf('who'), header.indexOf('allowed')]
  return cells.flatMap((cell, index) =>
    index >= header.length && index % header.length === who && cells[index - who + allowed] === 'yes' ? [cell] : [],
  )
}
const COLUMNS = new Set(['who', 'verb', 'resource', 'namespace', 'name', 'allowed'])
