import type { Cluster, Input } from '../cluster/index.ts'
import { goTo, type JournalEntry, type Place, readJournal } from '../sim/journal.ts'

/** A line of a session's journal: an instant, and what came in or, once the exercise is set up, what is remembered. */
export interface SessionEntry extends Place {
  readonly input?: Input
  /** Moments the set-up remembered, by name: on entries after the set-up. */
  readonly moments?: Readonly<Record<string, number>>
  /** In a task of an exam: ms of the exam that had passed. */
  readonly elapsed?: number
}

/** The journal without a last line that was cut off: nothing of it was answered yet. A whole one gets its newline. */
export function mended(text: string): string {
  const end = text.lastIndexOf('\n') + 1
  if (end === text.length) return text
  try {
    JSON.parse(text.slice(end))
    return `${text}\n`
  } catch {
    return text.slice(0, end)
  }
}

/**
 * Brings a freshly booted cluster to where a journal ends, or to its last entry before a place.
 *
 * @returns the remembered moments; undefined when the set-up was not finished
 * @throws {JournalError} for a damaged journal, or one of another version
 */
export async function replayJournal(
  text: string,
  cluster: Cluster,
  until?: Place,
): Promise<Readonly<Record<string, number>> | undefined> {
  let moments: Readonly<Record<string, number>> | undefined
  for (const entry of readJournal<JournalEntry>(text) as readonly (JournalEntry & SessionEntry)[]) {
    if (until !== undefined && (entry.fired > until.fired || entry.at > until.at)) break
    await stand(cluster, entry)
    // A shell line goes on while time does: the next place waits for it.
    if (entry.input !== undefined) void cluster.apply(entry.input)
    moments = entry.moments ?? moments
  }
  return moments
}

/** Lets exactly those timers fire that had fired at a place, shells included, and stands there. */
export async function stand({ clock, barrier }: Cluster, place: Place): Promise<void> {
  while (goTo(clock, place) === 'held') await barrier.idle()
}

/**
 * What a task's journal said when so much of its exam had passed, and the place the cluster had come to by then; undefined
 * when it was not set up yet.
 */
export function journalUntil(text: string, elapsedMs: number): { text: string; place: Place } | undefined {
  const lines = mended(text).trimEnd().split('\n')
  const late = lines.findIndex((line) => (JSON.parse(line || '{}') as SessionEntry).elapsed! > elapsedMs)
  const kept = late < 0 ? lines : lines.slice(0, late)
  const last = kept.at(-1)
  if (!last || !kept.some((line) => (JSON.parse(line) as SessionEntry).moments !== undefined)) return undefined
  const { at, fired } = JSON.parse(last) as SessionEntry
  return { text: `${kept.join('\n')}\n`, place: { at, fired } }
}
