import type { FieldError } from '../../registry/contract.ts'
import { baselineChecks } from './baseline.ts'
import type { Check, CheckedPod, CheckPod, Objection } from './check.ts'
import { restrictedChecks } from './restricted.ts'

export type Level = 'privileged' | 'baseline' | 'restricted'

export interface LevelVersion {
  readonly level: Level
  /** A minor version of Kubernetes. */
  readonly version: number | 'latest'
}

export interface Policy {
  readonly enforce: LevelVersion
  readonly audit: LevelVersion
  readonly warn: LevelVersion
}

const LEVELS: readonly Level[] = ['privileged', 'baseline', 'restricted']
const PREFIX = 'pod-security.kubernetes.io/'
/** No check has changed since. */
const NEWEST = 35

export const strictness = (level: Level): number => LEVELS.indexOf(level)

export const textOf = ({ level, version }: LevelVersion): string =>
  `${level}:${version === 'latest' ? version : `v1.${version}`}`

type Labels = Readonly<Record<string, string>> | undefined

/** The policy that a namespace's labels ask for. Source: pod-security-admission/api/helpers.go PolicyToEvaluate */
export function policyOf(
  labels: Labels,
  defaults: Policy,
): { readonly policy: Policy; readonly errors: readonly FieldError[] } {
  const errors: FieldError[] = []
  const modes = (['enforce', 'audit', 'warn'] as const).map((mode) => {
    const level = labels?.[PREFIX + mode]
    const version = labels?.[`${PREFIX}${mode}-version`]
    return [
      mode,
      {
        level: levelOf(level, mode, errors) ?? defaults[mode].level,
        version: versionOf(version, mode, errors) ?? defaults[mode].version,
      },
    ] as const
  })
  const policy = Object.fromEntries(modes) as unknown as Policy
  const enforced = labels?.[`${PREFIX}enforce`]
  const isStricter = strictness(policy.enforce.level) > strictness(policy.warn.level)
  if (labels?.[`${PREFIX}warn`] !== undefined || !isLevel(enforced) || !isStricter) return { policy, errors }
  const { level, version } = policy.enforce
  const warned = labels?.[`${PREFIX}warn-version`] === undefined ? version : policy.warn.version
  return { policy: { ...policy, warn: { level, version: warned } }, errors }
}

const isLevel = (text: string | undefined): text is Level => LEVELS.includes(text as Level)

function levelOf(text: string | undefined, mode: string, errors: FieldError[]): Level | undefined {
  if (text === undefined || isLevel(text)) return text
  errors.push(invalidLabel(PREFIX + mode, text, `must be one of ${LEVELS.join(', ')}`))
  return mode === 'enforce' ? 'restricted' : 'privileged'
}

function versionOf(text: string | undefined, mode: string, errors: FieldError[]): number | 'latest' | undefined {
  if (text === undefined || text === 'latest') return text
  const minor = /^v1\.(0|[1-9][0-9]*)$/.exec(text)?.[1]
  if (minor !== undefined) return Number(minor)
  errors.push(invalidLabel(`${PREFIX}${mode}-version`, text, 'must be "latest" or "v1.x"'))
  return 'latest'
}

function invalidLabel(label: string, value: string, why: string): FieldError {
  return {
    type: 'FieldValueInvalid',
    field: `metadata.labels[${label}]`,
    message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
  }
}

const chosen = new Map<string, readonly CheckPod[]>()

/** What a pod does that the level does not allow, in the order of the checks. Source: policy/registry.go EvaluatePod */
export function evaluate({ level, version }: LevelVersion, pod: CheckedPod): readonly Objection[] {
  if (level === 'privileged') return []
  const minor = version === 'latest' ? NEWEST : Math.min(version, NEWEST)
  const key = `${level} ${minor}`
  let checks = chosen.get(key)
  if (checks === undefined) {
    checks = checksOf(level, minor)
    chosen.set(key, checks)
  }
  return checks.flatMap((check) => check(pod) ?? [])
}

function checksOf(level: 'baseline' | 'restricted', minor: number): readonly CheckPod[] {
  const inForce = ({ versions }: Check) => versions.findLast(([from]) => from <= minor)?.[1]
  const restricted = level === 'restricted' ? restrictedChecks.filter(inForce) : []
  const overridden = new Set(restricted.map(({ overrides }) => overrides))
  const baseline = baselineChecks.filter(({ id }) => !overridden.has(id))
  return [...byId(baseline), ...byId(restricted)].flatMap((check) => inForce(check) ?? [])
}

function byId(checks: readonly Check[]): readonly Check[] {
  return [...checks].sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** Source: policy/checks.go ForbiddenDetail */
export function detailsOf(objections: readonly Objection[]): string {
  return objections.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ')
}
