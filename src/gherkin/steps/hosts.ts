import { hostNamed } from '../hosts.ts'
import { needing, SpecError, type StepDefinition, step } from '../step.ts'
import type { World } from '../world.ts'

/** Machines from inside: files, units, commands as root. */
export const hostSteps: readonly StepDefinition[] = needing('hosts', [
  step('file {string} on node {string} is written:', async (world: World, path: string, node: string, text: string) => {
    hostNamed(world, node).writeFile(path, text.endsWith('\n') ? text : `${text}\n`)
    await world.advance(0)
  }),
  step('file {string} on node {string} is removed', async (world: World, path: string, node: string) => {
    const host = hostNamed(world, node)
    if (host.files.read(path) === undefined) throw new SpecError(`there is no file ${path} on node "${node}"`)
    host.writeFile(path, undefined)
    await world.advance(0)
  }),
  step(
    'in file {string} on node {string} {string} is replaced by {string}',
    async (world: World, path: string, node: string, from: string, to: string) => {
      const host = hostNamed(world, node)
      const text = host.files.read(path)
      if (text === undefined) throw new SpecError(`there is no file ${path} on node "${node}"`)
      if (!text.includes(from)) throw new SpecError(`${path} on node "${node}" does not contain "${from}"`)
      host.writeFile(path, text.replaceAll(from, to))
      await world.advance(0)
    },
  ),
  step(
    'file {string} on node {string} contains {string}',
    (world: World, path: string, node: string, words: string) => {
      const text = hostNamed(world, node).files.read(path)
      if (!text?.includes(words))
        world.fail(
          text === undefined
            ? `there is no file ${path} on node "${node}"`
            : `${path} on node "${node}" does not contain "${words}"`,
        )
    },
  ),
  step('command {string} is run on node {string}', async (world: World, line: string, node: string) => {
    const running = hostNamed(world, node).shell().run(line)
    const { exitCode, stdout, stderr } = await world.whileTimePasses(running)
    world.command = { command: line, exitCode, output: `${stdout}${stderr}` }
  }),
  step(
    'unit {string} on node {string} is {word}{within}',
    (world: World, unit: string, node: string, state: string, within?: number) =>
      world.eventually(() => {
        const found = hostNamed(world, node).unit(unit)
        if (found === undefined) return `there is no unit "${unit}" on node "${node}"`
        const holds =
          state === 'enabled' || state === 'disabled' ? found.enabled === (state === 'enabled') : found.active === state
        return holds
          ? undefined
          : `unit "${unit}" on node "${node}" is ${found.active}, ${found.enabled ? 'enabled' : 'disabled'}`
      }, within),
  ),
])
