/** Errors as one text, each once. Source: apimachinery/pkg/util/errors/errors.go aggregate.Error */
export function errorText(errors: readonly string[]): string {
  const different = [...new Set(errors)]
  return different.length === 1 ? different[0]! : `[${different.join(', ')}]`
}
