import { findCondition } from '../../api/conditions.ts'
import { selectorFromLabelSelector } from '../../api/labels.ts'
import { parseTime } from '../../api/time.ts'
import type { Pod, PodDisruptionBudget } from '../../api/types.ts'
import type { Random } from '../../sim/random.ts'
import type { DefaultPreemptionArgs } from './config/configuration.ts'
import { fitErrorMessage, newDiagnosis } from './fit-error.ts'
import type { Diagnosis, PreemptionCandidate, Snapshot, Status, Trial } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import type { PodInfo } from './pod-info.ts'
import type { VictimMemo } from './victim-memo.ts'

const NO_VICTIMS: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ['No preemption victims found for incoming pod'],
}
const NOT_HELPFUL: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ['Preemption is not helpful for scheduling'],
}

export interface PreemptionWorld {
  readonly args: DefaultPreemptionArgs
  readonly snapshot: Snapshot
  budgets(): readonly PodDisruptionBudget[]
  readonly random: Random
  /** Whether the pod would fit on a node that is not as the snapshot has it. */
  trial(): Trial
  nominatedTo(node: NodeInfo): readonly PodInfo[]
  readonly memo: VictimMemo<Candidate>
}

export type PreemptionOutcome =
  | { readonly candidate: PreemptionCandidate }
  /** `clearNomination`: no node can be made to fit, so an earlier nomination is void. */
  | { readonly candidate: undefined; readonly message: string; readonly clearNomination: boolean }

/**
 * Looks for pods of lower priority that could make room.
 * Source: pkg/scheduler/framework/preemption/preemption.go Preempt, plugins/defaultpreemption/default_preemption.go
 */
export function preempt(pod: PodInfo, diagnosis: Diagnosis, world: PreemptionWorld): PreemptionOutcome {
  const { snapshot } = world
  const ineligible = whyNotEligible(pod.pod, diagnosis, snapshot)
  if (ineligible !== undefined) return { candidate: undefined, message: ineligible, clearNomination: false }
  const potential = resolvable(diagnosis, snapshot)
  const { candidates, statuses } = dryRun(pod, potential, world)
  if (candidates.length === 0) {
    const outcome = newDiagnosis()
    for (const [node, status] of statuses) outcome.nodeToStatus.add(node, status)
    outcome.absentNodesStatus = NOT_HELPFUL
    return { candidate: undefined, message: fitErrorMessage(snapshot.nodes.length, outcome), clearNomination: true }
  }
  return { candidate: pickOne(candidates) }
}

/** Nodes that might take the pod if other pods went. Source: findCandidates */
function resolvable({ nodeToStatus, absentNodesStatus }: Diagnosis, snapshot: Snapshot): readonly NodeInfo[] {
  const asked = nodeToStatus.nodesWith('Unschedulable')
  if (absentNodesStatus.code !== 'Unschedulable') return asked
  return [...asked, ...snapshot.nodes.filter(({ name }) => nodeToStatus.get(name) === undefined)]
}

const statusOf = (node: NodeInfo, { nodeToStatus, absentNodesStatus }: Diagnosis): Status =>
  nodeToStatus.get(node.name) ?? absentNodesStatus

const priority = (pod: Pod): number => pod.spec.priority ?? 0

/** Source: default_preemption.go PodEligibleToPreemptOthers */
function whyNotEligible(pod: Pod, diagnosis: Diagnosis, snapshot: Snapshot): string | undefined {
  if (pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.'
  const nominated = snapshot.get(pod.status?.nominatedNodeName ?? '')
  if (nominated === undefined) return undefined
  if (statusOf(nominated, diagnosis).code === 'UnschedulableAndUnresolvable') return undefined
  for (const { pod: other } of nominated.pods.values()) {
    if (priority(other) < priority(pod) && isTerminatingByPreemption(other))
      return 'not eligible due to a terminating pod on the nominated node.'
  }
  return undefined
}

function isTerminatingByPreemption(pod: Pod): boolean {
  if (pod.metadata.deletionTimestamp === undefined) return false
  const condition = findCondition(pod.status?.conditions, 'DisruptionTarget')
  return condition?.status === 'True' && condition.reason === 'PreemptionByScheduler'
}

/** Source: preemption.go DryRunPreemption, default_preemption.go GetOffsetAndNumCandidates */
function dryRun(pod: PodInfo, nodes: readonly NodeInfo[], world: PreemptionWorld) {
  const statuses = new Map<NodeInfo, Status>()
  const clean: Candidate[] = []
  const violating: Candidate[] = []
  const { minCandidateNodesPercentage, minCandidateNodesAbsolute } = world.args
  if (nodes.length > 0) {
    const percentage = Math.trunc((nodes.length * minCandidateNodesPercentage) / 100)
    const enough = Math.min(Math.max(percentage, minCandidateNodesAbsolute), nodes.length)
    const offset = world.random.int(nodes.length)
    const victimsOn = victimFinder(pod, world)
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[(offset + i) % nodes.length]!
      const candidate = victimsOn(node)
      if (!isCandidate(candidate)) statuses.set(node, candidate)
      else (candidate.pdbViolations === 0 ? clean : violating).push(candidate)
      if (clean.length > 0 && clean.length + violating.length >= enough) break
    }
  }
  return { candidates: [...clean, ...violating], statuses }
}

const isCandidate = (outcome: Candidate | Status): outcome is Candidate => (outcome as Candidate).ranks !== undefined

type VictimFinder = (node: NodeInfo) => Candidate | Status

/** Looks at each node anew only where that can matter. */
function victimFinder(pod: PodInfo, { trial, budgets: list, nominatedTo, memo }: PreemptionWorld): VictimFinder {
  const { fits, local } = trial()
  const budgets = list()
  const anew = (node: NodeInfo) => selectVictims(pod, node, fits, budgets)
  // A pod that is nominated itself is not in its own way.
  if (!local || pod.pod.status?.nominatedNodeName) return anew
  memo.begin(pod.pod, budgets)
  return (node) => {
    const nominated = nominatedTo(node)
    const known = memo.get(node, nominated)
    if (known !== undefined) return known
    const outcome = anew(node)
    memo.set(node, nominated, outcome)
    return outcome
  }
}

/** The fewest pods whose going makes room. Source: default_preemption.go SelectVictimsOnNode */
function selectVictims(
  pod: PodInfo,
  node: NodeInfo,
  fits: (node: NodeInfo) => Status | undefined,
  budgets: readonly PodDisruptionBudget[],
): Candidate | Status {
  const lower = [...node.pods.values()].filter((other) => priority(other.pod) < priority(pod.pod))
  if (lower.length === 0) return NO_VICTIMS
  const trial = node.clone()
  for (const other of lower) trial.removePod(other)
  const status = fits(trial)
  if (status !== undefined) return status
  byImportance(lower)
  const [violating, rest] = splitByBudget(lower, budgets)
  const victims: PodInfo[] = []
  const reprieve = (other: PodInfo): boolean => {
    trial.addPod(other)
    if (fits(trial) === undefined) return true
    trial.removePod(other)
    victims.push(other)
    return false
  }
  const pdbViolations = violating.filter((other) => !reprieve(other)).length
  for (const other of rest) reprieve(other)
  if (violating.length > 0 && rest.length > 0) byImportance(victims)
  return ranked({ node: node.name, victims: victims.map((victim) => victim.pod), pdbViolations })
}

/**
 * In place, by priority, then by age. A pod that has not started is as old as the question: of two, each is older than the
 * other, so that sorting a few by insertion turns them around. Source: pkg/scheduler/util/utils.go MoreImportantPod
 */
function byImportance(pods: PodInfo[]): void {
  const places = new Map(pods.map((pod, i) => [pod, i]))
  pods.sort((one, other) => {
    const [a, b] = [one.pod, other.pod]
    const order = priority(b) - priority(a) || startedAt(a) - startedAt(b)
    if (order !== 0) return order
    const place = places.get(one)! - places.get(other)!
    return a.status?.startTime === undefined ? -place : place
  })
}

const startedAt = ({ status }: Pod): number =>
  status?.startTime === undefined ? Number.MAX_SAFE_INTEGER : (parseTime(status.startTime) ?? 0)

/** Source: default_preemption.go filterPodsWithPDBViolation */
function splitByBudget(pods: readonly PodInfo[], budgets: readonly PodDisruptionBudget[]): [PodInfo[], PodInfo[]] {
  const allowed = budgets.map(({ status }) => status?.disruptionsAllowed ?? 0)
  const violating: PodInfo[] = []
  const rest: PodInfo[] = []
  for (const info of pods) {
    let violates = false
    budgets.forEach((budget, i) => {
      if (covers(budget, info.pod) && --allowed[i]! < 0) violates = true
    })
    ;(violates ? violating : rest).push(info)
  }
  return [violating, rest]
}

function covers({ metadata, spec, status }: PodDisruptionBudget, pod: Pod): boolean {
  if (metadata.namespace !== pod.metadata.namespace || Object.keys(pod.metadata.labels ?? {}).length === 0) return false
  const selector = selectorFromLabelSelector(spec?.selector)
  if (selector.requirements.length === 0 || !selector.matches(pod.metadata.labels)) return false
  return status?.disruptedPods?.[pod.metadata.name] === undefined
}

/** With what speaks for it, the most important first; more is better. */
export interface Candidate extends PreemptionCandidate {
  readonly ranks: readonly number[]
}

/** Source: preemption.go pickOneNodeForPreemption */
function ranked(candidate: PreemptionCandidate): Candidate {
  const { victims, pdbViolations } = candidate
  let highest = Number.NEGATIVE_INFINITY
  let sum = 0
  let earliest = Number.POSITIVE_INFINITY
  for (const victim of victims) {
    const own = priority(victim)
    // All are made positive, so that few pods of a negative priority are better than many of them.
    sum += own + 2 ** 31
    if (own > highest) earliest = Number.POSITIVE_INFINITY
    if (own >= highest) earliest = Math.min(earliest, startedAt(victim))
    highest = Math.max(highest, own)
  }
  return { ...candidate, ranks: [-pdbViolations, -highest, -sum, -victims.length, earliest] }
}

/** Of equals the first. */
function pickOne(candidates: readonly Candidate[]): Candidate {
  let best = candidates[0]!
  for (let i = 1; i < candidates.length; i++) if (isBetter(candidates[i]!, best)) best = candidates[i]!
  return best
}

function isBetter({ ranks }: Candidate, best: Candidate): boolean {
  for (let i = 0; i < ranks.length; i++) if (ranks[i] !== best.ranks[i]) return ranks[i]! > best.ranks[i]!
  return false
}
