import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Exercise } from '../pack.ts'
import type { Findings } from '../pack-error.ts'
import { filesIn, readText } from '../pack-file.ts'
import { kubectlLine } from '../prove/kubectl-line.ts'
import { LEAST, type Script, withoutComments } from './read.ts'

/** The scripts of an exercise; the findings say which are none, and which cannot do what they say. */
export async function scriptsOf(
  exercise: Exercise,
  folder: keyof typeof LEAST,
  findings: Findings,
): Promise<readonly Script[]> {
  const place = join(exercise.directory, folder)
  const what = folder === 'wrong' ? 'near misses' : 'right solutions'
  if (!existsSync(place)) {
    findings.error({ file: place }, `the directory is missing: it holds at least ${LEAST[folder]} ${what}, *.sh`)
    return []
  }
  const scripts: Script[] = []
  for (const name of filesIn(place, '', findings)) {
    const file = join(place, name)
    if (!name.endsWith('.sh')) {
      findings.warning({ file }, 'is no script: only *.sh are run')
      continue
    }
    const text = readText(file, findings)
    if (text === undefined) continue
    await unrunnable(file, text, exercise, findings)
    scripts.push({ file, name: `${folder}/${name}`, text })
  }
  if (scripts.length < LEAST[folder])
    findings.error(
      { file: place },
      `has ${scripts.length} script${scripts.length === 1 ? '' : 's'}: at least ${LEAST[folder]} ${what} are expected`,
    )
  return scripts
}

async function unrunnable(file: string, text: string, exercise: Exercise, findings: Findings): Promise<void> {
  const { parse } = await import('just-bash')
  try {
    const commands = commandsIn(parse(text))
    const functions = new Set(commands.flatMap(({ defines }) => defines ?? []))
    for (const { name, args, line } of commands) {
      if (name === undefined || functions.has(name)) continue
      const wrong = await whyNot(name, args, exercise)
      if (wrong !== undefined) findings.error({ file, line: line ?? 1, column: 1 }, wrong)
    }
  } catch (error) {
    const { message, line = 1, column = 1 } = error as Error & { line?: number; column?: number }
    findings.error({ file, line, column }, `is no shell script: ${message.split('\n')[0]}`)
  }
  if (withoutComments(text) === '') findings.error({ file, line: 1, column: 1 }, 'does nothing')
}

interface Command {
  readonly name?: string
  /** As far as they are written out: undefined where a variable or a command makes the word. */
  readonly args: readonly (string | undefined)[]
  readonly line?: number
  /** A function's name. */
  readonly defines?: string
}

/** Every command of a script, wherever in it. */
function commandsIn(node: unknown): readonly Command[] {
  if (typeof node !== 'object' || node === null) return []
  const inner = Object.values(node).flatMap(commandsIn)
  const { type, name, args, line, deferredError } = node as Record<string, unknown>
  if (deferredError !== undefined)
    throw Object.assign(new Error((deferredError as Error).message), { line: (line as number | undefined) ?? 1 })
  if (type === 'FunctionDef') return [{ args: [], defines: name as string }, ...inner]
  if (type !== 'SimpleCommand') return inner
  const literal = wordOf(name)
  const words = (args as readonly unknown[]).map(wordOf)
  return [
    {
      args: words,
      ...(literal === undefined ? {} : { name: literal }),
      ...(typeof line === 'number' && { line }),
    },
    ...inner,
  ]
}

function wordOf(word: unknown): string | undefined {
  const parts = (word as { parts?: readonly { type: string; value?: string; parts?: unknown[] }[] } | null)?.parts
  const texts = parts?.map((part) =>
    part.type === 'DoubleQuoted'
      ? wordOf(part)
      : /^(Literal|SingleQuoted|Escaped)$/.test(part.type)
        ? part.value
        : undefined,
  )
  return texts === undefined || texts.includes(undefined) ? undefined : texts.join('')
}

/** Why a command cannot do anything where scripts run, as far as its text says. */
async function whyNot(
  name: string,
  args: readonly (string | undefined)[],
  { topology: { nodes } }: Exercise,
): Promise<string | undefined> {
  if (name === 'kubectl' || name === 'k') {
    // What stands after something that is not written out may be anything.
    const open = args.indexOf(undefined)
    const known = args.slice(0, open < 0 ? args.length : open) as readonly string[]
    const line = kubectlLine(known, { root: tmpdir(), cwd: '/root' })
    return 'refused' in line && known[0] !== 'kustomize' && !known.includes('-k') ? line.refused : undefined
  }
  if (name === 'kubedrill') {
    const [what, node] = args
    if (what === 'ssh' && node !== undefined && nodes.length > 0 && !nodes.some((each) => each.name === node))
      return `there is no node "${node}": the topology has ${nodes.map((each) => each.name).join(', ')}`
    if (what !== undefined && what !== 'ssh' && what !== 'skip')
      return `kubedrill ${what}: scripts of packs know kubedrill ssh and kubedrill skip`
    return undefined
  }
  if (name.includes('/') || (await isKnown(name))) return undefined
  return `${name}: there is no such command where scripts run: they have the usual ones, kubectl and kubedrill`
}

const asked = new Map<string, boolean>()

/** Whether the shell that scripts run in has a command. */
async function isKnown(name: string): Promise<boolean> {
  let known = asked.get(name)
  if (known === undefined) {
    const { Bash } = await import('just-bash')
    const { exitCode } = await new Bash().exec('command -v "$NAME"', { env: { NAME: name } })
    known = exitCode === 0
    asked.set(name, known)
  }
  return known
}
