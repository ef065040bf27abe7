import type { Command } from 'commander'
import { Failure } from '../failure.ts'
import { say } from '../terminal.ts'

/** `kubedrill completion SHELL`: a script to source. It knows the commands and their options; exercises are asked for. */
export function completion(shell: string, kubedrill: Command): void {
  const commands = kubedrill.commands.map((command) => command.name()).filter((name) => name !== 'help')
  const options = new Map(
    kubedrill.commands.map((command) => [
      command.name(),
      [
        ...command.commands.filter((each) => each.name() !== 'prove-one').map((each) => each.name()),
        ...command.options.filter((option) => !option.hidden).map((option) => option.long!),
      ],
    ]),
  )
  const writers: Readonly<Record<string, () => string>> = {
    bash: () => bash(commands, options),
    zsh: () => `autoload -U +X bashcompinit && bashcompinit\n${bash(commands, options)}`,
    fish: () => fish(kubedrill),
  }
  const write = writers[shell]
  if (write === undefined) throw new Failure(`"${shell}": bash, zsh or fish`)
  say(write())
}

function bash(commands: readonly string[], options: ReadonlyMap<string, readonly string[]>): string {
  const cases = [...options].map(([command, flags]) => `    ${command}) words="${flags.join(' ')}" ;;`)
  return `_kubedrill() {
  local words="" current="\${COMP_WORDS[COMP_CWORD]}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.join(' ')}" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  if [ "\${COMP_WORDS[1]}" = start ] && [ "\${current#-}" = "$current" ]; then
    words="$(kubedrill list --json 2>/dev/null | sed -n 's/^ *"id": "\\(.*\\)",$/\\1/p')"
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ \${#COMPREPLY[@]} -eq 0 ]; then COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -F _kubedrill kubedrill`
}

function fish(kubedrill: Command): string {
  const lines = ['complete -c kubedrill -f']
  for (const command of kubedrill.commands) {
    const name = command.name()
    lines.push(
      `complete -c kubedrill -n __fish_use_subcommand -a ${name} -d '${command.description().replaceAll("'", '')}'`,
    )
    for (const option of command.options.filter(({ hidden }) => !hidden))
      lines.push(
        `complete -c kubedrill -n '__fish_seen_subcommand_from ${name}' -l ${option.long!.slice(2)} -d '${option.description.replaceAll("'", '')}'`,
      )
  }
  return lines.join('\n')
}
