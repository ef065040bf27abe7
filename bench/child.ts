/** Runs one measurement once, in a process of its own: `node child.js NAME SCALE`. */
import type { ChildResult } from './measurement.ts'
import { measurements } from './measurements/index.ts'

const [name, scale] = process.argv.slice(2)
const measurement = measurements.find((each) => each.name === name)
if (measurement === undefined) throw new Error(`no measurement is called ${name}`)
const figures = await measurement.run({ scale: Number(scale) })
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
const result: ChildResult = { figures, peakMemory: maxRSS / 1024, cpuTime: (userCPUTime + systemCPUTime) / 1000 }
console.log(JSON.stringify(result))
process.exit(0)
