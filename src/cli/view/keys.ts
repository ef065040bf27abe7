import type { Deed, Question, Section, ViewState } from './state.ts'

/** A key as readline names it. */
export interface Key {
  readonly name?: string | undefined
  readonly sequence?: string | undefined
  readonly ctrl?: boolean | undefined
}

/** What a key does: another state, and what is to be done. */
export function press(state: ViewState, key: Key, page: number): { readonly state: ViewState; readonly deed?: Deed } {
  const { notice: _, ...now } = state
  const letter = key.sequence ?? ''
  if (key.ctrl && key.name === 'c') return { state: now, deed: { do: 'quit' } }
  if (now.question) return answer(now, now.question, key, letter)
  const step = { up: -1, k: -1, down: 1, j: 1, pageup: -page, pagedown: page, space: page, home: -1e6, end: 1e6 }[
    key.name ?? ''
  ]
  if (now.overlay) return { state: overlaid(now, key, step) }
  if (step !== undefined) return { state: { ...now, scroll: scrolled(now, step) } }
  if (key.name === 'tab') return { state: { ...now, focus: SECTIONS[(SECTIONS.indexOf(now.focus) + 1) % 3]! } }
  if (/^[123]$/.test(letter)) return { state: { ...now, focus: SECTIONS[Number(letter) - 1]! } }
  if (letter === '?') return { state: { ...now, overlay: { title: 'Keys', text: HELP, scroll: 0 } } }
  if (letter === 'q') return { state: now, deed: { do: 'quit' } }
  return now.busy === undefined ? deedOf(now, letter) : { state: now }
}

const SECTIONS: readonly Section[] = ['task', 'list', 'cluster']

function overlaid(state: ViewState, key: Key, step: number | undefined): ViewState {
  const { overlay, ...rest } = state
  if (step === undefined) return key.name === 'escape' || key.name === 'return' || key.sequence === 'q' ? rest : state
  return { ...rest, overlay: { ...overlay!, scroll: Math.max(0, overlay!.scroll + step) } }
}

function scrolled({ scroll, focus }: ViewState, step: number): ViewState['scroll'] {
  return { ...scroll, [focus]: Math.min(500, Math.max(0, scroll[focus] + step)) }
}

function deedOf(state: ViewState, letter: string): { state: ViewState; deed?: Deed } {
  const ask = (text: string, then: Deed, kind: Question['kind'] = 'yes') => ({
    state: { ...state, question: { text, kind, typed: '', deed: then } },
  })
  const deed = (name: Exclude<Deed['do'], 'goto'>) => ({ state, deed: { do: name } })
  if (letter === 's') return deed('shell')
  if (letter === 'r') return ask('Begin this task anew? What was done in its cluster is lost.', { do: 'reset' })
  if (state.exam) {
    const found = ({ n: 'next', p: 'previous', f: 'flag', x: 'skip' } as const)[letter]
    if (found) return deed(found)
    if (letter === 'g') return ask('Go to task', { do: 'goto', number: 0 }, 'number')
    if (letter === 'S' && state.exam.phase !== 'running') return deed('submit')
    return letter === 'S' ? ask('Hand in the exam and have it graded?', { do: 'submit' }) : { state }
  }
  if (letter === 'c') return deed('check')
  if (letter === 'g' || letter === 'n' || letter === 'p') return deed('list')
  if (letter !== 'h') return { state }
  const { hints, hintsTaken } = state.task
  const cost = hints[hintsTaken]?.cost
  return cost === undefined ? deed('hint') : ask(`The next hint costs ${cost} point(s). Show it?`, { do: 'hint' })
}

function answer(state: ViewState, question: Question, key: Key, letter: string): { state: ViewState; deed?: Deed } {
  const { question: _, ...rest } = state
  if (key.name === 'escape') return { state: rest }
  if (question.kind === 'yes') return /^y$/i.test(letter) ? { state: rest, deed: question.deed } : { state: rest }
  if (key.name === 'return') {
    const number = Number(question.typed)
    return number > 0 ? { state: rest, deed: { do: 'goto', number } } : { state: rest }
  }
  const typed =
    key.name === 'backspace' ? question.typed.slice(0, -1) : question.typed + (/^\d$/.test(letter) ? letter : '')
  return { state: { ...rest, question: { ...question, typed: typed.slice(0, 3) } } }
}

const HELP = `
- \`1\` \`2\` \`3\` \`Tab\`: the task, the checks (in an exam the tasks), the cluster
- \`↑\` \`↓\` \`PgUp\` \`PgDn\`: scroll what is in focus
- \`s\`: your own shell; \`exit\` comes back
- \`r\`: the task from its beginning, after a question
- \`q\` or \`Ctrl-C\`: leave; cluster and clock go on

In practice:

- \`c\`: grade now (checks also turn green by themselves)
- \`h\`: the next hint, after its price
- \`g\`: another exercise

In an exam:

- \`n\` \`p\` \`g\`: next, previous, a task by its number
- \`f\`: flag, or take the flag off
- \`x\`: leave it for later, and go on
- \`S\`: hand in
`
