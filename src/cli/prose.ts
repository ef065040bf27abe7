import { styleText } from 'node:util'
import wrapAnsi from 'wrap-ansi'

export type Style = Parameters<typeof styleText>[0]
/** Styles a piece of text, or leaves it as it is where colours are not wanted. */
export type Paint = (style: Style, text: string) => string

export const painted: Paint = (style, text) => (text === '' ? '' : styleText(style, text, { validateStream: false }))
export const plain: Paint = (_style, text) => text

/** Markdown as lines of a terminal: paragraphs and lists wrapped to a width, code left as it is. */
export function prose(markdown: string, width: number, paint: Paint): string[] {
  return blocksOf(markdown).flatMap((block) => {
    if (block.kind === 'blank') return ['']
    if (block.kind === 'code') return block.lines.map((line) => `  ${paint('cyan', line)}`)
    if (block.kind === 'heading') return wrap(block.text, width).map((line) => paint('bold', line))
    const mark = block.mark
    const indent = ' '.repeat(mark.length)
    return wrap(inline(block.text, paint), width - mark.length).map((line, i) => (i === 0 ? mark : indent) + line)
  })
}

/** Markdown for whoever reads standard output: no wider than the terminal, in colours where they are wanted. */
export function markdown(text: string): string {
  return prose(text, textWidth(), paintOf(process.stdout)).join('\n')
}

/** Words of one paragraph, as wide as the terminal. */
export function paragraph(text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return stream.isTTY ? wrap(text, textWidth(stream)).join('\n') : text
}

/** How wide text is written: lines of more than 100 columns are hard to read. */
export function textWidth({ columns }: NodeJS.WriteStream = process.stdout): number {
  return Math.min(columns || 80, 100)
}

export function paintOf({ isTTY }: NodeJS.WriteStream): Paint {
  return isTTY && process.env.NO_COLOR === undefined && process.env.TERM !== 'dumb' ? painted : plain
}

/** @returns at least one line */
export function wrap(text: string, width: number): string[] {
  return wrapAnsi(text, Math.max(8, width), { hard: true }).split('\n')
}

type Block =
  | { readonly kind: 'blank' }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'code'; readonly lines: string[] }
  | { readonly kind: 'text'; readonly mark: string; text: string }

function blocksOf(markdown: string): readonly Block[] {
  const blocks: Block[] = []
  let code: string[] | undefined
  for (const line of withoutControls(markdown).trim().split('\n')) {
    const last = blocks.at(-1)
    const heading = /^#+ (.*)$/.exec(line)
    const item = /^(\s*(?:[-*]|\d+\.) )(.*)$/.exec(line)
    if (/^```/.test(line)) {
      code = code === undefined ? [] : undefined
      if (code !== undefined) blocks.push({ kind: 'code', lines: code })
    } else if (code !== undefined) code.push(line)
    else if (line.trim() === '') blocks.push({ kind: 'blank' })
    else if (heading) blocks.push({ kind: 'heading', text: heading[1]! })
    else if (item) blocks.push({ kind: 'text', mark: item[1]!.replace('*', '-'), text: item[2]! })
    else if (last?.kind === 'text') last.text += ` ${line.trim()}`
    else blocks.push({ kind: 'text', mark: '', text: line.trim() })
  }
  return blocks
}

function inline(text: string, paint: Paint): string {
  return text
    .replace(/`([^`]+)`/g, (whole, code: string) => (paint === plain ? whole : paint('cyan', code)))
    .replace(/\*\*([^*]+)\*\*/g, (_, words: string) => paint('bold', words))
}

/** What a pack or a cluster says is shown, never obeyed by the terminal. */
export function withoutControls(text: string): string {
  return text.replaceAll('\t', '  ').replace(/[^\P{Cc}\n]/gu, '')
}
