/** The text of several errors as one. Source: apimachinery/pkg/util/errors/errors.go aggregate.Error */
export function aggregate(messages: readonly string[]): string | undefined {
  const unique = [...new Set(messages)]
  return unique.length > 1 ? `[${unique.join(', ')}]` : unique[0]
}
