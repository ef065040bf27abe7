import type { Plugin, Snapshot, Status } from '../../src/control-plane/scheduler/framework.ts'
import { NodeInfo } from '../../src/control-plane/scheduler/node-info.ts'
import { podInfoOf } from '../../src/control-plane/scheduler/pod-info.ts'
import { type Inputs, inputsOf } from './inputs.ts'
import type { NodeScore, RecordedNode, SchedulerCall } from './scheduler-call.ts'
import { pluginFor } from './scheduler-plugins.ts'
import { scoringChoices } from './scoring-choices.ts'
import type { Verdict } from './verdict.ts'
import { nodeInfoOf, snapshotOf } from './world.ts'

export { isSchedulerCall, type SchedulerCall } from './scheduler-call.ts'

interface Outcome {
  readonly code: string
  readonly reasons: readonly string[]
  readonly result?: unknown
}

const INFERRED = 'scoring strategy and resources are not recorded; one was chosen that gives all scores of the cycle'
const LOOKED_UP =
  'volumes, namespaces, Services, all nodes or scoring arguments are not recorded; they are those of the test that was recorded'

/** Replays the calls of plugins in order: the later ones of a scheduling cycle need what the earlier ones computed. */
export function replayScheduler(calls: readonly SchedulerCall[]): readonly Verdict[] {
  return cyclesOf(calls).flatMap((cycle) => {
    let best: readonly Verdict[] = []
    const candidates = candidatesFor(cycle)
    for (const [index, { inputs, note }] of candidates.entries()) {
      const verdicts = new Cycle(cycle, inputs).replay(note)
      if (index === 0 || verdicts.every(({ agrees }) => agrees)) best = verdicts
      if (verdicts.every(({ agrees }) => agrees)) break
    }
    return best
  })
}

interface Candidate {
  readonly inputs: Inputs
  readonly note?: string
}

/** What the cycle's plugin may have read beyond the recording, the likeliest first. */
function candidatesFor(cycle: readonly SchedulerCall[]): readonly Candidate[] {
  const known = new Map(cycle.flatMap(inputsOf).map((inputs) => [JSON.stringify(inputs), inputs]))
  if (known.size > 0) return [...known.values()].map((inputs) => ({ inputs, note: LOOKED_UP }))
  return scoringChoices(cycle).map((args, i) => (i === 0 ? { inputs: {} } : { inputs: { args }, note: INFERRED }))
}

/** Calls of one plugin for one pod in one test, from a PreFilter or PreScore on, each node once. */
function cyclesOf(calls: readonly SchedulerCall[]): SchedulerCall[][] {
  const cycles: SchedulerCall[][] = []
  for (const call of calls) {
    const cycle = cycles.at(-1)
    if (cycle !== undefined && continues(cycle, call)) cycle.push(call)
    else cycles.push([call])
  }
  return cycles
}

function continues(cycle: readonly SchedulerCall[], call: SchedulerCall): boolean {
  const last = cycle.at(-1)!
  if (last.plugin !== call.plugin || last.case !== call.case || call.ext === 'PreFilter') return false
  if (call.ext === 'PreScore') return last.ext === 'PreFilter' || last.ext === 'Filter'
  const name = call.node?.node?.metadata.name
  const again =
    name !== undefined && cycle.some(({ ext, node }) => ext === call.ext && node?.node?.metadata.name === name)
  return !again && (call.ext !== 'Score' || JSON.stringify(cycle[0]!.pod) === JSON.stringify(call.pod))
}

/** The state that PreFilter and PreScore left for one pod. */
interface Kept {
  readonly pod: string
  readonly state: unknown
}

class Cycle {
  readonly #calls: readonly SchedulerCall[]
  readonly #inputs: Inputs
  readonly #nodes = new Map<string, NodeInfo>()
  #plugin: Plugin | undefined
  #filterState: Kept | undefined
  #scoreState: Kept | undefined

  constructor(calls: readonly SchedulerCall[], inputs: Inputs) {
    this.#calls = calls
    this.#inputs = inputs
    for (const call of calls)
      for (const recorded of call.nodes ?? (call.node ? [call.node] : [])) {
        const node = nodeInfoOf(recorded)
        this.#nodes.set(node.name, node)
      }
  }

  replay(note: string | undefined): readonly Verdict[] {
    return this.#calls.map((call) => {
      const { plugin: group, case: name, code, reasons = [] } = call
      const expected = { code, reasons, ...('result' in call && { result: call.result }) }
      const plugin = this.#pluginFor(call)
      const got = plugin && this.#run(plugin, call)
      const agrees = got !== undefined && agree(call, got)
      return { group, name, agrees, expected, got: got ?? 'no such plugin', ...(note !== undefined && { note }) }
    })
  }

  /** One for the cycle: a plugin may remember what it decided. */
  #pluginFor(call: SchedulerCall): Plugin | undefined {
    this.#plugin ??= pluginFor(call, this.#inputs)
    return this.#plugin
  }

  #run(plugin: Plugin, call: SchedulerCall): Outcome {
    try {
      return this.#call(plugin, call)
    } catch (error) {
      return { code: 'threw', reasons: [(error as Error).message] }
    }
  }

  #call(plugin: Plugin, call: SchedulerCall): Outcome {
    switch (call.ext) {
      case 'PreFilter':
        return this.#preFilter(plugin, call)
      case 'Filter':
        return this.#filter(plugin, call)
      case 'PreScore':
        return this.#preScore(plugin, call)
      case 'Score':
        return this.#score(plugin, call)
      case 'NormalizeScore':
        return this.#normalizeScore(plugin, call)
    }
  }

  #preFilter(plugin: Plugin, { pod, nodes }: SchedulerCall): Outcome {
    const outcome = plugin.preFilter?.(podInfoOf(pod), this.#snapshot(nodes)) ?? SUCCESS
    this.#filterState = undefined
    if (outcome.code !== 'Success') return failed(outcome)
    this.#filterState = { pod: JSON.stringify(pod), state: outcome.state }
    return { ...OK, ...(outcome.nodeNames && { result: [...outcome.nodeNames] }) }
  }

  #filter(plugin: Plugin, { pod, node }: SchedulerCall): Outcome {
    const info = podInfoOf(pod)
    let state = this.#filterState?.pod === JSON.stringify(pod) ? this.#filterState : undefined
    if (state === undefined && MISSING_STATE[plugin.name] !== undefined)
      return { code: 'Error', reasons: [MISSING_STATE[plugin.name]!] }
    if (state === undefined) {
      const outcome = plugin.preFilter?.(info, this.#snapshot(undefined))
      state = { pod: '', state: outcome?.code === 'Success' ? outcome.state : undefined }
      if (outcome?.code === 'Skip') return OK
    }
    return failed(plugin.filter?.(state.state, info, nodeInfoOf(node!)))
  }

  #preScore(plugin: Plugin, { pod, nodes = [] }: SchedulerCall): Outcome {
    const infos = nodes.map(nodeInfoOf)
    const outcome =
      plugin.preScore?.(podInfoOf(pod), this.#snapshot(undefined), infos, this.#filterState?.state) ?? SUCCESS
    this.#scoreState = undefined
    if (outcome.code !== 'Success') return failed(outcome)
    this.#scoreState = { pod: JSON.stringify(pod), state: outcome.state }
    return OK
  }

  #score(plugin: Plugin, { pod, node }: SchedulerCall): Outcome {
    const info = podInfoOf(pod)
    let kept = this.#scoreState
    if (kept === undefined) {
      const outcome = plugin.preScore?.(
        info,
        this.#snapshot(undefined),
        [...this.#nodes.values()],
        this.#filterState?.state,
      )
      if (outcome !== undefined && outcome.code !== 'Success') return { ...OK, result: 0 }
      kept = { pod: '', state: outcome?.state }
    }
    return { ...OK, result: plugin.score!(kept.state, info, nodeInfoOf(node!)) }
  }

  #normalizeScore(plugin: Plugin, { result }: SchedulerCall): Outcome {
    const given = (result as { in: readonly NodeScore[] }).in
    const scores = given.map(({ Score }) => Score)
    const nodes = given.map(({ Name }) => this.#nodes.get(Name) ?? new NodeInfo(Name))
    plugin.normalizeScore?.(this.#scoreState?.state, scores, nodes)
    return { ...OK, result: { in: given, out: given.map(({ Name }, i) => ({ Name, Score: scores[i]! })) } }
  }

  /** @param nodes as recorded; undefined: all that any call of the cycle shows */
  #snapshot(nodes: readonly RecordedNode[] | undefined): Snapshot {
    return snapshotOf(nodes === undefined ? [...this.#nodes.values()] : nodes.map(nodeInfoOf), this.#inputs)
  }
}

/** What plugins say that are asked to filter without having been asked to prepare. */
const MISSING_STATE: Readonly<Record<string, string>> = {
  InterPodAffinity: 'error reading "PreFilterInterPodAffinity" from cycleState: not found',
  NodePorts: 'reading "PreFilterNodePorts" from cycleState: not found',
  NodeResourcesFit: 'error reading "PreFilterNodeResourcesFit" from cycleState: not found',
  PodTopologySpread: 'reading "PreFilterPodTopologySpread" from cycleState: not found',
}

const OK: Outcome = { code: 'Success', reasons: [] }
const SUCCESS = { code: 'Success' as const, state: undefined, nodeNames: undefined }

function failed(status: Status | { readonly code: 'Skip' } | undefined): Outcome {
  if (status === undefined) return OK
  return { code: status.code, reasons: 'reasons' in status ? status.reasons : [] }
}

function agree(call: SchedulerCall, got: Outcome): boolean {
  if (call.code !== got.code) return false
  const expected = (call.reasons ?? []).map(asListersSay).sort()
  if (JSON.stringify(expected) !== JSON.stringify([...got.reasons].sort())) return false
  return JSON.stringify(ordered(call.result)) === JSON.stringify(ordered(got.result))
}

/** The listers of tests name what is missing in the plural, the real ones in the singular. */
const asListersSay = (reason: string): string =>
  reason.replace(/(persistentvolumeclaim|persistentvolume|storageclass)e?s((\.[a-z0-9.]+)? ".*" not found)/, '$1$2')

/** Names of nodes are a set. */
const ordered = (result: unknown): unknown => (Array.isArray(result) ? [...result].sort() : result)
