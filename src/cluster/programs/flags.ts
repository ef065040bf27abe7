/** The flags of a command line: `--name=value`, `--name value`, `--switch`. */
export type Flags = ReadonlyMap<string, string>

/**
 * Reads flags as pflag does, against the names a program knows.
 *
 * @returns the flags, or the error the program prints: `unknown flag: --x`
 */
export function readFlags(
  argv: readonly string[],
  known: ReadonlySet<string>,
  switches: ReadonlySet<string>,
): Flags | { readonly error: string } {
  const flags = new Map<string, string>()
  for (let at = 0; at < argv.length; at++) {
    const found = /^--?([^=]+)(?:=(.*))?$/s.exec(argv[at]!)
    if (found === null) return { error: `unknown command "${argv[at]}"` }
    const [, name = '', value] = found
    if (!known.has(name)) return { error: `unknown flag: --${name}` }
    if (value !== undefined) flags.set(name, value)
    else if (switches.has(name)) flags.set(name, 'true')
    else if (argv[at + 1] === undefined) return { error: `flag needs an argument: --${name}` }
    else flags.set(name, argv[++at]!)
  }
  return flags
}

/** Words of a text, as a set: how a list of flag names is written down. */
export function names(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}

/** What --feature-gates says of a gate. Source: component-base/featuregate/feature_gate.go Set */
export function isGateOn(flags: Flags, gate: string, byDefault = false): boolean {
  const said = (flags.get('feature-gates') ?? '').split(',').map((each) => each.split('='))
  const [, value = String(byDefault)] = said.findLast(([name = '']) => name.trim() === gate) ?? []
  return /^(1|t|true)$/i.test(value.trim())
}
