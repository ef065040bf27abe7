import type { Step } from '@cucumber/messages'

/** The column of what begins in a step's text at `start`; behind `<columns>` that are filled in only the step's own is known. */
export function columnIn({ keyword, location, text: written }: Step, text: string, start = 0): number {
  return (location.column ?? 1) + keyword.length + (written.slice(0, start) === text.slice(0, start) ? start : 0)
}
