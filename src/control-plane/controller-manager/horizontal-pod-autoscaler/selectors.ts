import { parseSelector, type Selector } from '../../../api/labels.ts'
import { splitKey } from '../../../api/meta.ts'
import type { Pod } from '../../../api/types.ts'

/** Which pods each autoscaler counts: two must not count the same. Source: pkg/controller/util/selectors/bimultimap.go */
export class Selectors {
  readonly #byKey = new Map<string, Selector | undefined>()

  add(key: string): void {
    if (!this.#byKey.has(key)) this.#byKey.set(key, undefined)
  }

  delete(key: string): void {
    this.#byKey.delete(key)
  }

  set(key: string, selector: Selector): void {
    if (this.#byKey.has(key)) this.#byKey.set(key, selector)
  }

  /** The autoscalers that select one of the pods. */
  selecting(pods: readonly Pod[], namespace: string): readonly string[] {
    return [...this.#byKey]
      .filter(([key, selector]) => {
        if (selector === undefined || splitKey(key).namespace !== namespace) return false
        return pods.some(({ metadata }) => selector.matches(metadata.labels))
      })
      .map(([key]) => key)
  }
}

export function parseTargetSelector(text: string): Selector | { readonly error: string } {
  try {
    return parseSelector(text)
  } catch (error) {
    return { error: (error as Error).message }
  }
}
