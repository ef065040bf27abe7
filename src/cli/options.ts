import { InvalidArgumentError, Option } from 'commander'

/** What command lines of several commands have in common. */
export const examples = (...lines: string[]) => `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`
export const json = () => new Option('--json', 'print JSON, for programs')
export const extension = () =>
  new Option('--extension <file...>', 'controllers, plug-ins and images of your own: docs/extending.md')
export const packs = () => new Option('--packs <directory>', 'also look for packs here').env('KUBEDRILL_PACKS')

export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is expected')
  return Number(text)
}

export function port(text: string): number {
  const value = wholeNumber(text)
  if (value > 65_535) throw new InvalidArgumentError('a port is at most 65535')
  return value
}

export function factor(text: string): number {
  const value = Number(text)
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('a number above 0 is expected')
  return value
}
