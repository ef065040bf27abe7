import { type Selector, selectorFromSet } from '../../src/api/labels.ts'
import type { Pod } from '../../src/api/types.ts'
import type { Plugin, Snapshot, Status } from '../../src/control-plane/scheduler/framework.ts'
import { countMatching, type ImageState, NodeInfo } from '../../src/control-plane/scheduler/node-info.ts'
import { podInfoOf } from '../../src/control-plane/scheduler/pod-info.ts'
import type { NodeScore, RecordedNode, SchedulerCall } from './scheduler-call.ts'
import { pluginFor, type ScoringChoice } from './scheduler-plugins.ts'
import { scoringChoices } from './scoring-choices.ts'
import type { Verdict } from './verdict.ts'

export { isSchedulerCall, type SchedulerCall } from './scheduler-call.ts'

interface Outcome {
  readonly code: string
  readonly reasons: readonly string[]
  readonly result?: unknown
}

const INFERRED = 'scoring strategy and resources are not recorded; one was chosen that gives all scores of the cycle'

/** Replays the calls of plugins in order: the later ones of a scheduling cycle need what the earlier ones computed. */
export function replayScheduler(calls: readonly SchedulerCall[]): readonly Verdict[] {
  return cyclesOf(calls).flatMap((cycle) => {
    let best: readonly Verdict[] = []
    const choices = scoringChoices(cycle)
    for (const [index, choice] of choices.entries()) {
      const verdicts = new Cycle(cycle, choice).replay(index > 0)
      if (index === 0 || verdicts.every(({ agrees }) => agrees)) best = verdicts
      if (verdicts.every(({ agrees }) => agrees)) break
    }
    return best
  })
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
  readonly #choice: ScoringChoice
  readonly #nodes = new Map<string, NodeInfo>()
  #filterState: Kept | undefined
  #scoreState: Kept | undefined

  constructor(calls: readonly SchedulerCall[], choice: ScoringChoice) {
    this.#calls = calls
    this.#choice = choice
    for (const call of calls)
      for (const recorded of call.nodes ?? (call.node ? [call.node] : [])) {
        const node = nodeInfoOf(recorded)
        this.#nodes.set(node.name, node)
      }
  }

  replay(inferred: boolean): readonly Verdict[] {
    return this.#calls.map((call) => {
      const { plugin: group, case: name, code, reasons = [] } = call
      const expected = { code, reasons, ...('result' in call && { result: call.result }) }
      const plugin = pluginFor(call, this.#choice)
      const got = plugin && this.#run(plugin, call)
      const agrees = got !== undefined && agree(call, got)
      return { group, name, agrees, expected, got: got ?? 'no such plugin', ...(inferred && { note: INFERRED }) }
    })
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
    const outcome = plugin.preScore?.(podInfoOf(pod), this.#snapshot(undefined), infos) ?? SUCCESS
    this.#scoreState = undefined
    if (outcome.code !== 'Success') return failed(outcome)
    this.#scoreState = { pod: JSON.stringify(pod), state: outcome.state }
    return OK
  }

  #score(plugin: Plugin, { pod, node }: SchedulerCall): Outcome {
    const info = podInfoOf(pod)
    let kept = this.#scoreState
    if (kept === undefined) {
      const outcome = plugin.preScore?.(info, this.#snapshot(undefined), [...this.#nodes.values()])
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
    return snapshotOf(nodes === undefined ? [...this.#nodes.values()] : nodes.map(nodeInfoOf))
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

function nodeInfoOf({ node, pods, images }: RecordedNode): NodeInfo {
  const info = new NodeInfo(node?.metadata.name ?? '', node ?? undefined)
  for (const [i, pod] of (pods ?? []).entries()) {
    const named = pod.metadata.name === undefined ? { ...pod, metadata: { ...pod.metadata, name: `pod-${i}` } } : pod
    info.addPod(podInfoOf(named as Pod))
  }
  info.imageStates = new Map(
    Object.entries(images ?? {}).map(([name, { Size, NumNodes }]): [string, ImageState] => [
      name,
      { size: Size, nodes: new Set(Array.from({ length: NumNodes }, (_, i) => String(i))) },
    ]),
  )
  return info
}

function snapshotOf(nodes: readonly NodeInfo[]): Snapshot {
  return {
    nodes,
    get: (name) => nodes.find((node) => node.name === name),
    havePodsWithAffinity: nodes.filter((node) => node.podsWithAffinity.size > 0),
    havePodsWithRequiredAntiAffinity: nodes.filter((node) => node.podsWithRequiredAntiAffinity.size > 0),
    namespaceLabels: () => ({}),
    namespaces: () => [],
    podCount: (selector: Selector, namespace: string) => (node: NodeInfo) => countMatching(node, selector, namespace),
    // Services and controllers are not recorded: as if one selected all that the pod is labelled with.
    defaultSelector: (pod) => selectorFromSet(pod.metadata.labels),
  }
}

function agree(call: SchedulerCall, got: Outcome): boolean {
  if (call.code !== got.code) return false
  if (JSON.stringify([...(call.reasons ?? [])].sort()) !== JSON.stringify([...got.reasons].sort())) return false
  return JSON.stringify(ordered(call.result)) === JSON.stringify(ordered(got.result))
}

/** Names of nodes are a set. */
const ordered = (result: unknown): unknown => (Array.isArray(result) ? [...result].sort() : result)
