import { spawn } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { makeDirectory } from '../make-directory.ts'
import { markdown } from '../markdown-lines.ts'
import { type SessionFiles, stateDirectory } from '../session-files.ts'
import { ownProgram } from '../session-server.ts'
import { say, tell } from '../terminal.ts'

/** A learner's shell: what stands before its prompt, and what is said when it opens and when it is left. */
export interface Surroundings {
  /** A file; its line stands before the prompt, as it is when the prompt is drawn. */
  readonly label: string
  readonly exercise: string
  readonly welcome: string
  farewell(): string
  /** Goes on beside the open shell until it is left. @returns what ends it */
  beside?(pid: number): () => void
}

/** Opens the learner's own shell with KUBECONFIG set, `kubedrill` and `ssh` to the nodes on its PATH; returns when it is left. */
export async function openLearnerShell(files: SessionFiles, surroundings: Surroundings): Promise<void> {
  const { KUBEDRILL_SHELL, SHELL } = process.env
  const shell = KUBEDRILL_SHELL || SHELL || '/bin/sh'
  const bin = shim(files)
  const settings: ShellSettings = {
    bin,
    label: surroundings.label,
    variables: {
      KUBECONFIG: files.kubeconfig,
      KUBEDRILL_SESSION: files.directory,
      KUBEDRILL_EXERCISE: surroundings.exercise,
      KUBEDRILL_TERMINAL: String(process.pid),
    },
  }
  if (!onPath('kubectl')) tell('kubectl is not on your PATH: install it to work with the cluster.')
  say(`\n${markdown(surroundings.welcome)}\n`)
  const { args, env = {} } = shellStart(basename(shell), files.directory, settings)
  const PATH = `${bin}:${process.env.PATH ?? ''}`
  const child = spawn(shell, args, { stdio: 'inherit', env: { ...process.env, ...settings.variables, PATH, ...env } })
  const end = child.pid === undefined ? undefined : surroundings.beside?.(child.pid)
  // Ctrl-C is for what runs in the shell.
  const ignore = () => {}
  process.on('SIGINT', ignore)
  try {
    await new Promise<void>((resolve, reject) => child.on('exit', () => resolve()).on('error', reject))
  } catch {
    tell(`${shell} cannot be started: set KUBEDRILL_SHELL to a shell of yours`)
  } finally {
    process.off('SIGINT', ignore)
    end?.()
  }
  say(`\n${markdown(surroundings.farewell())}`)
}

/** The shell of an exercise. */
export function practiceShell(files: SessionFiles, exercise: string): Promise<void> {
  return openLearnerShell(files, {
    label: files.label,
    exercise,
    welcome: 'Your shell is ready; leave it with `exit`. The cluster goes on until `kubedrill stop`.',
    farewell: () =>
      files.exists()
        ? 'The cluster still runs: `kubedrill start` brings you back, `kubedrill stop` ends it.'
        : 'The exercise was stopped: `kubedrill start` begins one.',
  })
}

export interface ShellSettings {
  /** What its PATH begins with. */
  readonly bin?: string
  /** A file: its line stands before the prompt. */
  readonly label: string
  readonly variables: Readonly<Record<string, string>>
}

interface ShellStart {
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/**
 * How a shell is started so that it reads the learner's own start-up files first and ours after them: theirs may set
 * PATH, KUBECONFIG and the prompt anew.
 */
export function shellStart(shell: string, directory: string, settings: ShellSettings): ShellStart {
  if (shell === 'bash') return { args: ['--rcfile', file(join(directory, 'bashrc'), bashLines(settings)), '-i'] }
  if (shell === 'zsh') {
    const own = join(directory, 'zsh')
    makeDirectory(own)
    for (const name of ['.zshenv', '.zprofile']) file(join(own, name), zshSource(name))
    file(join(own, '.zshrc'), zshLines(settings, own))
    return { args: ['-i'], env: { ZDOTDIR: own, KUBEDRILL_ZDOTDIR: process.env.ZDOTDIR || homedir() } }
  }
  if (shell === 'fish') {
    const own = file(join(directory, 'config.fish'), fishLines(settings))
    return { args: ['-i', '--init-command', `source ${quote(own)}`] }
  }
  // POSIX: an interactive shell reads the file that ENV names.
  return { args: ['-i'], env: { ENV: file(join(directory, 'shrc'), shLines(settings)) } }
}

function exports({ bin, variables }: ShellSettings): readonly string[] {
  const all = Object.entries(variables).map(([name, value]) => `export ${name}=${quote(value)}`)
  if (bin === undefined) return all
  return [...all, `case "$PATH" in ${quote(bin)}:*) ;; *) export PATH=${quote(bin)}:"$PATH" ;; esac`]
}

function shLines(settings: ShellSettings): readonly string[] {
  const { ENV } = process.env
  const own = ENV ? [`[ -f ${quote(ENV)} ] && . ${quote(ENV)}`] : []
  // What it stands at when the shell is opened: not every shell runs commands for its prompt.
  const label = existsSync(settings.label) ? readFileSync(settings.label, 'utf8').trim() : ''
  return [...own, ...exports(settings), 'alias k=kubectl', `PS1=${quote(`(${label}) `)}"$PS1"`]
}

function bashLines(settings: ShellSettings): readonly string[] {
  const own = join(homedir(), '.bashrc')
  return [
    `[ -f ${quote(own)} ] && . ${quote(own)}`,
    ...exports(settings),
    // Programs that draw the prompt do so before each line: ours has to come after them.
    '__kubedrill_prompt() {',
    `  local label; { IFS= read -r label <${quote(settings.label)}; } 2>/dev/null || label=stopped`,
    `  PS1="($label) \${PS1#"($__kubedrill_label) "}"; __kubedrill_label=$label`,
    '}',
    '__kubedrill_prompt',
    // On a line of its own: what is there may end with a semicolon.
    `PROMPT_COMMAND="\${PROMPT_COMMAND:-:}"$'\\n'__kubedrill_prompt`,
    'alias k=kubectl',
    // kubectl's completion stands on the functions of bash-completion.
    'if ! declare -F _get_comp_words_by_ref >/dev/null; then',
    '  for __kubedrill_file in /usr/share/bash-completion/bash_completion /opt/homebrew/etc/profile.d/bash_completion.sh /usr/local/etc/profile.d/bash_completion.sh; do',
    '    [ -r "$__kubedrill_file" ] && . "$__kubedrill_file" && break',
    '  done',
    'fi',
    'declare -F _get_comp_words_by_ref >/dev/null ||',
    `  _get_comp_words_by_ref() { words=("\${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur=\${words[cword]}; prev=\${words[cword-1]}; }`,
    'if command -v kubectl >/dev/null && type complete >/dev/null 2>&1; then',
    '  . <(kubectl completion bash 2>/dev/null) 2>/dev/null && complete -o default -F __start_kubectl k',
    'fi',
    '. <(kubedrill completion bash) 2>/dev/null',
  ]
}

function zshSource(name: string): readonly string[] {
  return [`[[ -f "$KUBEDRILL_ZDOTDIR/${name}" ]] && . "$KUBEDRILL_ZDOTDIR/${name}"`, ':']
}

function zshLines(settings: ShellSettings, directory: string): readonly string[] {
  return [
    // From here on everything of the learner's is where it always is: history, dumps of compinit, frameworks.
    'ZDOTDIR="$KUBEDRILL_ZDOTDIR"',
    `[[ "\${HISTFILE:-}" == ${quote(directory)}/* ]] && HISTFILE="$ZDOTDIR/\${HISTFILE:t}"`,
    ...zshSource('.zshrc'),
    '[[ "$ZDOTDIR" == "$HOME" ]] && unset ZDOTDIR',
    'unset KUBEDRILL_ZDOTDIR',
    ...exports(settings),
    '__kubedrill_prompt() {',
    `  local label; { IFS= read -r label <${quote(settings.label)} } 2>/dev/null || label=stopped`,
    `  PROMPT="($label) \${PROMPT#"($__kubedrill_label) "}"; __kubedrill_label=$label`,
    '}',
    'autoload -Uz add-zsh-hook && add-zsh-hook precmd __kubedrill_prompt',
    'alias k=kubectl',
    `(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -u -d ${quote(join(directory, 'zcompdump'))} }`,
    'if (( $+commands[kubectl] )); then',
    '  source <(kubectl completion zsh 2>/dev/null) 2>/dev/null && compdef k=kubectl 2>/dev/null',
    'fi',
    'source <(kubedrill completion zsh) 2>/dev/null',
    ':',
  ]
}

function fishLines({ bin, variables, label }: ShellSettings): readonly string[] {
  return [
    ...Object.entries(variables).map(([name, value]) => `set -gx ${name} ${fishQuote(value)}`),
    ...(bin === undefined ? [] : [`set -gx PATH ${fishQuote(bin)} (string match -v -- ${fishQuote(bin)} $PATH)`]),
    'function k --wraps kubectl; kubectl $argv; end',
    'functions -q fish_prompt; and functions -c fish_prompt __kubedrill_own_prompt',
    `function fish_prompt; set -l label stopped; test -r ${fishQuote(label)}; and read label <${fishQuote(label)}; printf '(%s) ' $label; functions -q __kubedrill_own_prompt; and __kubedrill_own_prompt; or printf '> '; end`,
    'command -q kubectl; and kubectl completion fish 2>/dev/null | source',
    'kubedrill completion fish 2>/dev/null | source',
  ]
}

/** What the learner's PATH begins with: `kubedrill`, whether or not it is installed for all, and `ssh` to the nodes. */
export function shim(files: SessionFiles): string {
  // Not the session's own: a shell goes on when its exercise is stopped, and may begin the next.
  const bin = withOwnProgram(join(stateDirectory(), 'bin'))
  program(join(bin, 'ssh'), sshLines(bin, files.nodes, runOwn()))
  return bin
}

/** A directory for PATH, with this `kubedrill` in it. */
export function withOwnProgram(bin: string): string {
  makeDirectory(bin)
  program(join(bin, 'kubedrill'), [`${runOwn()} "$@"`])
  return bin
}

const runOwn = () => `exec ${quote(process.execPath)} ${quote(ownProgram())}`

/** `ssh NODE` is kubedrill's for the names in a file (one a line); everybody else's machines are the real ssh's. */
function sshLines(bin: string, nodes: string, run: string): readonly string[] {
  return [
    'host=; words=0; skip=no',
    'for word in "$@"; do',
    '  words=$((words + 1))',
    '  if [ $skip = yes ]; then skip=no; continue; fi',
    '  case "$word" in',
    '    --) ;;',
    // Options of ssh(1) whose value is the next word.
    '    -*[BbcDEeFIiJLlmOoPpQRSWw]) case "$word" in -?) skip=yes ;; -[1246AaCfGgKkMNnqsTtVvXxYy]*) skip=yes ;; esac ;;',
    '    -*) ;;',
    `    *) host=\${word#ssh://}; host=\${host#*@}; break ;;`,
    '  esac',
    'done',
    `if [ -n "$host" ] && grep -qxF -e "\${host%%[:/]*}" ${quote(nodes)} 2>/dev/null; then`,
    '  shift $words',
    `  ${run} ssh -- "\${host%%[:/]*}" "$@"`,
    'fi',
    `PATH=$(printf %s "$PATH" | awk -v RS=: -v ORS=: -v own=${quote(bin)} '$0 != own' | sed 's/:*$//')`,
    'export PATH',
    'command -v ssh >/dev/null || { echo "ssh: command not found" >&2; exit 127; }',
    'exec ssh "$@"',
  ]
}

function program(path: string, lines: readonly string[]): void {
  file(path, ['#!/bin/sh', ...lines])
  chmodSync(path, 0o755)
}

function file(path: string, lines: readonly string[]): string {
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 })
  return path
}

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
const fishQuote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

function onPath(name: string): boolean {
  return (process.env.PATH ?? '').split(':').some((directory) => directory !== '' && existsSync(join(directory, name)))
}
