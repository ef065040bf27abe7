import { styleText } from 'node:util'
import wrapAnsi from 'wrap-ansi'

export type Style = Parameters<typeof styleText>[0]
/** Styles a piece of text, or leaves it as it is where colours are not wanted. */
export type Paint = (style: Style, text: string) => string

export const painted: Paint = (style, text) => (text === '' ? '' : styleText(style, text, { validateStream: false }))
export const plain: Paint = (_style, text) => text

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
