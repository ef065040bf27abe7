import MarkdownIt from 'markdown-it'

/**
 * Markdown of task.md, hints.md and debrief.md (CommonMark with tables). Packs are written by others: HTML in it stays
 * text, links lead to web pages only, images are not loaded.
 */
export const markdownParser = new MarkdownIt({ html: false }).disable('image')

/** Markdown as HTML that may stand in a page. */
export function markdownToHtml(markdown: string): string {
  return markdownParser.render(withoutControls(markdown))
}

/** What a pack or a cluster says is shown, never obeyed by the terminal. */
export function withoutControls(text: string): string {
  return text.replaceAll('\t', '  ').replace(/[^\P{Cc}\n]/gu, '')
}
