import { lookup } from '../../../../network/resolver.ts'
import type { ShellCommand, ShellRun } from '../engine.ts'
import { parseFlags } from './flags.ts'
import type { Inside } from './inside.ts'

const CONNECT_TIMEOUT_MS = 127_000

async function resolve(inside: Inside, shell: ShellRun, name: string, server?: string) {
  const own = inside.source.resolver ?? { nameservers: [], searches: [], ndots: 1 }
  const source =
    server === undefined ? inside.source : { ...inside.source, resolver: { ...own, nameservers: [server] } }
  const found = lookup(inside.network, { ...source, hosts: '' }, name, (n) => shell.random.int(n))
  await shell.sleep(found.tookMs)
  return found
}

/** BusyBox nslookup. */
export function nslookup(inside: Inside): ShellCommand {
  return async (args, _context, shell) => {
    const [name, server] = args.filter((arg) => !arg.startsWith('-'))
    if (name === undefined) return { stderr: 'Usage: nslookup [-type=QUERY_TYPE] HOST [DNS_SERVER]\n', exitCode: 1 }
    const found = await resolve(inside, shell, name, server)
    if (found.addresses === undefined && found.rcode === undefined)
      return { stdout: ';; connection timed out; no servers could be reached\n\n', exitCode: 1 }
    const head = `Server:\t\t${found.server}\nAddress:\t${found.server}:53\n\n`
    if (found.addresses === undefined)
      return { stdout: `${head}** server can't find ${name}: ${found.rcode}\n\n`, exitCode: 1 }
    return { stdout: `${head}${found.addresses.map((ip) => `Name:\t${found.name}\nAddress: ${ip}\n`).join('')}\n` }
  }
}

/** dig(1): asks for the name as it is, without search domains. */
export function dig(inside: Inside): ShellCommand {
  return async (args, _context, shell) => {
    const server = args.find((arg) => arg.startsWith('@'))?.slice(1)
    const name = args.find((arg) => !/^[@+-]/.test(arg) && arg !== 'A')
    if (name === undefined) return { exitCode: 0 }
    const full = name.endsWith('.') ? name : `${name}.`
    const found = await resolve(inside, shell, full, server)
    if (found.addresses === undefined && found.rcode === undefined)
      return { stdout: ';; communications error: timed out\n;; no servers could be reached\n', exitCode: 9 }
    const addresses = found.addresses ?? []
    if (args.includes('+short')) return { stdout: addresses.map((ip) => `${ip}\n`).join('') }
    const status = found.addresses === undefined ? found.rcode : 'NOERROR'
    const section = addresses.map((ip) => `${full}\t30\tIN\tA\t${ip}\n`).join('')
    return {
      stdout: `;; ->>HEADER<<- opcode: QUERY, status: ${status}\n\n;; QUESTION SECTION:\n;${full}\t\tIN\tA\n\n;; ANSWER SECTION:\n${section}\n;; SERVER: ${found.server}#53\n`,
    }
  }
}

/** getent(1), of hosts. */
export function getent(inside: Inside): ShellCommand {
  return async ([database, name], _context, shell) => {
    if (database !== 'hosts' || name === undefined)
      return { stderr: 'getent: only `getent hosts NAME` is simulated\n', exitCode: 1 }
    const found = lookup(inside.network, inside.source, name, (n) => shell.random.int(n))
    await shell.sleep(found.tookMs)
    if (found.addresses === undefined) return { exitCode: 2 }
    return { stdout: found.addresses.map((ip) => `${ip.padEnd(15)} ${found.name}\n`).join('') }
  }
}

/** nc(1) as a client: tells whether a port is open. */
export function nc(inside: Inside): ShellCommand {
  return async (args, _context, shell) => {
    const { flags, rest, unknown } = parseFlags(args, {
      '-z': 'zero',
      '-v': 'verbose',
      '-w': 'wait=',
      '-n': 'numeric',
      '-u': 'udp',
    })
    if (unknown !== undefined)
      return { stderr: `nc: ${unknown} is not simulated; nc -zv [-w SECONDS] HOST PORT is\n`, exitCode: 1 }
    const [name, port] = rest
    if (name === undefined || port === undefined)
      return { stderr: 'BusyBox v1.37.0 multi-call binary.\n\nUsage: nc [-zvw SECONDS] HOST PORT\n', exitCode: 1 }
    const found = lookup(inside.network, inside.source, name, (n) => shell.random.int(n))
    await shell.sleep(found.tookMs)
    if (found.addresses === undefined) return { stderr: `nc: bad address '${name}'\n`, exitCode: 1 }
    const ip = found.addresses[0]!
    const shown = `${name} (${ip}:${port})`
    const to = { ip, port: Number(port), protocol: flags.has('udp') ? 'UDP' : 'TCP' } as const
    const { outcome } = inside.network.connect(inside.source, to, (n) => shell.random.int(n))
    if (outcome === 'connected') return { stderr: flags.has('verbose') ? `${shown} open\n` : '' }
    if (outcome === 'refused') return { stderr: `nc: ${shown}: Connection refused\n`, exitCode: 1 }
    const patience = Number(flags.get('wait') ?? Number.POSITIVE_INFINITY) * 1000
    await shell.sleep(Math.min(CONNECT_TIMEOUT_MS, patience))
    const why = patience < CONNECT_TIMEOUT_MS ? 'timed out' : `${shown}: Connection timed out`
    return { stderr: `nc: ${why}\n`, exitCode: 1 }
  }
}

/** ip(8), thinly: addresses and routes. */
export function ip(inside: Inside): ShellCommand {
  return (args) => {
    const what = args.find((arg) => !arg.startsWith('-')) ?? ''
    const { ip: address } = inside.source
    if ('address'.startsWith(what) && what !== '')
      return {
        stdout: `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel state UP group default qlen 1000\n    inet ${address}/24 scope global eth0\n       valid_lft forever preferred_lft forever\n`,
      }
    if ('route'.startsWith(what) && what !== '') {
      const gateway = address.replace(/\.\d+$/, '.1')
      return {
        stdout: `default via ${gateway} dev eth0\n${address.replace(/\.\d+$/, '.0')}/24 dev eth0 proto kernel scope link src ${address}\n`,
      }
    }
    return { stderr: `ip: only address and route are simulated\n`, exitCode: 1 }
  }
}

export const ping: ShellCommand = () => ({
  stderr: 'ping: ICMP is not simulated; try nc -zv HOST PORT, wget or curl\n',
  exitCode: 1,
})
