import type { Listening } from '../../../../network/contract.ts'
import type { CommandResult, ShellCommand } from '../engine.ts'
import { type ParsedFlags, parseFlags, table } from './flags.ts'
import type { Inside } from './inside.ts'

const FLAGS = {
  '-t': 'tcp',
  '--tcp': 'tcp',
  '-u': 'udp',
  '--udp': 'udp',
  '-l': 'listening',
  '--listening': 'listening',
  '-p': 'processes',
  '--processes': 'processes',
  '--program': 'processes',
  '-n': 'numeric',
  '--numeric': 'numeric',
  '-4': 'ipv4',
  '-H': 'no-header',
  '--no-header': 'no-header',
} as const

interface Socket extends Listening {
  readonly pid: number | undefined
}

/** ss(8), of what listens: connections come and go within an instant here. */
export function ss(inside: Inside): ShellCommand {
  return (args) => {
    const parsed = parseFlags(args, FLAGS)
    const { flags } = parsed
    return listed(inside, 'ss', parsed, (sockets) => {
      const rows = sockets.map(({ port, protocol, by, pid }) => [
        ...(flags.has('tcp') !== flags.has('udp') ? [] : [protocol.toLowerCase()]),
        protocol === 'TCP' ? 'LISTEN' : 'UNCONN',
        '0',
        protocol === 'TCP' ? '4096' : '0',
        `*:${port}`,
        '*:*',
        flags.has('processes') && pid !== undefined ? `users:(("${by}",pid=${pid},fd=3))` : '',
      ])
      const head = ['State', 'Recv-Q', 'Send-Q', 'Local Address:Port', 'Peer Address:Port', 'Process']
      const kind = flags.has('tcp') !== flags.has('udp') ? [] : ['Netid']
      return table([...(flags.has('no-header') ? [] : [[...kind, ...head]]), ...rows], 1)
    })
  }
}

/** netstat(8), of what listens. */
export function netstat(inside: Inside): ShellCommand {
  return (args) => {
    const parsed = parseFlags(args, FLAGS)
    const { flags } = parsed
    return listed(inside, 'netstat', parsed, (sockets) => {
      const rows = sockets.map(({ port, protocol, by, pid }) => [
        `${protocol.toLowerCase()}6`,
        '0',
        '0',
        `:::${port}`,
        ':::*',
        protocol === 'TCP' ? 'LISTEN' : '',
        ...(flags.has('processes') ? [pid === undefined ? '-' : `${pid}/${by}`] : []),
      ])
      const head = ['Proto', 'Recv-Q', 'Send-Q', 'Local Address', 'Foreign Address', 'State']
      const last = flags.has('processes') ? ['PID/Program name'] : []
      return `Active Internet connections (only servers)\n${table([[...head, ...last], ...rows], 1)}`
    })
  }
}

function listed(
  { network, source, processes }: Inside,
  name: string,
  { flags, rest, unknown }: ParsedFlags,
  shown: (sockets: readonly Socket[]) => string,
): CommandResult {
  if (unknown !== undefined || rest.length > 0)
    return { stderr: `${name}: ${unknown ?? rest[0]} is not simulated; ${name} -tulnp is\n`, exitCode: 1 }
  if (!flags.has('listening'))
    return { stderr: `${name}: only what listens is simulated: ${name} -l, ${name} -tlnp\n`, exitCode: 1 }
  const both = flags.has('tcp') === flags.has('udp')
  const pids = new Map(processes().map(({ pid, command }) => [command.split(' ')[0]!.split('/').at(-1)!, pid]))
  const sockets = network
    .listening(source.ip)
    .filter(({ protocol }) => both || flags.has(protocol === 'TCP' ? 'tcp' : 'udp'))
    .map((each) => ({ ...each, pid: pids.get(each.by) }))
  return { stdout: shown(sockets) }
}
