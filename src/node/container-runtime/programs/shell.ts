import type { Network } from '../../../network/contract.ts'
import type { Barrier } from '../../../sim/barrier.ts'
import type { Process, Program } from '../../contract.ts'
import { startShell } from '../../host/shell/start.ts'
import { commandName, type Fallback } from './dispatch.ts'
import { runSimpleScript } from './simple-runner.ts'
import { isSimple, parseSimpleScript, type SimpleScript } from './simple-script.ts'

/** What containers with a shell need of the world. */
export interface ShellDeps {
  readonly network: Network
  readonly barrier: Barrier
}

/** Which userland an image has: BusyBox (alpine too), or a slim Debian with bash. */
export type Userland = 'busybox' | 'debian' | 'curl'

/** Commands every userland has, in our shell. */
const COREUTILS =
  `[ awk base64 basename cat chgrp chmod chown clear cp dmesg cut date df diff dirname du echo egrep env expand expr false fgrep find
  fold free grep gunzip gzip head hostname id kill ln ls md5sum mkdir mount mv nl nproc od paste printenv printf ps pwd readlink rev
  rm rmdir sed seq sh sha1sum sha256sum sleep sort split stat strings tac tail tar tee test timeout touch tr tree true uname
  uniq uptime wc which whoami xargs yes zcat`.split(/\s+/)

const EXTRA: Readonly<Record<Userland, readonly string[]>> = {
  busybox: ['ash', 'busybox', 'httpd', 'ifconfig', 'ip', 'nc', 'nslookup', 'ping', 'telnet', 'vi', 'wget'],
  debian: ['bash', 'curl', 'getent'],
  curl: ['ash', 'curl', 'nc', 'nslookup', 'ping', 'wget'],
}

/**
 * The commands of a userland. What needs no shell runs without one; a script that sleeps takes nothing but a timer. As
 * first process of its container nothing of it ends on SIGTERM, as the kernel keeps it: it is killed after the grace period.
 */
export function shell(userland: Userland, deps: ShellDeps, extra: Readonly<Record<string, Program>> = {}): Fallback {
  const known = new Set([...COREUTILS, ...EXTRA[userland]])
  return {
    has: (command) => known.has(command),
    start(process) {
      process.onSignal(() => undefined)
      const simple = withoutShell(process)
      if (simple === 'forever') return
      if (simple !== undefined) runSimpleScript(process, simple)
      else startShell({ ...deps, process, known, extra })
    },
  }
}

function withoutShell({ argv }: Process): SimpleScript | 'forever' | undefined {
  const name = commandName(argv[0] ?? '') ?? ''
  if ((name === 'sh' || name === 'ash' || name === 'bash') && /^-[a-z]*c$/.test(argv[1] ?? ''))
    return argv.length > 3 || argv[2] === undefined || argv[1] !== '-c' ? undefined : parseSimpleScript(argv[2])
  if (name === 'tail' && argv[1] === '-f' && argv[2] === '/dev/null') return 'forever'
  const command = [name, ...argv.slice(1)]
  if (name === 'exit' || name === 'exec' || !isSimple(command)) return undefined
  return [{ when: 'always', command: { argv: command } }]
}
