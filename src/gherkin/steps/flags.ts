import { parseDocument } from 'yaml'
import { hostsOf } from '../hosts.ts'
import type { ComponentRef } from '../parameter-types.ts'
import { needing, SpecError, type StepDefinition, step, type Table } from '../step.ts'
import { DEFAULT_WAIT_MS, type World } from '../world.ts'

const STATIC_PODS: readonly string[] = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']

/** Components with other flags: as on a real node, in the static pod's manifest or the kubelet's configuration. */
export const flagSteps: readonly StepDefinition[] = needing('flags', [
  step(
    '{component} runs with these flags:',
    {
      says: 'Flags on top of those it has, one a row: name and value; for the kubelet, fields of its configuration by the name of the flag. The step ends when the component runs with them.',
      example: `Given the controller manager runs with these flags:
  | node-monitor-grace-period | 20s |`,
    },
    async (world: World, ref: ComponentRef, given: Table | string) => {
      const flags = flagsOf(given)
      if (STATIC_PODS.includes(ref.component))
        await world.prepare(() => changeManifests(world, ref, (text) => withFlags(text, flags)))
      else if (ref.component === 'kubelet') await world.prepare(() => inConfiguration(world, ref, flags))
      else world.incapable(`give flags to ${ref.text}: it is configured by other means than a command line here`)
    },
  ),
])

type Flags = ReadonlyMap<string, string>

/** `| node-monitor-grace-period | 20s |`, `| --v=2 |`, or the same as lines of text; a row of headings is passed over. */
function flagsOf(given: Table | string): Flags {
  const rows = typeof given === 'string' ? given.split(/\s*\n\s*/).map((line) => [line]) : given.raw()
  const flags = new Map<string, string>()
  for (const row of rows) {
    const [, name = '', value] = /^(?:-\s+)?-{0,2}([A-Za-z][\w-]*)(?:=(.*))?$/s.exec((row[0] ?? '').trim()) ?? []
    if (/^(flag|name)$/i.test(name) && /^value$/i.test(row[1] ?? '')) continue
    if (name !== '') flags.set(name, value ?? row[1] ?? 'true')
    else if (row.some((cell) => cell.trim() !== ''))
      throw new SpecError(`"${row.join(' ')}" is not a flag: write | node-monitor-grace-period | 20s | or --v=2`)
  }
  if (flags.size === 0) throw new SpecError('there are no flags')
  return flags
}

/** Changes the manifests of a static pod and waits until it runs by them. */
export async function changeManifests(
  world: World,
  ref: ComponentRef,
  change: (manifest: string) => string,
): Promise<void> {
  const path = `/etc/kubernetes/manifests/${ref.component}.yaml`
  const hosts = hostsOf(world, ref).filter(({ files }) => files.read(path) !== undefined)
  if (hosts.length === 0) throw new SpecError(`${ref.text}: there is no ${path}`)
  const before = new Set(hosts.flatMap((host) => host.containers()).map(({ id }) => id))
  for (const host of hosts) host.writeFile(path, change(host.files.read(path)!))
  const running = () =>
    hosts.every((host) =>
      host.containers().some(({ id, name, state }) => name === ref.component && state === 'running' && !before.has(id)),
    )
  await world.until(running, DEFAULT_WAIT_MS)
  await world.until(() => world.ready(), DEFAULT_WAIT_MS)
}

/** The manifest with each flag put in place of the one of its name, or at the end of the command. */
export function withFlags(text: string, flags: Flags): string {
  const manifest = parseDocument(text)
  const path = ['spec', 'containers', 0, 'command']
  const command = (manifest.toJS() as { spec: { containers: { command: string[] }[] } }).spec.containers[0]!.command
  const kept = command.filter((word) => !flags.has(/^--([^=]+)/.exec(word)?.[1] ?? ''))
  manifest.setIn(path, [...kept, ...[...flags].map(([name, value]) => `--${name}=${value}`)])
  return manifest.toString()
}

/** Flags of the kubelet are fields of its configuration file: --max-pods is maxPods. */
async function inConfiguration(world: World, ref: ComponentRef, flags: Flags): Promise<void> {
  const path = '/var/lib/kubelet/config.yaml'
  for (const host of hostsOf(world, ref)) {
    const configuration = parseDocument(host.files.read(path) ?? '')
    for (const [flag, value] of flags)
      configuration.set(
        flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
        parseDocument(value).toJS(),
      )
    host.writeFile(path, configuration.toString())
    world.cluster.faults.component('kubelet', 'restarts', host.name)
  }
  await world.advance(0)
  await world.until(() => world.ready(), DEFAULT_WAIT_MS)
}
