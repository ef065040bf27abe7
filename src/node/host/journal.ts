/** One line of the system journal. */
export interface JournalEntry {
  /** Virtual ms. */
  readonly at: number
  readonly unit: string
  /** Who wrote it: `systemd`, `kubelet`. */
  readonly identifier: string
  readonly pid: number
  readonly message: string
  /** Which boot, from 0. */
  readonly boot: number
}

/** What a unit's journal keeps; older lines are vacuumed, as journald does at SystemMaxUse. */
const LINES_PER_UNIT = 1000

/** What units wrote, also before the last reboot. */
export class Journal {
  readonly #byUnit = new Map<string, JournalEntry[]>()

  add(entry: JournalEntry): void {
    const lines = this.#byUnit.get(entry.unit)
    if (lines === undefined) {
      this.#byUnit.set(entry.unit, [entry])
      return
    }
    lines.push(entry)
    if (lines.length >= 2 * LINES_PER_UNIT) lines.splice(0, lines.length - LINES_PER_UNIT)
  }

  /** Oldest first. Without a unit: of all units. */
  entries(unit?: string): readonly JournalEntry[] {
    if (unit !== undefined) return (this.#byUnit.get(unit) ?? []).slice(-LINES_PER_UNIT)
    return [...this.#byUnit.values()].flatMap((lines) => lines.slice(-LINES_PER_UNIT)).sort((a, b) => a.at - b.at)
  }
}
