import { basename, dirname, resolve } from 'node:path'
import { loadPack } from '../../exercises/pack.ts'
import { PackError } from '../../exercises/pack-error.ts'
import { prove } from '../../exercises/prove/index.ts'
import type { ProverLine } from '../pack-prover.ts'

/** What a prover's process runs: one exercise, lines of JSON. */
export async function packProveOne(directory: string, { quick = false }: { quick?: boolean }): Promise<void> {
  const write = (line: ProverLine) => process.stdout.write(`${JSON.stringify(line)}\n`)
  try {
    const home = dirname(resolve(directory))
    const exercise = loadPack(home, basename(home)).exercises.find(
      (each) => resolve(each.directory) === resolve(directory),
    )
    if (exercise === undefined) throw new PackError(`${directory}: there is no such exercise`)
    const proof = await prove(exercise, { quick, onProgress: (progress) => write({ progress }) })
    write({ proof: { ...proof, trials: proof.trials.map((trial) => ({ ...trial, requests: '' })) } })
  } catch (error) {
    const { message } = error as Error
    write({ failure: message.split('\n')[0]! })
    process.exitCode = 1
  }
}
