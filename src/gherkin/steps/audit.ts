import { parse, parseDocument } from 'yaml'
import { parseAuditPolicy } from '../../api/audit/index.ts'
import type { Verb } from '../../api/request.ts'
import { hostsOf } from '../hosts.ts'
import { servedKind } from '../kinds.ts'
import type { ComponentRef, ObjectRef, Principal } from '../parameter-types.ts'
import { namespaceOf } from '../pods.ts'
import { needing, SpecError, type StepDefinition, step } from '../step.ts'
import { differences } from '../subset.ts'
import type { World } from '../world.ts'
import { changeManifests, withFlags } from './flags.ts'

const API_SERVER: ComponentRef = { component: 'kube-apiserver', text: 'the API server' }
const POLICY_FILE = '/etc/kubernetes/audit/policy.yaml'
const LOG_DIRECTORY = '/var/log/kubernetes/audit'

/** Who did what, when, and what came of it. */
export const auditSteps: readonly StepDefinition[] = needing('audit', [
  step(
    'the API server writes an audit log with this policy:',
    {
      says: `Every API server, with the policy in ${POLICY_FILE} and the log in ${LOG_DIRECTORY}/audit.log, both on its own node and mounted into its Pod. The step ends when they run so. For other flags (--audit-log-maxage, --audit-log-maxsize) see \`{component} runs with these flags:\`.`,
      example: `Given the API server writes an audit log with this policy:
  """yaml
  apiVersion: audit.k8s.io/v1
  kind: Policy
  omitStages: [RequestReceived]
  rules:
    - level: Metadata
      resources: [{group: "", resources: [secrets]}]
  """`,
    },
    (world: World, policy: string) => {
      checked(policy)
      return world.prepare(async () => {
        for (const host of hostsOf(world, API_SERVER)) {
          if (host.files.read('/etc/kubernetes/manifests/kube-apiserver.yaml') !== undefined)
            host.writeFile(POLICY_FILE, policy.endsWith('\n') ? policy : `${policy}\n`)
        }
        await changeManifests(world, API_SERVER, audited)
      })
    },
  ),
  step(
    'the audit log says that {principal} asked to {verb} {object}, and was answered with status {int}{within}',
    {
      says: 'Who did what, with which result. In the logs of all API servers together, whatever has been rotated out of the way included.',
      example: 'Then the audit log says that user "jane" asked to delete Pod "web-0", and was answered with status 403',
    },
    (world: World, who: Principal, verb: Verb, ref: ObjectRef, code: number, within?: number) => {
      const { group, resource } = servedKind(world, ref.kind).resource
      const namespace = namespaceOf(world, ref)
      const about = {
        verb,
        objectRef: {
          resource,
          name: ref.name,
          subresource: null,
          ...(group === '' ? {} : { apiGroup: group }),
          ...(namespace === undefined ? {} : { namespace }),
        },
      }
      const isWho = (event: AuditEvent) => (event.impersonatedUser ?? event.user)?.username === who.user
      return world.eventually(() => {
        const found = entries(world).filter((event) => isWho(event) && differences(about, event).length === 0)
        const codes = found.flatMap(({ responseStatus }) => responseStatus?.code ?? [])
        if (codes.includes(code)) return undefined
        if (codes.length > 0) return `user "${who.user}" was answered with status ${[...new Set(codes)].join(', ')}`
        return nothingLike(world, `user "${who.user}" asked to ${verb} ${ref.kind} "${ref.name}"`)
      }, within)
    },
  ),
  step(
    'the audit log has an entry that matches{within}:',
    {
      says: 'A part of an event of audit.k8s.io/v1, as `{object} matches:` takes it.',
      example: `Then the audit log has an entry that matches:
  """yaml
  verb: create
  user: {username: jane}
  objectRef: {resource: pods, subresource: exec, name: web-0}
  """`,
    },
    (world: World, within: number | undefined, text: string) => {
      const wanted = entryOf(text)
      return world.eventually(() => {
        const all = entries(world)
        if (all.some((event) => differences(wanted, event).length === 0)) return undefined
        return nothingLike(world, 'matches', wanted)
      }, within)
    },
  ),
  step(
    'the audit log has no entry that matches:',
    {
      says: 'Nothing was written of such a request.',
      example: `Then the audit log has no entry that matches:
  """yaml
  objectRef: {resource: leases}
  """`,
    },
    async (world: World, text: string) => {
      await world.advance(0)
      const wanted = entryOf(text)
      const found = entries(world).find((event) => differences(wanted, event).length === 0)
      if (found !== undefined) world.fail(`the audit log has: ${JSON.stringify(found)}`)
    },
  ),
])

interface AuditEvent {
  readonly verb: string
  readonly user?: { readonly username?: string }
  readonly impersonatedUser?: { readonly username?: string }
  readonly responseStatus?: { readonly code?: number }
}

const parsed = new WeakMap<World, { readonly of: string; readonly events: readonly AuditEvent[] }>()

/** @throws {SpecError} where no API server keeps a log */
function entries(world: World): readonly AuditEvent[] {
  const logs = world.cluster.auditLogs()
  if (logs.length === 0)
    throw new SpecError(
      'no API server that answers keeps an audit log in a file: give it one with --audit-log-path and --audit-policy-file',
    )
  const text = logs.join('')
  let known = parsed.get(world)
  if (known === undefined || known.of !== text) {
    const isLonger = known !== undefined && text.startsWith(known.of)
    const added = isLonger ? text.slice(known!.of.length) : text
    const events = added
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as AuditEvent)
    known = { of: text, events: isLonger ? [...known!.events, ...events] : events }
    parsed.set(world, known)
  }
  return known.events
}

/** What is there instead: the entries that are nearest. */
function nothingLike(world: World, what: string, wanted?: unknown): string {
  const all = entries(world)
  const near =
    wanted === undefined
      ? all.slice(-3)
      : all.toSorted((a, b) => differences(wanted, a).length - differences(wanted, b).length).slice(0, 1)
  const shown = near.map((event) => `\n  ${JSON.stringify(event)}`).join('')
  return `none of the ${all.length} entries of the audit log says so: ${what}${shown && `; ${wanted === undefined ? 'the last' : 'the nearest'}:${shown}`}`
}

function entryOf(text: string): object {
  const wanted: unknown = parse(text)
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted))
    throw new SpecError('an entry is a map, such as {verb: delete, objectRef: {resource: pods}}')
  return wanted
}

function checked(policy: string): void {
  try {
    parseAuditPolicy(policy)
  } catch (error) {
    throw new SpecError(`the audit policy: ${(error as Error).message}`)
  }
}

/** The manifest with the flags, and with what they name mounted. */
function audited(manifest: string): string {
  const flags = new Map([
    ['audit-policy-file', POLICY_FILE],
    ['audit-log-path', `${LOG_DIRECTORY}/audit.log`],
  ])
  const document = parseDocument(withFlags(manifest, flags))
  const { spec } = document.toJS() as {
    spec: { volumes?: { name: string }[]; containers: { volumeMounts?: { name: string }[] }[] }
  }
  const names = ['audit-policy', 'audit-log']
  const others = <T extends { readonly name: string }>(all: readonly T[] = []) =>
    all.filter(({ name }) => !names.includes(name))
  document.setIn(
    ['spec', 'volumes'],
    [
      ...others(spec.volumes),
      { name: 'audit-policy', hostPath: { path: POLICY_FILE, type: 'File' } },
      { name: 'audit-log', hostPath: { path: LOG_DIRECTORY, type: 'DirectoryOrCreate' } },
    ],
  )
  document.setIn(
    ['spec', 'containers', 0, 'volumeMounts'],
    [
      ...others(spec.containers[0]?.volumeMounts),
      { name: 'audit-policy', mountPath: POLICY_FILE, readOnly: true },
      { name: 'audit-log', mountPath: LOG_DIRECTORY },
    ],
  )
  return document.toString()
}
