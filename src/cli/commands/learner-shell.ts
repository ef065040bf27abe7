import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import type { SessionFiles } from '../session-files.ts'
import { ownProgram } from '../session-server.ts'
import { say, tell } from '../terminal.ts'

/** Opens the learner's own shell with KUBECONFIG set and `kubedrill` on the PATH; returns when it is left. */
export async function openLearnerShell(files: SessionFiles, exercise: string): Promise<void> {
  const shell = process.env.SHELL || '/bin/sh'
  const bin = shim(files)
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    KUBECONFIG: files.kubeconfig,
    KUBEDRILL_SESSION: files.directory,
    KUBEDRILL_EXERCISE: exercise,
    PATH: `${bin}:${process.env.PATH ?? ''}`,
  }
  if (!onPath('kubectl')) tell('kubectl is not on your PATH: install it to work with the cluster.')
  say('\nYour shell is ready; leave it with `exit`. The cluster goes on until `kubedrill stop`.\n')
  const child = spawn(shell, shellArguments(shell, files, exercise), { stdio: 'inherit', env })
  await new Promise<void>((resolve) => child.on('exit', () => resolve()))
  say('\nThe cluster still runs: `kubedrill start` brings you back, `kubedrill stop` ends it.')
}

/** bash is told the prompt and the `k` alias on top of the learner's own start-up file; other shells stay as they are. */
function shellArguments(shell: string, files: SessionFiles, exercise: string): string[] {
  if (basename(shell) !== 'bash') return ['-i']
  const own = join(homedir(), '.bashrc')
  const rc = join(files.directory, 'bashrc')
  const lines = [
    existsSync(own) ? `. ${quote(own)}` : '',
    `PS1='(${exercise}) '"$PS1"`,
    'alias k=kubectl',
    'if command -v kubectl >/dev/null && type complete >/dev/null 2>&1; then',
    '  . <(kubectl completion bash 2>/dev/null) 2>/dev/null && complete -o default -F __start_kubectl k',
    'fi',
    '. <(kubedrill completion bash) 2>/dev/null',
    '',
  ]
  writeFileSync(rc, lines.join('\n'), { mode: 0o600 })
  return ['--rcfile', rc, '-i']
}

/** A `kubedrill` for the learner's PATH, whether or not the package is installed for all. */
export function shim(files: SessionFiles): string {
  const bin = join(files.directory, 'bin')
  mkdirSync(bin, { recursive: true })
  const file = join(bin, 'kubedrill')
  writeFileSync(file, `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(ownProgram())} "$@"\n`)
  chmodSync(file, 0o755)
  return bin
}

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

export function onPath(program: string): boolean {
  return (process.env.PATH ?? '')
    .split(':')
    .some((directory) => directory !== '' && existsSync(join(directory, program)))
}
