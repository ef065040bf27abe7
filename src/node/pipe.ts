/** What a process reads, a byte string at a time; undefined is the end of it. */
export interface Stdin {
  /** One reader at a time; what came before somebody read is read first. @returns how to stop reading */
  onData(listener: (bytes: string | undefined) => void): () => void
}

/** Somebody writes at one end, a process reads at the other. */
export class Pipe implements Stdin {
  #waiting: (string | undefined)[] = []
  #listener: ((bytes: string | undefined) => void) | undefined
  #ended = false

  write(bytes: string): void {
    if (!this.#ended && bytes !== '') this.#put(bytes)
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#put(undefined)
  }

  onData(listener: (bytes: string | undefined) => void): () => void {
    this.#listener = listener
    for (const bytes of this.#waiting.splice(0)) listener(bytes)
    return () => {
      if (this.#listener === listener) this.#listener = undefined
    }
  }

  #put(bytes: string | undefined): void {
    if (this.#listener === undefined) this.#waiting.push(bytes)
    else this.#listener(bytes)
  }
}
