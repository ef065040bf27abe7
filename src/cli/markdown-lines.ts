import stringWidth from 'string-width'
import { markdownParser, withoutControls } from '../exercises/markdown.ts'
import { type Paint, paintOf, plain, type Style, textWidth, wrap } from './prose.ts'

/** Markdown for whoever reads standard output: no wider than the terminal, in colours where they are wanted. */
export function markdown(text: string): string {
  return markdownLines(text, textWidth(), paintOf(process.stdout)).join('\n')
}

type Token = ReturnType<typeof markdownParser.parse>[number]

/** Markdown as lines of a terminal: paragraphs and lists wrapped to a width, blank where the author left a line blank, code left as it is. */
export function markdownLines(markdown: string, width: number, paint: Paint): string[] {
  const source = withoutControls(markdown).trim()
  return new Page(source.split('\n'), width, paint).render(markdownParser.parse(source, {}))
}

/** What begins the lines of a block: a list's mark on the first one, as much room on those after it. */
interface Indent {
  first: string
  readonly rest: string
}

const INDENTS: Readonly<Record<string, (token: Token) => string>> = {
  list_item_open: ({ info, markup }) => (info === '' ? '- ' : `${info}${markup} `),
  blockquote_open: () => '│ ',
}

class Page {
  readonly lines: string[] = []
  readonly indents: Indent[] = []
  table: string[][] | undefined
  style: Style | undefined

  readonly source: readonly string[]
  readonly width: number
  readonly paint: Paint

  constructor(source: readonly string[], width: number, paint: Paint) {
    this.source = source
    this.width = width
    this.paint = paint
  }

  render(tokens: readonly Token[]): string[] {
    for (const token of tokens) {
      this.leaveBlank(token)
      this.block(token)
    }
    return this.lines
  }

  /** As in the source: the author decides where air is. */
  leaveBlank({ map, nesting }: Token): void {
    if (map === null || nesting === -1 || this.table !== undefined) return
    const before = this.source[map[0] - 1]
    if (before?.trim() === '' && this.lines.length > 0 && this.lines.at(-1) !== '') this.lines.push('')
  }

  block(token: Token): void {
    const { type, content } = token
    const indent = INDENTS[type]?.(token)
    if (indent !== undefined)
      this.indents.push({ first: indent, rest: indent === '│ ' ? indent : ' '.repeat(indent.length) })
    else if (type === 'list_item_close' || type === 'blockquote_close') this.indents.pop()
    else if (type === 'heading_open') this.style = 'bold'
    else if (type === 'heading_close') this.style = undefined
    else if (type === 'fence' || type === 'code_block') this.code(content)
    else if (type === 'hr') this.write(['─'.repeat(this.room())])
    else if (type === 'table_open') this.table = []
    else if (type === 'tr_open') this.table!.push([])
    else if (type === 'table_close') this.rows()
    else if (type === 'inline') this.words(token)
  }

  room(): number {
    return this.width - this.indents.reduce((sum, { rest }) => sum + stringWidth(rest), 0)
  }

  write(lines: readonly string[]): void {
    for (const line of lines) {
      const start = this.indents.map((indent) => {
        const { first } = indent
        indent.first = indent.rest
        return first
      })
      this.lines.push(`${start.join('')}${line}`)
    }
  }

  code(content: string): void {
    const lines = content.replace(/\n$/, '').split('\n')
    this.write(lines.map((line) => `  ${this.paint('cyan', line)}`))
  }

  words({ children }: Token): void {
    const text = inline(children ?? [], this.paint)
    const { style } = this
    if (this.table !== undefined) this.table.at(-1)!.push(text)
    else this.write(wrap(text, this.room()).map((line) => (style === undefined ? line : this.paint(style, line))))
  }

  rows(): void {
    const rows = this.table!
    this.table = undefined
    const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => stringWidth(cells[column] ?? ''))))
    const line = (cells: readonly string[]) =>
      cells
        .map((cell, column) => cell + ' '.repeat(widths[column]! - stringWidth(cell)))
        .join('  ')
        .trimEnd()
    this.write(rows.map((cells, row) => (row === 0 ? this.paint('bold', line(cells)) : line(cells))))
  }
}

const STYLES: Readonly<Record<string, Style>> = { strong_open: 'bold', em_open: 'italic', s_open: 'strikethrough' }

/** The words of one paragraph. Without colours backticks tell what is code. */
function inline(tokens: readonly Token[], paint: Paint): string {
  const open: { text: string; readonly close: (text: string) => string }[] = [{ text: '', close: (text) => text }]
  for (const token of tokens) {
    const { type, content, nesting } = token
    if (nesting === 1) {
      const style = STYLES[type]
      const href = token.attrGet('href')
      const linked = (text: string) => (href === text ? text : `${text} (${href})`)
      open.push({ text: '', close: style === undefined ? linked : (text) => paint(style, text) })
    } else if (nesting === -1) {
      const { text, close } = open.pop()!
      open.at(-1)!.text += close(text)
    } else if (type === 'softbreak') open.at(-1)!.text += ' '
    else if (type === 'hardbreak') open.at(-1)!.text += '\n'
    else if (type === 'code_inline') open.at(-1)!.text += paint === plain ? `\`${content}\`` : paint('cyan', content)
    else open.at(-1)!.text += content
  }
  return open[0]!.text
}
