import { readdirSync, readFileSync } from 'node:fs'

/** What a process and its children have done so far; two looks with nothing in between are equal. Undefined: some of it runs right now. */
export type Rest = string | undefined

/**
 * Whether a process sleeps, as Linux knows it: every thread waits, and none has been woken since the last look. A process that
 * is only starved of processor time is runnable, and so does not sleep, however long it says nothing.
 *
 * @returns what to compare with the next look; undefined while a thread runs or wants to; `unknown` where the system does not tell
 */
export function restOf(pid: number): Rest {
  try {
    const parts: string[] = []
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8')
      if (/^State:\s+[RD]/m.test(status)) return undefined
      parts.push(thread, ...(status.match(/^(?:non)?voluntary_ctxt_switches:\s+\d+/gm) ?? []))
      for (const child of childrenOf(pid, thread)) {
        const rest = restOf(child)
        if (rest === undefined) return undefined
        parts.push(rest)
      }
    }
    return parts.join(' ')
  } catch {
    // No such file system, or the process has just ended.
    return 'unknown'
  }
}

function childrenOf(pid: number, thread: string): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}
