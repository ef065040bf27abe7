import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Control, ShellOutcome } from '../control.ts'
import { Failure } from '../failure.ts'
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
  else if (process.stdin.isTTY) await interact(control, node, shell)
  else process.exitCode = await runScript(control, node, shell.id)
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

async function interact(control: Control, node: string, shell: { id: number; prompt: string }): Promise<void> {
  const lines = createInterface({ input: process.stdin, output: process.stdout, terminal: true, historySize: 500 })
  let running = false
  lines.on('SIGINT', () => {
    process.stdout.write('^C\n')
    if (running) void control.interrupt(shell.id)
    else lines.prompt()
  })
  lines.setPrompt(shell.prompt)
  lines.prompt()
  for await (const line of lines) {
    if (line.trim() !== '') {
      running = true
      lines.pause()
      const outcome = await runLine(control, node, shell.id, line)
      lines.resume()
      running = false
      if (outcome.closed) break
      lines.setPrompt(outcome.prompt)
    }
    lines.prompt()
  }
  lines.close()
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
