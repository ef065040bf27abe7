import type { Cluster, Input } from '../cluster/index.ts'

/** A line of a session's journal: an instant, and what came in or (once the exercise is set up) what was remembered. */
export interface Entry {
  /** Virtual ms. */
  readonly at: number
  /** How many timers had fired: with `at`, the exact place. */
  readonly fired: number
  readonly input?: Input
  /** Moments the set-up remembered, by name; on entries after the set-up. */
  readonly moments?: Readonly<Record<string, number>>
}

/** A journal that cannot be read: somebody else wrote to it. */
export class JournalError extends Error {}

/** Reads a journal's lines. The last one may be cut off: the process died while it wrote, and nothing was answered yet. */
export function readJournal(text: string): readonly Entry[] {
  const lines = text.split('\n')
  const unfinished = lines.pop()
  const entries = lines.map((line, index) => {
    try {
      return JSON.parse(line) as Entry
    } catch {
      throw new JournalError(`journal line ${index + 1} is not JSON: the journal is damaged`)
    }
  })
  if (unfinished) {
    try {
      entries.push(JSON.parse(unfinished) as Entry)
    } catch {
      return entries
    }
  }
  return entries
}

/**
 * Brings a freshly booted cluster to where a journal ends.
 *
 * @returns the remembered moments; undefined when the set-up was not finished
 */
export async function replayJournal(
  text: string,
  cluster: Cluster,
): Promise<Readonly<Record<string, number>> | undefined> {
  let moments: Readonly<Record<string, number>> | undefined
  for (const entry of readJournal(text)) {
    await goTo(cluster, entry)
    if (entry.input !== undefined) void cluster.apply(entry.input)
    moments = entry.moments ?? moments
  }
  return moments
}

/** Lets exactly those timers fire that had fired then, and stands at that instant. */
export async function goTo(cluster: Cluster, place: { readonly at: number; readonly fired: number }): Promise<void> {
  const { clock, barrier } = cluster
  while (clock.fired < place.fired) {
    const due = clock.nextDue()
    if (due === undefined || due > place.at)
      throw new JournalError(
        `the journal does not fit this version: at ${place.at} ${place.fired} timers had fired, now ${clock.fired}`,
      )
    if (clock.run(due, place.fired - clock.fired) === 'held') await barrier.idle()
  }
  if (clock.now() < place.at) clock.standAt(place.at)
  if (clock.held) await barrier.idle()
}
