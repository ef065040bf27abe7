import { createCluster, type Input } from '../../cluster/index.ts'
import { Kubectl } from '../../gherkin/kubectl.ts'
import { World } from '../../gherkin/world.ts'
import { createCertificateSigner } from '../../server/certificate-signer.ts'
import { type Credentials, createCredentials } from '../../server/pki.ts'
import { createTokenAuthority } from '../../server/tokens.ts'
import { goTo, type Place } from '../../sim/journal.ts'
import { loadFeature } from '../feature.ts'
import { type Grade, grade } from '../grade.ts'
import { START_AT } from '../limits.ts'
import type { Exercise } from '../pack.ts'
import { Sandbox, type ScriptResult } from './sandbox.ts'

let credentials: Promise<Credentials> | undefined

interface Entry extends Place {
  readonly input: Input
}

/** One life of an exercise in this process: broken as its set-up says, changed by scripts, graded on forks. */
export class Attempt {
  readonly exercise: Exercise
  readonly world: World
  readonly #credentials: Credentials
  readonly #journal: Entry[]
  readonly #kubectl: Kubectl
  readonly #sandbox: Sandbox

  static async begin(exercise: Exercise, seed = 1): Promise<Attempt> {
    credentials ??= createCredentials()
    const known = await credentials
    const journal: Entry[] = []
    const cluster = clusterOf(exercise, seed, known, (input) =>
      journal.push({ at: cluster.clock.now(), fired: cluster.clock.fired, input }),
    )
    const kubectl = new Kubectl(known)
    const world = new World({ kubectl: (each, args) => kubectl.run(each, args) }, cluster)
    for (const scenario of loadFeature(exercise.setup)) await scenario.run(world)
    return new Attempt(exercise, world, known, journal, kubectl)
  }

  private constructor(exercise: Exercise, world: World, known: Credentials, journal: Entry[], kubectl: Kubectl) {
    this.exercise = exercise
    this.world = world
    this.#credentials = known
    this.#journal = journal
    this.#kubectl = kubectl
    this.#sandbox = new Sandbox(world, kubectl)
  }

  run(script: string): Promise<ScriptResult> {
    return this.#sandbox.run(script)
  }

  async grade(): Promise<Grade> {
    const { clock } = this.world.cluster
    const place = { at: clock.now(), fired: clock.fired }
    const journal = [...this.#journal]
    return grade(this.exercise, () => this.#fork(journal, place))
  }

  /** The same cluster again, which goes its own way from here. */
  async #fork(journal: readonly Entry[], place: Place): Promise<World> {
    const cluster = clusterOf(this.exercise, 1, this.#credentials)
    const world = new World({}, cluster)
    const stand = async (to: Place) => {
      while (goTo(cluster.clock, to) === 'held') await cluster.barrier.idle()
    }
    for (const entry of journal) {
      await stand(entry)
      void cluster.apply(entry.input)
    }
    await stand(place)
    for (const [name, at] of this.world.moments) world.moments.set(name, at)
    return world
  }

  async close(): Promise<void> {
    this.#sandbox.close()
    await this.#kubectl.close()
    await this.world.close()
  }
}

function clusterOf({ topology }: Exercise, seed: number, known: Credentials, onInput?: (input: Input) => void) {
  return createCluster({
    topology,
    seed,
    startAt: START_AT,
    authority: createTokenAuthority(known.serviceAccountKey),
    certificates: createCertificateSigner(known.ca),
    caCertificate: known.ca.certificate,
    ...(onInput === undefined ? {} : { onInput }),
  })
}
