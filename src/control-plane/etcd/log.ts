/** One entry that is not committed yet; applied once when it is. */
export interface Entry {
  readonly term: number
  readonly apply: () => void
}

/**
 * The committed part of the Raft log, which all members agree on: how long it is, and which terms it went through. What
 * its entries did is in the store.
 */
export class CommittedLog {
  #index = 0
  #terms: { readonly term: number; readonly first: number }[] = []

  get index(): number {
    return this.#index
  }

  append(term: number): void {
    this.#index++
    if (this.#terms.at(-1)?.term !== term) this.#terms.push({ term, first: this.#index })
  }

  /** Term of the entry at an index; 0 before the first. */
  termAt(index: number): number {
    for (let i = this.#terms.length - 1; i >= 0; i--) if (this.#terms[i]!.first <= index) return this.#terms[i]!.term
    return 0
  }
}

/** What a member keeps on its disk: it survives a stop. Source: etcd-io/raft raftpb HardState and the log */
export class MemberLog {
  term = 0
  votedFor: string | undefined
  /** How much of the committed log it has. */
  matched = 0
  /** Its own entries behind that: they may be discarded still. */
  tail: readonly Entry[] = []
  readonly #committed: CommittedLog

  constructor(committed: CommittedLog) {
    this.#committed = committed
  }

  get lastIndex(): number {
    return this.matched + this.tail.length
  }

  get lastTerm(): number {
    return this.tail.at(-1)?.term ?? this.#committed.termAt(this.matched)
  }

  /** Whether a log that ends there is at least as new as this one. Source: raft log.go isUpToDate */
  isUpToDate(lastTerm: number, lastIndex: number): boolean {
    return lastTerm > this.lastTerm || (lastTerm === this.lastTerm && lastIndex >= this.lastIndex)
  }

  /** Takes over the leader's log: what conflicts is discarded, what is missing comes. Source: raft log.go maybeAppend */
  follow(leader: MemberLog): void {
    this.matched = leader.matched
    this.tail = leader.tail
  }

  /**
   * What of the own tail has been committed by others counts as committed.
   *
   * @throws when the log lacks a committed entry: Raft never lets such a member lead
   */
  recognise(): void {
    const { index } = this.#committed
    const known = index - this.matched
    if (known > this.tail.length || (known > 0 && this.tail[known - 1]!.term !== this.#committed.termAt(index)))
      throw new Error('raft: a member leads without every committed entry')
    this.tail = this.tail.slice(known)
    this.matched = index
  }
}
