import { type Cluster, createCluster, type Input } from '../../cluster/index.ts'
import { Kubectl } from '../../gherkin/kubectl.ts'
import { World } from '../../gherkin/world.ts'
import { createCertificateSigner } from '../../server/certificate-signer.ts'
import { type Credentials, createCredentials } from '../../server/pki.ts'
import { createTokenAuthority } from '../../server/tokens.ts'
import { goTo, type Place } from '../../sim/journal.ts'
import { loadFeature, type ScenarioStep } from '../feature.ts'
import { type Grade, grade } from '../grade.ts'
import { START_AT } from '../limits.ts'
import type { Exercise } from '../pack.ts'
import { Sandbox, type ScriptResult } from './sandbox.ts'

let credentials: Promise<Credentials> | undefined

interface Entry extends Place {
  readonly input: Input
}

/** What a cluster comes from. */
interface Origin {
  readonly exercise: Exercise
  readonly seed: number
  readonly known: Credentials
}

/** One life of an exercise in this process: broken as its set-up says, changed by scripts, graded on forks. */
export class Attempt {
  readonly exercise: Exercise
  readonly world: World
  readonly #origin: Origin
  readonly #journal: Entry[]
  /** Entries of the journal that the set-up made. */
  readonly #setUp: number
  readonly #kubectl: Kubectl
  readonly #sandbox: Sandbox

  /** @throws {StepFailure} where the set-up cannot be done */
  static async begin(exercise: Exercise, seed = 1): Promise<Attempt> {
    credentials ??= createCredentials()
    const origin = { exercise, seed, known: await credentials }
    const journal: Entry[] = []
    const world = new World(
      {},
      recordedCluster(origin, (entry) => void journal.push(entry)),
    )
    for (const scenario of loadFeature(exercise.setup)) await scenario.run(world)
    return new Attempt(origin, world, journal, journal.length)
  }

  private constructor(origin: Origin, world: World, journal: Entry[], setUp: number) {
    this.exercise = origin.exercise
    this.world = world
    this.#origin = origin
    this.#journal = journal
    this.#setUp = setUp
    this.#kubectl = new Kubectl(origin.known)
    this.#sandbox = new Sandbox(world, this.#kubectl)
  }

  /** What came in during the set-up, and since. */
  get inputs(): { readonly setUp: readonly Input[]; readonly since: readonly Input[] } {
    const inputs = this.#journal.map(({ input }) => input)
    return { setUp: inputs.slice(0, this.#setUp), since: inputs.slice(this.#setUp) }
  }

  /** Whether anything was changed since: by a request that was granted, or otherwise than by requests. */
  get isChanged(): boolean {
    const others = this.inputs.since.some(({ type }) => type !== 'request' && type !== 'audit')
    return this.#kubectl.written > 0 || others
  }

  run(script: string): Promise<ScriptResult> {
    return this.#sandbox.run(script)
  }

  /** @param onFailed told of every step that does not hold */
  grade(onFailed?: (step: ScenarioStep) => void): Promise<Grade> {
    return grade(this.exercise, this.forks(), 0, onFailed)
  }

  /** For the last time: the checks have this cluster itself, which saves a replay. */
  lastGrade(): Promise<Grade> {
    const fork = this.forks()
    let isSpent = false
    return grade(this.exercise, async () => {
      if (isSpent) return fork()
      isSpent = true
      return this.world
    })
  }

  /** Clusters that are as this one is now, or as this and something done to it, and go their own way from here. */
  forks(deed?: (world: World) => Promise<void>): () => Promise<World> {
    const { clock } = this.world.cluster
    const journal = [...this.#journal]
    const place = { at: clock.now(), fired: clock.fired }
    return async () => {
      const world = await worldAt(this.#origin, journal, place, this.world.moments)
      await deed?.(world)
      return world
    }
  }

  async close(): Promise<void> {
    this.#sandbox.close()
    await this.#kubectl.close()
    await this.world.close()
  }
}

/** The same cluster again, replayed up to a place. */
async function worldAt(
  origin: Origin,
  replayed: readonly Entry[],
  place: Place,
  moments: ReadonlyMap<string, number>,
): Promise<World> {
  const cluster = recordedCluster(origin)
  const world = new World({}, cluster)
  const stand = async (to: Place) => {
    while (goTo(cluster.clock, to) === 'held') await cluster.barrier.idle()
  }
  for (const entry of replayed) {
    await stand(entry)
    void cluster.apply(entry.input)
  }
  await stand(place)
  for (const [name, at] of moments) world.moments.set(name, at)
  return world
}

function recordedCluster(
  { exercise, seed, known }: Origin,
  onEntry: (entry: Entry) => void = () => undefined,
): Cluster {
  const cluster: Cluster = createCluster({
    topology: exercise.topology,
    seed,
    startAt: START_AT,
    authority: createTokenAuthority(known.serviceAccountKey),
    certificates: createCertificateSigner(known.ca),
    caCertificate: known.ca.certificate,
    onInput: (input) => onEntry({ at: cluster.clock.now(), fired: cluster.clock.fired, input }),
  })
  return cluster
}
