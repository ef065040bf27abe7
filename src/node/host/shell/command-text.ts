import { parse } from 'just-bash'

/** Whether the lines so far are a command. */
export function stateOf(text: string): 'whole' | 'unfinished' | 'wrong' {
  if (/\\\n$/.test(text) || hasOpenDocument(text)) return 'unfinished'
  try {
    parse(text)
    return 'whole'
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    if (/got EOF|unexpected EOF/.test(message)) return 'unfinished'
    const [, line = '0', column = '0'] = /at (\d+):(\d+)/.exec(message) ?? []
    const lines = text.split('\n')
    const isAtEnd = Number(line) >= lines.length - 1 && Number(column) > (lines[Number(line) - 1] ?? '').length
    return isAtEnd ? 'unfinished' : 'wrong'
  }
}

/** `cat <<END` without its END. */
function hasOpenDocument(text: string): boolean {
  const lines = text.split('\n')
  for (const [i, line] of lines.entries()) {
    const mark = /<<(-?)\s*(['"]?)([\w.]+)\2/.exec(line)
    if (mark === null || /<<</.test(line)) continue
    const isEnd = (other: string) => (mark[1] === '-' ? other.replace(/^\t+/, '') : other) === mark[3]
    if (!lines.slice(i + 1).some(isEnd)) return true
  }
  return false
}
