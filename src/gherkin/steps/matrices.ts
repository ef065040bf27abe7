import type { Verb } from '../../api/request.ts'
import { type ObjectRef, objectRef, type Principal, principal } from '../parameter-types.ts'
import { needing, SpecError, type StepDefinition, step, type Table } from '../step.ts'
import type { World } from '../world.ts'
import { review } from './access.ts'
import { connectionProblem, statusProblem } from './networking.ts'

/** Many connections, many permissions: one row each, and all that is wrong is said at once. */
export const matrixSteps: readonly StepDefinition[] = [
  ...needing(
    (table?: Table) => (table?.hashes().some(({ from }) => from?.startsWith('Node ')) ? 'hosts' : undefined),
    [
      step(
        'these connections have these outcomes:',
        {
          says: 'A matrix of connections: who asks, what is asked (a URL or host:port), and what comes of it: succeeds, fails, is refused, times out, or the status of the answer.',
          example: `Then these connections have these outcomes:
  | from                 | to                        | outcome   |
  | Pod "shop/frontend"  | http://api.shop:8080/     | 200       |
  | Pod "other/stranger" | api.shop.svc:8080         | times out |`,
        },
        (world: World, table: Table) => {
          const rows = rowsOf(table, ['from', 'to', 'outcome']).map(connection)
          return world.eventually(
            async () => wrong(await Promise.all(rows.map((row) => problemOf(world, row)))),
            undefined,
          )
        },
      ),
    ],
  ),
  step(
    'these permissions hold:',
    {
      says: 'A matrix of `kubectl auth can-i`: who, which verb, which resource (`pods`, `deployments.apps`, `pods/log`), where (empty: in the whole cluster), and whether that is allowed (yes or no). A column `name` may name one object.',
      example: `Then these permissions hold:
  | who                           | verb   | resource | namespace | allowed |
  | user "jane"                   | list   | pods     | dev       | yes     |
  | service account "dev/builder" | delete | secrets  | dev       | no      |`,
    },
    async (world: World, table: Table) => {
      const found: (string | undefined)[] = []
      for (const row of rowsOf(table, ['who', 'verb', 'resource', 'namespace', 'allowed'], ['name']))
        found.push(await permissionProblem(world, row))
      const problem = wrong(found)
      if (problem !== undefined) world.fail(problem)
    },
  ),
]

type Row = Readonly<Record<string, string>>

function rowsOf(table: Table, columns: readonly string[], optional: readonly string[] = []): readonly Row[] {
  const [header = []] = table.raw()
  const missing = columns.find((column) => !header.includes(column))
  if (missing !== undefined) throw new SpecError(`the table has no column "${missing}": ${columns.join(', ')}`)
  const unknown = header.find((column) => !columns.includes(column) && !optional.includes(column))
  if (unknown !== undefined)
    throw new SpecError(`the table has a column "${unknown}": only ${[...columns, ...optional].join(', ')} are known`)
  return table.hashes()
}

function wrong(problems: readonly (string | undefined)[]): string | undefined {
  const found = problems.filter((problem) => problem !== undefined)
  return found.length === 0 ? undefined : `${found.length} of ${problems.length} are not so:\n${found.join('\n')}`
}

interface Connection {
  readonly from: ObjectRef
  readonly to: string
  readonly outcome: string
}

function connection({ from = '', to = '', outcome = '' }: Row): Connection {
  const [, kind, path] = /^([A-Z][A-Za-z]*) "([^"]+)"$/.exec(from) ?? []
  if (kind === undefined || path === undefined)
    throw new SpecError(`column "from": "${from}" is no object: write Pod "namespace/name"`)
  if (!/^(succeeds|fails|is refused|times out|\d{3})$/.test(outcome))
    throw new SpecError(
      `column "outcome": "${outcome}" is none: succeeds, fails, is refused, times out, or a status such as 200`,
    )
  return { from: objectRef(kind, path), to, outcome }
}

async function problemOf(world: World, { from, to, outcome }: Connection): Promise<string | undefined> {
  if (!/^\d/.test(outcome)) {
    const problem = await connectionProblem(world, from, to, outcome)
    return problem && `  from ${from.kind} "${from.name}": ${problem}, not: ${outcome}`
  }
  const problem = await statusProblem(world, from, to, Number(outcome))
  return problem && `  ${problem}, not ${outcome}`
}

async function permissionProblem(world: World, row: Row): Promise<string | undefined> {
  const { who = '', verb = '', resource = '', namespace = '', name = '', allowed = '' } = row
  if (!/^(yes|no)$/.test(allowed)) throw new SpecError(`column "allowed": "${allowed}" is neither yes nor no`)
  if (resource === '') throw new SpecError('column "resource" is empty')
  const { allowed: found, reason } = await review(world, whoOf(who), verb as Verb, resource, namespace, name)
  if (found === (allowed === 'yes')) return undefined
  const place = namespace === '' ? 'in the whole cluster' : `in namespace "${namespace}"`
  return `  ${who} ${found ? 'can' : 'cannot'} ${verb} ${resource}${name && ` "${name}"`} ${place}${reason && ` (${reason})`}`
}

function whoOf(text: string): Principal {
  if (
    !/^(?:(?:the )?(?:user "[^"]+"(?: of groups? "[^"]+")?|(?:service account|group) "[^"]+")|an anonymous user)$/.test(
      text,
    )
  )
    throw new SpecError(
      `column "who": "${text}" is nobody: write user "jane", group "dev" or service account "dev/builder"`,
    )
  const group = /^(?:the )?group "([^"]+)"$/.exec(text)?.[1]
  return group === undefined ? principal(text) : { user: 'somebody', groups: [group, 'system:authenticated'] }
}
