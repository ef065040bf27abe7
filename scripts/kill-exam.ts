import { killedExam } from '../src/cli/killed-exam.ts'

/** `npx tsx scripts/kill-exam.ts [KILLS] [SEED]`: kills the processes of an exam at random and looks for what was lost. Build first. */
const [kills = '50', seed = String(Date.now() % 1_000_000)] = process.argv.slice(2)
process.stdout.write(`seed ${seed}\n`)
await killedExam({ kills: Number(kills), seed: Number(seed), tell: (line) => process.stdout.write(`${line}\n`) })
