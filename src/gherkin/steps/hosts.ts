import { hostNamed } from '../hosts.ts'
import { needing, SpecError, type StepDefinition, step } from '../step.ts'
import type { World } from '../world.ts'

/** Machines from inside: files, units, commands as root. */
export const hostSteps: readonly StepDefinition[] = needing('hosts', [
  step(
    'file {string} on node {string} is written:',
    {
      says: 'A file with this text.',
      example: `When file "/etc/motd" on node "worker-1" is written:
  """
  hello
  """`,
    },
    async (world: World, path: string, node: string, text: string) => {
      hostNamed(world, node).writeFile(path, text.endsWith('\n') ? text : `${text}\n`)
      await world.advance(0)
    },
  ),
  step(
    'file {string} on node {string} is removed',
    { says: 'As rm.', example: 'When file "/etc/kubernetes/manifests/kube-scheduler.yaml" on node "cp-1" is removed' },
    async (world: World, path: string, node: string) => {
      const host = hostNamed(world, node)
      if (host.files.read(path) === undefined) throw new SpecError(`there is no file ${path} on node "${node}"`)
      host.writeFile(path, undefined)
      await world.advance(0)
    },
  ),
  step(
    'in file {string} on node {string} {string} is replaced by {string}',
    {
      says: 'Every occurrence of a text; there must be one.',
      example:
        'When in file "/var/lib/kubelet/config.yaml" on node "worker-1" "10.96.0.10" is replaced by "10.96.0.11"',
    },
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
    {
      says: 'The file is there and contains the text.',
      example: 'Then file "/etc/hostname" on node "worker-1" contains "worker-1"',
    },
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
  step(
    'command {string} is run on node {string}',
    {
      says: 'A shell command as root; what came of it, `the command …` says.',
      example: 'When command "systemctl restart kubelet" is run on node "worker-1"',
    },
    async (world: World, line: string, node: string) => {
      const running = hostNamed(world, node).shell().run(line)
      const { exitCode, stdout, stderr } = await world.whileTimePasses(running)
      world.command = { command: line, exitCode, output: `${stdout}${stderr}` }
    },
  ),
  step(
    'unit {string} on node {string} is {word}{within}',
    {
      says: 'A systemd unit: active, inactive, failed, activating, enabled, disabled.',
      example: 'Then unit "kubelet.service" on node "worker-1" is active within 15 seconds',
    },
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
