import type { GherkinDocument, Pickle, PickleStep, Step } from '@cucumber/messages'
import { BEGINNING } from './world.ts'

/** A step as the feature has it. */
export interface WrittenStep {
  /** `When node "worker-1" fails` */
  readonly text: string
  readonly line: number | undefined
}

/** Where a pickle's step comes from: pickles have neither keywords nor lines. */
export function writtenStep(document: GherkinDocument, { astNodeIds, text }: PickleStep): WrittenStep {
  const step = stepsIn(document).find(({ id }) => astNodeIds.includes(id))
  return { text: `${step?.keyword ?? ''}${text}`, line: step?.location.line }
}

function stepsIn({ feature }: GherkinDocument): readonly Step[] {
  const children = (feature?.children ?? []).flatMap((child) => [child, ...(child.rule?.children ?? [])])
  return children.flatMap(({ background, scenario }) => [...(background?.steps ?? []), ...(scenario?.steps ?? [])])
}

const ASKED = `"${BEGINNING}"`

/** Whether steps of a scenario speak of the beginning, and none says when it is. */
export function asksForBeginning({ steps }: Pickle): boolean {
  const about = steps.filter(({ text }) => text.includes(ASKED))
  return about.length > 0 && !about.some(({ text }) => text.startsWith('this moment is remembered as '))
}
