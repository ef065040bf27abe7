import type { VirtualClock } from './clock.ts'

/** An exact place in a run: an instant, and how many timers had fired by then. */
export interface Place {
  /** Virtual ms. */
  readonly at: number
  readonly fired: number
}

/** A line of a journal: what came in from outside, and exactly when. Without more than its place: time has passed. */
export type JournalEntry = Place & Readonly<Record<string, unknown>>

/** A journal that cannot be read, or does not fit the run it is replayed into. */
export class JournalError extends Error {}

/** Writes what comes in, a JSON line each, to a sink that the door gives: the line is out before the input is acted on. */
export class Journal<E extends JournalEntry> {
  readonly #clock: VirtualClock
  readonly #append: (line: string) => void

  constructor(clock: VirtualClock, append: (line: string) => void) {
    this.#clock = clock
    this.#append = append
  }

  /** Here is where the run stands. */
  get place(): Place {
    return { at: this.#clock.now(), fired: this.#clock.fired }
  }

  /** Something comes in, at this place; nothing: time has passed until here. */
  record(what: Omit<E, keyof Place> | Record<string, never> = {}): void {
    this.#append(`${JSON.stringify({ ...this.place, ...what })}\n`)
  }
}

/**
 * Reads a journal. A last line that is cut off is dropped: the process died while it wrote, and had not answered yet.
 *
 * @throws JournalError with the line's number for anything else that is not an entry
 */
export function readJournal<E extends JournalEntry>(text: string): readonly E[] {
  const lines = text.split('\n')
  const unfinished = lines.pop()
  const entries: E[] = []
  lines.forEach((line, index) => {
    const entry = parseEntry<E>(line)
    if (typeof entry === 'string') throw new JournalError(`journal line ${index + 1}: ${entry}`)
    const before = entries.at(-1)
    if (before !== undefined && (entry.at < before.at || entry.fired < before.fired))
      throw new JournalError(`journal line ${index + 1}: lies before the line above it`)
    entries.push(entry)
  })
  const last = unfinished ? parseEntry<E>(unfinished) : undefined
  if (last !== undefined && typeof last !== 'string') entries.push(last)
  return entries
}

/** The entry, or what is wrong with it. */
function parseEntry<E extends JournalEntry>(line: string): E | string {
  let entry: unknown
  try {
    entry = JSON.parse(line)
  } catch {
    return 'not JSON'
  }
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return 'not an object'
  const { at, fired } = entry as Partial<Place>
  if (typeof at !== 'number' || !Number.isFinite(at)) return '`at` is not a time in ms'
  if (!Number.isSafeInteger(fired) || fired! < 0) return '`fired` is not a count of timers'
  return entry as E
}

/**
 * Lets exactly those timers fire that had fired at a place, and stands at its instant.
 *
 * @returns `held` when something asynchronous runs at this instant: wait for it, then call again
 * @throws JournalError when the run is another one: it has other timers, or is past the place
 */
export function goTo(clock: VirtualClock, place: Place): 'there' | 'held' {
  while (clock.fired < place.fired) {
    // What runs now may be about to set the timer that is missed here.
    if (clock.held) return 'held'
    const due = clock.nextDue()
    if (due === undefined || due > place.at) throw elsewhere(clock, place)
    if (clock.run(due, place.fired - clock.fired) === 'held') return 'held'
  }
  if (clock.fired > place.fired || clock.now() > place.at) throw elsewhere(clock, place)
  // No time passes while something asynchronous runs: what it is about to set is set from now.
  if (clock.held && clock.now() < place.at) return 'held'
  const due = clock.nextDue()
  if (due !== undefined && due < place.at) throw elsewhere(clock, place)
  if (clock.now() < place.at) clock.standAt(place.at)
  return clock.held ? 'held' : 'there'
}

/**
 * Does again what a journal says, each entry at its exact place.
 *
 * @throws when something asynchronous runs: a run with shells goes from place to place with {@link goTo} instead
 */
export function replay<E extends JournalEntry>(
  entries: readonly E[],
  clock: VirtualClock,
  apply: (entry: E) => void,
): void {
  for (const entry of entries) {
    if (goTo(clock, entry) === 'held') throw new Error('a shell is running: the journal cannot be replayed at once')
    apply(entry)
  }
}

function elsewhere(clock: VirtualClock, { at, fired }: Place): JournalError {
  return new JournalError(
    `the journal does not fit this run: at ${at} ${fired} timers had fired, here ${clock.fired} have at ${clock.now()}`,
  )
}
