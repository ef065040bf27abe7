import { nearestStep, searchSteps } from '../../gherkin/documentation.ts'
import { Failure } from '../failure.ts'

/** `kubedrill steps [words...]` */
export function steps(words: readonly string[], { json = false }: { readonly json?: boolean }): void {
  const found = searchSteps(words.flatMap((word) => word.split(/\s+/)))
  if (json) {
    process.stdout.write(`${JSON.stringify(found, null, 2)}\n`)
    return
  }
  if (found.length === 0) throw new Failure(nothingFound(words.join(' ')), 1)
  let group = ''
  for (const step of found) {
    if (step.group !== group) process.stdout.write(`${group === '' ? '' : '\n'}${step.group}\n`)
    group = step.group
    process.stdout.write(`\n  ${step.pattern}${typeof step.needs === 'string' ? '  (simulator only)' : ''}\n`)
    process.stdout.write(`      ${step.says}\n`)
    for (const line of step.example.split('\n')) process.stdout.write(`      | ${line}\n`)
  }
}

/** Most of what is in a cluster has no step of its own. */
function nothingFound(words: string): string {
  const near = nearestStep(words)
  return [
    `no step has "${words}" in it`,
    ...(near === undefined ? [] : [`near it: ${near.example.split('\n')[0]}`]),
    'objects of any kind are made by `these manifests are applied:`, and asked by `{object} is {state}`, `{object} matches:`, `{object} satisfies {string}`',
  ].join('\n  ')
}
