import type { SandboxRecord } from './container/record.ts'

/** The sandboxes of one node, by id and by pod. */
export class Sandboxes {
  readonly #byId = new Map<string, SandboxRecord>()
  /** Newest first. */
  readonly #byPod = new Map<string, readonly SandboxRecord[]>()

  get(id: string): SandboxRecord | undefined {
    return this.#byId.get(id)
  }

  values(): IterableIterator<SandboxRecord> {
    return this.#byId.values()
  }

  ofPod(uid: string): readonly SandboxRecord[] {
    return this.#byPod.get(uid) ?? NONE
  }

  add(sandbox: SandboxRecord): void {
    const uid = podOf(sandbox)
    this.#byId.set(sandbox.id, sandbox)
    this.#byPod.set(uid, [sandbox, ...this.ofPod(uid)])
  }

  remove(sandbox: SandboxRecord): void {
    const uid = podOf(sandbox)
    const left = this.ofPod(uid).filter((other) => other !== sandbox)
    this.#byId.delete(sandbox.id)
    if (left.length === 0) this.#byPod.delete(uid)
    else this.#byPod.set(uid, left)
  }
}

const NONE: readonly never[] = []

function podOf({ config }: SandboxRecord): string {
  return config.pod.metadata.uid ?? ''
}
