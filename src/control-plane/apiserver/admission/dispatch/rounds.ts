import { equal } from '../../../../api/equal.ts'
import type { KubernetesObject } from '../../../../api/types.ts'
import type { Reinvocation } from '../../contract.ts'

/** Which webhooks or policies take part in the second round. Source: plugin/webhook/mutating/reinvocationcontext.go */
export class Rounds {
  readonly #again: Reinvocation
  /** Have run and may run once more. */
  readonly #reinvocable = new Set<string>()
  /** Are to run once more: something has changed since. */
  readonly #due = new Set<string>()
  #output: KubernetesObject | undefined

  private constructor(again: Reinvocation) {
    this.#again = again
  }

  /** @param object as it has come to the plug-in */
  static of(plugin: string, again: Reinvocation, object: KubernetesObject | undefined): Rounds {
    const rounds = (again.notes.get(plugin) as Rounds | undefined) ?? new Rounds(again)
    again.notes.set(plugin, rounds)
    if (again.isSecond && !equal(rounds.#output, object)) rounds.#requireAll()
    return rounds
  }

  get number(): number {
    return this.#again.isSecond ? 1 : 0
  }

  mayRun(key: string): boolean {
    return !this.#again.isSecond || this.#due.has(key)
  }

  changed(): void {
    this.#requireAll()
    this.#again.wanted = true
  }

  mayRunAgain(key: string): void {
    this.#reinvocable.add(key)
  }

  end(object: KubernetesObject | undefined): void {
    this.#output = object
  }

  #requireAll(): void {
    for (const key of this.#reinvocable) this.#due.add(key)
    this.#reinvocable.clear()
  }
}
