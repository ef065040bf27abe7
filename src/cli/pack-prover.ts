import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { LIMITS } from '../exercises/limits.ts'
import type { Exercise } from '../exercises/pack.ts'
import type { Proof } from '../exercises/prove/index.ts'
import { ownProgram } from './session-server.ts'

/** What a prover's process writes, a line each. */
export type ProverLine = { readonly progress: string } | { readonly proof: Proof } | { readonly failure: string }

const MEMORY_MB = 3072

/**
 * Proves an exercise in a process of its own: whatever a pack does there (never ends, takes all memory) ends with it, and
 * is a flaw of that exercise alone.
 */
export async function proveApart(
  { id, directory, criteria }: Exercise,
  quick: boolean,
  onProgress: (what: string) => void,
): Promise<Proof> {
  const args = [`--max-old-space-size=${MEMORY_MB}`, ownProgram(), 'pack', 'prove-one', directory]
  const child = spawn(process.execPath, [...args, ...(quick ? ['--quick'] : [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let last = 'it began'
  let proof: Proof | undefined
  let failure: string | undefined
  let late: number | undefined
  const timerOf = (ms: number) =>
    setTimeout(() => {
      late = ms / 60_000
      child.kill('SIGKILL')
    }, ms)
  const whole = timerOf(LIMITS.proofMs)
  const one = timerOf(LIMITS.trialMs)
  child.stderr.resume()
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  for await (const line of createInterface({ input: child.stdout })) {
    one.refresh()
    const said = read(line)
    if (said === undefined) continue
    if ('progress' in said) {
      last = said.progress
      onProgress(last)
    } else if ('proof' in said) proof = said.proof
    else failure = said.failure
  }
  await ended
  clearTimeout(whole)
  clearTimeout(one)
  if (proof !== undefined) return proof
  const why = failure ?? (late === undefined ? 'took all memory, or was ended' : `was stopped after ${late} minutes`)
  const flaws = [{ exercise: id, about: failure === undefined ? last : 'pack', message: why }]
  return { exercise: id, criteria: criteria.map((each) => each.id), trials: [], flaws, notes: [] }
}

/** A line that is no line of ours says nothing. */
function read(line: string): ProverLine | undefined {
  try {
    return JSON.parse(line) as ProverLine
  } catch {
    return undefined
  }
}
