/** What a scenario's namespaces are called in a cluster that it shares with others. */
export interface LocalNamespaces {
  /** From here on the name means a namespace of the scenario's own. @returns what that is called */
  adopt(name: string): string
  of(name: string): string
  owns(namespace: string): boolean
  /** In DNS names, and where a message says `namespace "dev"`. */
  inText(text: string): string
  /** In the arguments of kubectl: `-n dev`, `--namespace=dev`. */
  inCommand(args: readonly string[]): readonly string[]
}

/** Namespaces that belong to the cluster itself: scenarios may look at them, never make them theirs. */
const SYSTEM = /^kube-/

/** @param suffix makes the scenario's names unlike everybody else's */
export function localNamespaces(suffix: string): LocalNamespaces {
  const names = new Map<string, string>()
  const of = (name: string) => names.get(name) ?? name
  const adopt = (name: string) => {
    if (SYSTEM.test(name)) return name
    if (!names.has(name)) names.set(name, `${name === 'default' ? 'kubedrill' : name}-${suffix}`)
    return of(name)
  }
  return {
    adopt,
    of,
    owns: (namespace) => [...names.values()].includes(namespace),
    inText: (text) =>
      text
        .replace(/(\/namespaces\/)([a-z0-9-]+)/g, (_, before: string, name: string) => before + of(name))
        .replace(/([a-z0-9-]+)(?= namespace\b)/g, (name) => of(name))
        .replace(/(?<=_)[a-z0-9-]+(?=_)/g, (name) => of(name))
        .replace(/(?<=^|[\s"'=:(,[])([a-z0-9-]+)(?=\/[a-z0-9])/g, (name) => of(name))
        .replace(
          /(namespaces? ")([a-z0-9-]+)(")/g,
          (_, before: string, name: string, after: string) => before + of(name) + after,
        )
        .replace(/([a-z0-9-]+\.)([a-z0-9-]+)(?=\.svc\b|[:/]|$)/g, (all, host: string, name: string) =>
          names.has(name) ? host + of(name) : all,
        ),
    inCommand: (args) =>
      args.map((arg, index) => {
        if (args[index - 1] === '-n' || args[index - 1] === '--namespace') return of(arg)
        if (index === 2 && args[0] === 'create' && /^(ns|namespaces?)$/.test(args[1]!)) return adopt(arg)
        if (arg.startsWith('/'))
          return arg.replace(/(\/namespaces\/)([a-z0-9-]+)/, (_, before: string, name: string) => before + of(name))
        return arg.replace(/^(--namespace=|-n)([a-z0-9-]+)$/, (_, flag: string, name: string) => flag + of(name))
      }),
  }
}
