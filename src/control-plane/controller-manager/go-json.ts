/** The bytes Go's encoding/json writes of a decoded object: keys sorted, `<`, `>` and `&` escaped. */
export function goJSON(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goJSON).join(',')}]`
  if (typeof value !== 'object' || value === null) return escapeHTML(JSON.stringify(value ?? null))
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, field]) => `${escapeHTML(JSON.stringify(key))}:${goJSON(field)}`).join(',')}}`
}

function escapeHTML(text: string): string {
  return text.replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
