/**
 * `$(NAME)` in commands, args and values of variables: replaced when NAME is known, left as it is when not; `$$` is `$`.
 * Source: third_party/forked/golang/expansion/expand.go
 */
export function expand(text: string, variables: Readonly<Record<string, string>>): string {
  if (!text.includes('$')) return text
  return text.replace(/\$(\$|\(([^)]*)\))/g, (whole, what: string, name: string | undefined) =>
    what === '$' ? '$' : (variables[name ?? ''] ?? whole),
  )
}
