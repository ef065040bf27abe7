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
  let late = false
  const timer = setTimeout(() => {
    late = true
    child.kill('SIGKILL')
  }, LIMITS.proofMs)
  child.stderr.resume()
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  for await (const line of createInterface({ input: child.stdout })) {
    const said = read(line)
    if (said === undefined) continue
    if ('progress' in said) {
      last = said.progress
      onProgress(last)
    } else if ('proof' in said) proof = said.proof
    else failure = said.failure
  }
  await ended
  clearTimeout(timer)
  if (proof !== undefined) return proof
  const why =
    failure ?? (late ? `was stopped after ${LIMITS.proofMs / 60_000} minutes` : 'took all memory, or was ended')
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
