import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'

/** Where a script's files are: the directory on this machine that it sees as `/`, and where in it the script stands. */
export interface Ground {
  readonly root: string
  readonly cwd: string
}

/** A command line of kubectl with its paths as this machine has them, or why it is not run. */
export type KubectlLine = { readonly args: readonly string[] } | { readonly refused: string }

/** What works on the cluster. Not here: what opens doors on this machine, starts programs, rewrites configuration, runs plug-ins. */
const COMMANDS = new Set(
  `get describe create apply delete patch replace scale set label annotate expose run exec logs cp rollout autoscale taint
  cordon uncordon drain top auth api-resources api-versions certificate cluster-info config debug explain wait version
  kustomize events attach`.split(/\s+/),
)
const CONFIG = new Set(['view', 'current-context', 'get-contexts', 'get-clusters', 'get-users'])

/** Flags by which kubectl would speak to another cluster, as somebody else, or run a program of this machine. */
const FORBIDDEN = new Set(
  `kubeconfig kuberc server cluster context user client-certificate client-key certificate-authority cache-dir
  profile-output edit helm-command enable-helm enable-alpha-plugins enable-exec load-restrictor mount custom`.split(
    /\s+/,
  ),
)
/** Flags that name a file or directory. */
const PATHS = new Set([
  'filename',
  'kustomize',
  'from-file',
  'from-env-file',
  'patch-file',
  'cert',
  'key',
  'output-directory',
])
/** Flags that may stand before the command. */
const LEADING = /^(-n|--namespace|--as|--as-group|-v|--v|--request-timeout)$/
/** Letters of flags that take a value; in a cluster of letters the rest is the value. */
const SHORT_VALUES: Readonly<Record<string, string>> = { f: 'filename', k: 'kustomize', s: 'server', o: 'output' }
const OTHER_SHORT_VALUES = 'nlLcevp'
const SHORT_SWITCHES = 'ARwitqhfp'
/** Flags after which `--` ends the flags, and is not their value. */
const SWITCH =
  /^(-[Aitqw]+|--(stdin|tty|command|rm|quiet|attach|all-namespaces|wait|force|overwrite|expose))$|^--[a-z-]+=|^-[a-z]=?./

/**
 * A command line of somebody's script, as far as it stays with the cluster and the script's own files. pflag takes
 * `_` for `-` in names of flags. Source: component-base/cli/flag/flags.go WordSepNormalizeFunc
 */
export function kubectlLine(given: readonly string[], ground: Ground): KubectlLine {
  try {
    const at = commandAt(given)
    const command = given[at]
    if (command !== undefined) checkCommand(command, given[at + 1])
    const end = endOfFlags(given)
    const flags = pathsOfFlags(given.slice(0, end), ground, command, hasUsers(given.slice(at)))
    const args = [...flags.map((arg, index) => operand(arg, index, flags, at, command, ground)), ...given.slice(end)]
    return { args }
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message }
    throw error
  }
}

class Refusal extends Error {}
const refuse = (what: string): never => {
  throw new Refusal(`kubectl: ${what} in scripts of packs`)
}

function commandAt(args: readonly string[]): number {
  let at = 0
  while (at < args.length && args[at]!.startsWith('-')) {
    const [name = ''] = args[at]!.split('=')
    if (/^(-h|--help|--version)$/.test(name)) return args.length
    if (!LEADING.test(name)) refuse(`write the command first, ${name} after it: that is how it is read`)
    at += args[at]!.includes('=') ? 1 : 2
  }
  return at
}

/** Commands whose own flag --user names subjects, and hides that of the kubeconfig. */
function hasUsers([command, ...rest]: readonly string[]): boolean {
  let at = 0
  while (at < rest.length && rest[at]!.startsWith('-')) at += LEADING.test(rest[at]!) ? 2 : 1
  const what = rest[at] ?? ''
  return (command === 'create' && /^(cluster)?rolebinding$/.test(what)) || (command === 'set' && what === 'subject')
}

function checkCommand(command: string, next = ''): void {
  if (command === 'edit') refuse('there is no editor: use patch, replace or apply')
  if (!COMMANDS.has(command)) refuse(`${JSON.stringify(command)} is not allowed`)
  if (command === 'config' && !CONFIG.has(next)) refuse(`config ${next} is not allowed`)
}

/** Where `--` stands, after which all belongs to a command in a container. */
function endOfFlags(args: readonly string[]): number {
  const end = args.indexOf('--')
  if (end < 0) return args.length
  const before = args[end - 1] ?? ''
  if (before.startsWith('-') && !SWITCH.test(before)) refuse(`${before} -- is not allowed`)
  return end
}

function pathsOfFlags(
  args: readonly string[],
  ground: Ground,
  command: string | undefined,
  namesUsers: boolean,
): string[] {
  const mapped: string[] = []
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!
    const flag = flagOf(arg, command)
    if (flag === undefined) {
      mapped.push(arg)
      continue
    }
    if (FORBIDDEN.has(flag.name) && !(namesUsers && flag.name === 'user')) refuse(`--${flag.name} is not allowed`)
    const needsNext = flag.value === undefined && (PATHS.has(flag.name) || flag.name === 'output')
    const value = needsNext ? args[++index] : flag.value
    if (value === undefined) mapped.push(arg)
    else if (needsNext && /^-./.test(value)) refuse(`${arg} ${value} is not allowed`)
    else if (flag.name === 'output' && /file/i.test(value)) refuse(`-o ${value} is not allowed`)
    else if (PATHS.has(flag.name)) mapped.push(...flag.lead, `--${flag.name}=${pathsIn(flag.name, value, ground)}`)
    else mapped.push(arg, ...(needsNext ? [value] : []))
  }
  return mapped
}

/** What flag an argument is, and the value in it; `lead` is what else stands in a cluster of letters. */
function flagOf(
  arg: string,
  command: string | undefined,
): { readonly name: string; readonly value?: string; readonly lead: readonly string[] } | undefined {
  if (!arg.startsWith('-') || arg === '-' || arg === '--') return undefined
  if (arg.startsWith('--')) {
    const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(arg) ?? []
    return { name: name.replaceAll('_', '-'), lead: [], ...(value === undefined ? {} : { value }) }
  }
  for (let at = 1; at < arg.length; at++) {
    const letter = arg[at]!
    // logs -f and -p are switches.
    if (command === 'logs' && (letter === 'f' || letter === 'p')) continue
    const rest = arg.slice(at + 1).replace(/^=/, '')
    const lead = at > 1 ? [arg.slice(0, at)] : []
    const name = SHORT_VALUES[letter]
    if (name !== undefined) return { name, lead, ...(rest === '' ? {} : { value: rest }) }
    if (OTHER_SHORT_VALUES.includes(letter)) return { name: letter, lead, ...(rest === '' ? {} : { value: rest }) }
    if (!SHORT_SWITCHES.includes(letter)) refuse(`${arg} is not allowed`)
  }
  return { name: arg, lead: [] }
}

/** `a.yaml,b.yaml`, and `key=path` of --from-file. */
function pathsIn(flag: string, value: string, ground: Ground): string {
  if (flag === 'kustomize') return kustomization(value, ground)
  if (flag === 'from-file') {
    const [, key = '', path = ''] = /^([^=]*=)?(.*)$/s.exec(value) ?? []
    return key + ownPath(path, ground)
  }
  return value
    .split(',')
    .map((path) => ownPath(path, ground))
    .join(',')
}

/** The arguments that are paths without a flag. */
function operand(
  arg: string,
  index: number,
  args: readonly string[],
  at: number,
  command: string | undefined,
  ground: Ground,
): string {
  if (index <= at || arg.startsWith('-')) return arg
  if (command === 'cp' && !arg.includes(':') && !/^(-[nc]|--(namespace|container|retries))$/.test(args[index - 1]!))
    return ownPath(arg, ground)
  if (command === 'kustomize') return kustomization(arg, ground)
  return arg
}

/** A path of the script's own, as this machine has it. */
function ownPath(path: string, { root, cwd }: Ground): string {
  if (path === '-' || path === '/dev/stdin') return '-'
  if (path.includes('://')) refuse(`${path}: addresses outside the cluster are not allowed`)
  const place = path.startsWith('/') ? join(root, path) : resolve(join(root, cwd), path)
  if (path.startsWith('/') && !/^\/(root|tmp)(\/|$)/.test(path))
    refuse(`${path}: only files in /root and /tmp are there`)
  if (!isWithin(place, root)) refuse(`${path}: leads out of the script's own files`)
  return place
}

function isWithin(place: string, root: string): boolean {
  const known = [place, dirname(place)].find((each) => existsSync(each))
  const [real, home] = [known === undefined ? place : realpathSync(known), realpathSync(root)]
  return (
    (place === root || place.startsWith(root + sep)) &&
    (known === undefined || real === home || real.startsWith(home + sep))
  )
}

/** A directory to kustomize whose files name nothing outside the script's own. */
function kustomization(path: string, ground: Ground): string {
  const directory = ownPath(path, ground)
  if (!existsSync(directory)) refuse(`${path}: there is no such directory, and others are not reached`)
  for (const entry of readdirSync(ground.root, { recursive: true, withFileTypes: true })) {
    if (!/^kustomization(\.ya?ml)?$/i.test(entry.name) || !entry.isFile()) continue
    const own = { root: ground.root, cwd: entry.parentPath.slice(ground.root.length) }
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8')
    if (
      /\\[xuU]|:\/\/|git@|\b\w+\.(com|org|io)\//.test(text.replace(/^\s*(apiVersion|image|newName|- name):.*$/gm, ''))
    )
      refuse(`${entry.name}: addresses outside the cluster are not allowed`)
    for (const [, word = ''] of text.matchAll(/(?:^|[\s"'[,{])((?:\.\.|\/)[^\s"',\]}]*)/g)) ownPath(word, own)
  }
  return directory
}
