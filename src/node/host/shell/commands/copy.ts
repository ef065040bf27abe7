import type { CommandResult, ShellCommand, ShellContext } from '../engine.ts'

/** Options that just-bash's `cp` does not know, and what they come to here: owners and times are not looked at. */
const MEANS: Readonly<Record<string, string>> = {
  '-a': '-rp',
  '--archive': '-rp',
  '-f': '',
  '--force': '',
  '-d': '',
  '-P': '',
  '-L': '',
  '-H': '',
  '-x': '',
}

/** cp(1): also `-a`, and the contents of a directory (`cp -r DIR/. OTHER`). */
export const cp: ShellCommand = async (args, context) => {
  const at = args.indexOf('--')
  const before = at < 0 ? args : args.slice(0, at)
  const flags = before.filter(isFlag).flatMap(meaning)
  const paths = [...before.filter((arg) => !isFlag(arg)), ...(at < 0 ? [] : args.slice(at + 1))]
  const target = paths.at(-1)
  const sources = paths.slice(0, -1)
  const plain = sources.filter((path) => !isContents(path))
  const results: CommandResult[] = []
  if (plain.length > 0 || sources.length === 0 || target === undefined)
    results.push(await context.origCommand!([...flags, '--', ...plain, ...(target === undefined ? [] : [target])]))
  else if (!flags.some((flag) => /^-(\w*[rR]|-recursive)/.test(flag)))
    return { stderr: `cp: -r not specified; omitting directory '${sources[0]}'\n`, exitCode: 1 }
  for (const path of sources.filter(isContents)) results.push(await contents(path, target!, flags, context))
  return {
    stdout: results.map(({ stdout = '' }) => stdout).join(''),
    stderr: results.map(({ stderr = '' }) => stderr).join(''),
    exitCode: Math.max(0, ...results.map(({ exitCode = 0 }) => exitCode)),
  }
}

const isFlag = (arg: string) => arg.startsWith('-') && arg !== '-'
const isContents = (path: string) => /(^|\/)\.\/?$/.test(path)

function meaning(flag: string): readonly string[] {
  if (flag.startsWith('--')) return [MEANS[flag] ?? flag].filter(Boolean)
  return [...flag.slice(1)].map((letter) => MEANS[`-${letter}`] ?? `-${letter}`).filter(Boolean)
}

/** What is in a directory, into another, which is made if it is not there. */
async function contents(
  path: string,
  target: string,
  flags: readonly string[],
  { fs, cwd, origCommand }: ShellContext,
): Promise<CommandResult> {
  const from = fs.resolvePath(cwd, path)
  const to = fs.resolvePath(cwd, target)
  if (!(await fs.exists(from))) return { stderr: `cp: cannot stat '${path}': No such file or directory\n`, exitCode: 1 }
  if (!(await fs.exists(to))) await fs.mkdir(to)
  else if (!(await fs.stat(to)).isDirectory)
    return { stderr: `cp: cannot overwrite non-directory '${target}' with directory '${path}'\n`, exitCode: 1 }
  const names = await fs.readdir(from)
  if (names.length === 0) return {}
  return origCommand!([...flags, '--', ...names.map((name) => `${from === '/' ? '' : from}/${name}`), to])
}
