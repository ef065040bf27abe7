import { sleepDuration } from './sleep.ts'

/** A command so simple that no shell is needed to run it. */
export interface SimpleCommand {
  readonly argv: readonly string[]
  readonly redirect?: { readonly path: string; readonly append: boolean }
}

/** A list of commands; each runs always, or after the one before has succeeded (`&&`) or failed (`||`). */
export type SimpleScript = readonly SimpleStep[]

export type SimpleStep = { readonly when: 'always' | 'success' | 'failure' } & (
  | { readonly command: SimpleCommand }
  | { readonly forever: SimpleScript }
)

/** Commands that are known here: everything else goes to a real shell. */
export const SIMPLE_COMMANDS = new Set([
  'sleep',
  'exit',
  'echo',
  'true',
  'false',
  ':',
  'touch',
  'rm',
  'cat',
  'test',
  '[',
  'hostname',
  'date',
  'exec',
])

/**
 * Reads a script that needs no shell: plain words and quotes, `;`, `&&`, `||`, `> file` and `while true; do ...; done`
 * around commands of {@link SIMPLE_COMMANDS}. Undefined for anything else: then a real shell runs it (1 to 3 ms a shell,
 * and one promise a step: too much for ten thousand containers that sleep).
 */
export function parseSimpleScript(text: string): SimpleScript | undefined {
  let script = parsed.get(text)
  if (script === undefined) {
    if (parsed.size > 1000) parsed.clear()
    script = parse(text) ?? null
    parsed.set(text, script)
  }
  return script ?? undefined
}

const parsed = new Map<string, SimpleScript | null>()

type Token = { readonly word: string; readonly quoted: boolean } | { readonly operator: string }

function tokenize(text: string): Token[] | undefined {
  const tokens: Token[] = []
  let rest = text.trim()
  while (rest !== '') {
    const operator = /^(?:[ \t]*(?:(&&|\|\||;|\n|>>|>)[ \t]*|[ \t]+))/.exec(rest)
    if (operator) {
      if (operator[1] !== undefined) tokens.push({ operator: operator[1] === '\n' ? ';' : operator[1] })
      rest = rest.slice(operator[0].length)
      continue
    }
    const word = /^(?:'[^']*'|"[^"$`\\]*"|[\w./:,+@%^!\][-]+)+/.exec(rest)
    if (word === null) return undefined
    const quoted = /['"]/.test(word[0])
    const bare = word[0].replace(/'[^']*'|"[^"]*"/g, '')
    if (/[[\]]/.test(bare) && word[0] !== '[' && word[0] !== ']') return undefined
    if (bare === '!' || (tokens.length > 0 && /^\d$/.test(word[0]) && /^>/.test(rest.slice(1)))) return undefined
    tokens.push({ word: word[0].replace(/'([^']*)'|"([^"]*)"/g, (_all, a, b) => a ?? b), quoted })
    rest = rest.slice(word[0].length)
  }
  return tokens
}

function parse(text: string): SimpleScript | undefined {
  const tokens = tokenize(text)
  if (tokens === undefined) return undefined
  const reader = { tokens, next: 0 }
  const script = list(reader, false)
  return script !== undefined && script.length > 0 && reader.next === tokens.length ? script : undefined
}

interface Reader {
  readonly tokens: readonly Token[]
  next: number
}

function list(reader: Reader, inLoop: boolean): SimpleScript | undefined {
  const steps: SimpleStep[] = []
  let when: SimpleStep['when'] = 'always'
  for (;;) {
    const token = reader.tokens[reader.next]
    if (token === undefined) return inLoop ? undefined : steps
    if ('operator' in token) {
      reader.next++
      if (token.operator.startsWith('>')) return undefined
      when = token.operator === '&&' ? 'success' : token.operator === '||' ? 'failure' : 'always'
      continue
    }
    if (inLoop && token.word === 'done') {
      reader.next++
      return steps
    }
    const step = token.word === 'while' ? loop(reader, when) : command(reader, when)
    if (step === undefined) return undefined
    steps.push(step)
    when = 'always'
  }
}

/** `while true; do …; done`, as long as it sleeps: one that does not would never let time pass. */
function loop(reader: Reader, when: SimpleStep['when']): SimpleStep | undefined {
  const words = reader.tokens.slice(reader.next, reader.next + 4)
  const [, condition, separator, keyword] = words.map((token) => ('word' in token ? token.word : token.operator))
  if ((condition !== 'true' && condition !== ':') || separator !== ';' || keyword !== 'do') return undefined
  reader.next += 4
  const forever = list(reader, true)
  const sleeps =
    forever?.some((step) => 'command' in step && step.when === 'always' && sleepsSome(step.command)) ?? false
  return sleeps ? { when, forever: forever! } : undefined
}

function sleepsSome({ argv }: SimpleCommand): boolean {
  return argv[0] === 'sleep' && (sleepDuration(argv.slice(1)) ?? 0) > 0
}

function command(reader: Reader, when: SimpleStep['when']): SimpleStep | undefined {
  const argv: string[] = []
  let redirect: SimpleCommand['redirect']
  for (;;) {
    const token = reader.tokens[reader.next]
    if (token === undefined || ('operator' in token && !token.operator.startsWith('>'))) break
    reader.next++
    if ('word' in token) argv.push(token.word)
    else {
      const target = reader.tokens[reader.next++]
      if (target === undefined || !('word' in target) || redirect !== undefined) return undefined
      redirect = { path: target.word, append: token.operator === '>>' }
    }
  }
  return isSimple(argv) ? { when, command: { argv, ...(redirect && { redirect }) } } : undefined
}

/** Whether a command line is understood here in every detail. */
export function isSimple(argv: readonly string[]): boolean {
  const [name, ...args] = argv
  if (name === undefined || !SIMPLE_COMMANDS.has(name)) return false
  if (name === 'sleep') return sleepDuration(args) !== undefined
  if (name === 'exit') return args.length === 0 || (args.length === 1 && /^\d+$/.test(args[0]!))
  if (name === 'exec') return isSimple(args)
  if (name === 'date' || name === 'hostname') return args.length === 0
  if (name === 'test' || name === '[') return isFileTest(name === '[' ? args.slice(0, -1) : args, name, args)
  if (name === 'echo') return !args.some((arg) => /^-[neE]+$/.test(arg) || arg.includes('\\'))
  if (name === 'rm') return args.every((arg) => !arg.startsWith('-') || arg === '-f' || arg === '-rf')
  if (name === 'touch' || name === 'cat') return args.length > 0 && !args.some((arg) => arg.startsWith('-'))
  return true
}

function isFileTest(words: readonly string[], name: string, args: readonly string[]): boolean {
  return (name === 'test' || args.at(-1) === ']') && words.length === 2 && /^-[fed]$/.test(words[0]!)
}
