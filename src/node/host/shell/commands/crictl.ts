import { roughDuration } from '../../../../api/duration.ts'
import { rfc3339 } from '../../../../api/time.ts'
import type { ContainerRuntime, RuntimeContainer, Sandbox } from '../../../container-runtime/contract.ts'
import type { Host } from '../../contract.ts'
import type { CommandResult, ShellCommand, ShellRun } from '../engine.ts'
import { parseFlags, table } from './flags.ts'

/** crictl(1): what the kubelet's CRI shows, also while the API server is down. */
export function crictl(host: Host): ShellCommand {
  return async (args, _context, shell) => {
    const { runtime } = host
    const error = runtime === undefined ? 'no container runtime is installed' : runtime.error()
    if (runtime === undefined || error !== undefined) return { stderr: unreachable(host, error ?? ''), exitCode: 1 }
    const [verb, ...rest] = args.filter((arg) => !arg.startsWith('--runtime-endpoint'))
    return perform(runtime, host, shell, verb ?? '', rest)
  }
}

function perform(
  runtime: ContainerRuntime,
  host: Host,
  shell: ShellRun,
  verb: string,
  args: readonly string[],
): CommandResult | Promise<CommandResult> {
  const now = host.world.clock.now()
  switch (verb) {
    case 'ps':
      return { stdout: containers(runtime, now, args) }
    case 'pods':
      return { stdout: pods(runtime, now, args) }
    case 'images':
    case 'image':
      return { stdout: images(runtime) }
    case 'logs':
      return logs(runtime, args)
    case 'inspect':
      return inspect(runtime, args)
    case 'exec':
      return exec(runtime, shell, args)
    case 'stop':
    case 'rm':
    case 'stopp':
      return end(runtime, verb, args)
    case 'info':
    case 'version':
      return { stdout: 'Version:  0.1.0\nRuntimeName:  containerd\nRuntimeVersion:  v2.2.1\nRuntimeApiVersion:  v1\n' }
    default:
      return {
        stderr: `crictl ${verb}: not simulated; ps, pods, images, logs, inspect, exec, stop, rm and stopp are\n`,
        exitCode: 1,
      }
  }
}

function unreachable(host: Host, error: string): string {
  const at = rfc3339(host.world.clock.now())
  const socket = 'unix:///run/containerd/containerd.sock'
  const why = error.includes('desc =')
    ? error
    : `rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: no such file or directory"`
  return `time="${at}" level=fatal msg="validate service connection: validate CRI v1 runtime API for endpoint ${JSON.stringify(socket)}: ${why.replaceAll('"', '\\"')}"\n`
}

const PS_FLAGS = {
  '-a': 'all',
  '--all': 'all',
  '-q': 'quiet',
  '--quiet': 'quiet',
  '--name': 'name=',
  '-p': 'pod=',
  '--pod': 'pod=',
  '--no-trunc': 'no-trunc',
  '-o': 'output=',
  '--state': 'state=',
  '-s': 'state=',
  '--namespace': 'namespace=',
} as const

function containers(runtime: ContainerRuntime, now: number, args: readonly string[]): string {
  const { flags } = parseFlags(args, PS_FLAGS)
  const wanted = flags.get('state')?.toLowerCase() ?? (flags.has('all') ? undefined : 'running')
  const shown = [...runtime.containers()]
    .filter(({ state }) => wanted === undefined || state === wanted)
    .filter(
      ({ config, sandboxId }) =>
        matches(config.container.name, flags.get('name')) && sandboxId.startsWith(flags.get('pod') ?? ''),
    )
    .sort((a, b) => b.createdAt - a.createdAt)
  if (flags.has('quiet')) return shown.map(({ id }) => `${flags.has('no-trunc') ? id : id.slice(0, 13)}\n`).join('')
  const rows = shown.map((container) => {
    const pod = runtime.sandbox(container.sandboxId)?.config.pod.metadata
    const { config, state } = container
    const created = `${roughDuration(now - container.createdAt)} ago`
    const shownState = `${state[0]!.toUpperCase()}${state.slice(1)}`
    return [
      container.id.slice(0, 13),
      imageId(config.image.name),
      created,
      shownState,
      config.container.name,
      String(config.attempt),
      container.sandboxId.slice(0, 13),
      pod?.name ?? '',
      pod?.namespace ?? '',
    ]
  })
  return table([['CONTAINER', 'IMAGE', 'CREATED', 'STATE', 'NAME', 'ATTEMPT', 'POD ID', 'POD', 'NAMESPACE'], ...rows])
}

/** Names are filtered by regular expression. */
function matches(name: string, pattern: string | undefined): boolean {
  try {
    return pattern === undefined || new RegExp(pattern).test(name)
  } catch {
    return false
  }
}

function pods(runtime: ContainerRuntime, now: number, args: readonly string[]): string {
  const { flags } = parseFlags(args, PS_FLAGS)
  const shown = [...runtime.sandboxes()]
    .filter(({ config }) => matches(config.pod.metadata.name ?? '', flags.get('name')))
    .sort((a, b) => b.createdAt - a.createdAt)
  if (flags.has('quiet')) return shown.map(({ id }) => `${id.slice(0, 13)}\n`).join('')
  const rows = shown.map(({ id, createdAt, ready, config }: Sandbox) => {
    const { name = '', namespace = '' } = config.pod.metadata
    return [
      id.slice(0, 13),
      `${roughDuration(now - createdAt)} ago`,
      ready ? 'Ready' : 'NotReady',
      name,
      namespace,
      String(config.attempt),
      '(default)',
    ]
  })
  return table([['POD ID', 'CREATED', 'STATE', 'NAME', 'NAMESPACE', 'ATTEMPT', 'RUNTIME'], ...rows])
}

function images(runtime: ContainerRuntime): string {
  const rows = [...runtime.presentImages()].map(({ name, sizeBytes }) => {
    const colon = name.lastIndexOf(':')
    return [name.slice(0, colon), name.slice(colon + 1), imageId(name), `${(sizeBytes / 1_000_000).toPrecision(3)}MB`]
  })
  return table([['IMAGE', 'TAG', 'IMAGE ID', 'SIZE'], ...rows.sort((a, b) => (a[0]! < b[0]! ? -1 : 1))])
}

/** 13 hex digits that depend on the name alone. */
function imageId(name: string): string {
  let id = ''
  for (let part = 0; id.length < 13; part++) {
    let hash = 0x811c9dc5 ^ part
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
    id += (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0).toString(16).padStart(8, '0')
  }
  return id.slice(0, 13)
}

function find(runtime: ContainerRuntime, id: string | undefined): RuntimeContainer | CommandResult {
  const found = id === undefined ? [] : [...runtime.containers()].filter((container) => container.id.startsWith(id))
  if (found.length === 1) return found[0]!
  const why =
    id === undefined
      ? 'ID cannot be empty'
      : `rpc error: code = NotFound desc = an error occurred when try to find container "${id}": not found`
  return { stderr: `E ${why}\n`, exitCode: 1 }
}

function logs(runtime: ContainerRuntime, args: readonly string[]): CommandResult {
  const { flags, rest } = parseFlags(args, {
    '-f': 'follow',
    '--follow': 'follow',
    '--tail': 'tail=',
    '-t': 'timestamps',
    '--timestamps': 'timestamps',
    '-p': 'previous',
  })
  const container = find(runtime, rest[0])
  if (!('state' in container)) return container
  const lines = runtime.log(container.id)?.lines ?? []
  const shown = flags.has('tail') ? lines.slice(-Number(flags.get('tail'))) : lines
  const text = (stream: 'stdout' | 'stderr') =>
    shown
      .filter((line) => line.stream === stream)
      .map(({ at, text: line }) => `${flags.has('timestamps') ? `${rfc3339(at)} ` : ''}${line}\n`)
      .join('')
  return { stdout: text('stdout'), stderr: text('stderr') }
}

function inspect(runtime: ContainerRuntime, args: readonly string[]): CommandResult {
  const container = find(
    runtime,
    args.find((arg) => !arg.startsWith('-')),
  )
  if (!('state' in container)) return container
  const { config, sandboxId } = container
  const { command, args: given, image, env, mounts } = config
  const pod = runtime.sandbox(sandboxId)?.config.pod.metadata
  const time = (ms: number | undefined) => (ms === undefined ? '0001-01-01T00:00:00Z' : rfc3339(ms))
  const status = {
    id: container.id,
    metadata: { attempt: config.attempt, name: config.container.name },
    state: `CONTAINER_${container.state.toUpperCase()}`,
    createdAt: time(container.createdAt),
    startedAt: time(container.startedAt),
    finishedAt: time(container.finishedAt),
    exitCode: container.exitCode ?? 0,
    image: { image: image.name },
    reason: container.reason ?? '',
    message: container.message ?? '',
    labels: {
      'io.kubernetes.pod.name': pod?.name,
      'io.kubernetes.pod.namespace': pod?.namespace,
      'io.kubernetes.pod.uid': pod?.uid,
    },
    mounts: mounts.map(({ path, readOnly }) => ({ containerPath: path, readonly: readOnly ?? false })),
  }
  const process = {
    args: [...(command ?? image.entrypoint ?? []), ...(given ?? (command ? [] : (image.cmd ?? [])))],
    env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
  }
  return {
    stdout: `${JSON.stringify({ status, info: { sandboxID: sandboxId, runtimeSpec: { process } } }, null, 2)}\n`,
  }
}

async function exec(runtime: ContainerRuntime, shell: ShellRun, args: readonly string[]): Promise<CommandResult> {
  const [id, ...command] = args.filter((arg, i) => !(/^-[it]+$/.test(arg) && i < 2))
  const container = find(runtime, id)
  if (!('state' in container)) return container
  let result: { readonly exitCode: number; readonly output: string; readonly error?: string } = {
    exitCode: 0,
    output: '',
  }
  await shell.wait((resume) => {
    runtime.exec(container.id, command, (outcome) => {
      result = outcome
      resume()
    })
  })
  return {
    stdout: result.output,
    ...(result.error && { stderr: `E ${result.error}\n` }),
    exitCode: result.exitCode < 0 ? 1 : result.exitCode,
  }
}

/** `crictl stop` gives no grace unless --timeout has seconds. */
const END_FLAGS = { '-f': 'force', '--force': 'force', '-t': 'timeout=', '--timeout': 'timeout=' } as const

function end(runtime: ContainerRuntime, verb: string, args: readonly string[]): CommandResult {
  const { flags, rest: ids } = parseFlags(args, END_FLAGS)
  const force = flags.has('force')
  const graceMs = Number(flags.get('timeout') ?? 0) * 1000
  let text = ''
  for (const id of ids) {
    if (verb === 'stopp') {
      const sandbox = [...runtime.sandboxes()].find((candidate) => candidate.id.startsWith(id))
      if (sandbox === undefined)
        return {
          stderr: `E rpc error: code = NotFound desc = an error occurred when try to find sandbox "${id}": not found\n`,
          exitCode: 1,
        }
      runtime.stopPodSandbox(sandbox.id)
    } else {
      const container = find(runtime, id)
      if (!('state' in container)) return container
      if (verb === 'stop') runtime.stopContainer(container.id, graceMs)
      else if (container.state === 'running' && !force)
        return {
          stderr: `E removing container "${id}" failed: rpc error: code = Unknown desc = container is running, please stop it first\n`,
          exitCode: 1,
        }
      else runtime.removeContainer(container.id)
    }
    text += `${id}\n`
  }
  return { stdout: text }
}
