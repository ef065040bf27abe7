import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Control, ShellOutcome } from '../control.ts'
import { Failure } from '../failure.ts'
import { NodeTerminal } from '../node-terminal.ts'
import { tell } from '../terminal.ts'
import { runningCluster } from './running.ts'

/**
 * `kubedrill ssh NODE [COMMAND…]`: a shell on a simulated node. With a command, or with a script on stdin, it runs that
 * and ends with its exit code. Nothing of it ever reaches this machine, except the editor you call.
 */
export async function ssh(node: string, command: readonly string[]): Promise<void> {
  const control = await runningCluster()
  const shell = await control.openShell(node)
  if (command.length > 0) process.exitCode = (await runLine(control, node, shell.id, command.join(' '))).exitCode
  else if (process.stdin.isTTY) {
    const terminal = new NodeTerminal(control, node, shell, (path) => edit(control, node, path))
    process.exitCode = await terminal.open()
  } else process.exitCode = await runScript(control, node, shell.id)
}

async function runLine(control: Control, node: string, shell: number, line: string): Promise<ShellOutcome> {
  const outcome = await control.run(shell, line, (text) => process.stdout.write(text))
  if (outcome.edit !== undefined) await edit(control, node, outcome.edit)
  return outcome
}

/** A script is one text: here-documents and loops span lines. */
async function runScript(control: Control, node: string, shell: number): Promise<number> {
  let script = ''
  for await (const chunk of process.stdin) script += String(chunk)
  return script.trim() === '' ? 0 : (await runLine(control, node, shell, script)).exitCode
}

/** Opens a node's file in the user's own editor, on a copy, and writes it back when it has changed. */
async function edit(control: Control, node: string, path: string): Promise<void> {
  const { content = '' } = await control.readFile(node, path)
  const directory = mkdtempSync(join(tmpdir(), 'kubedrill-'))
  const copy = join(directory, basename(path))
  try {
    writeFileSync(copy, content, { mode: 0o600 })
    const editor = process.env.KUBE_EDITOR || process.env.VISUAL || process.env.EDITOR || 'vi'
    const { error, status } = spawnSync('/bin/sh', ['-c', `${editor} "$1"`, 'sh', copy], { stdio: 'inherit' })
    if (error || status !== 0)
      throw new Failure(`the editor "${editor}" failed: ${path} on ${node} is unchanged; set EDITOR to another`, 1)
    const edited = readFileSync(copy, 'utf8')
    if (edited === content) tell(`${path} is unchanged`)
    else await control.writeFile(node, path, edited)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
