import type { ExamStatus, ExamTaskStatus } from './exam/index.ts'
import type { CriterionResult } from './grade.ts'
import type { AttemptSummary, DomainSummary } from './history.ts'
import { markdownToHtml, withoutControls } from './markdown.ts'

/** All that a report tells; `kubedrill report --json` prints it as it is. */
export interface Report {
  readonly day: string
  /** Newest first. */
  readonly exams: readonly (Omit<ExamStatus, 'tasks'> & { readonly tasks: readonly ReportTask[] })[]
  readonly domains: readonly DomainSummary[]
  readonly attempts: readonly AttemptSummary[]
  readonly streak: number
}

interface ReportTask extends ExamTaskStatus {
  readonly score: number
  readonly max: number
  readonly criteria: readonly CriterionResult[]
  /** What was asked for, and what to remember; null where the pack is not there any more. */
  readonly task: string | null
  readonly debrief: string | null
}

/** A report as one page of HTML that needs nothing else. */
export function reportPage({ day, exams, domains, attempts, streak }: Report): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>kubedrill report, ${text(day)}</title><style>${STYLE}</style></head><body>
<h1>kubedrill report, ${text(day)}</h1>
${exams.map(examSection).join('\n')}
<h2>Domains, weakest first</h2>
${table(
  ['Domain', 'Score', 'Attempts', 'Median time'],
  domains.map(({ domain, percent, attempts: count, medianSeconds }) => [
    text(domain),
    percent === null ? '-' : bar(percent),
    String(count),
    medianSeconds === null ? '-' : time(medianSeconds),
  ]),
)}
<h2>Attempts</h2>
<p>${streak} daily exercise${streak === 1 ? '' : 's'} in a row.</p>
${table(
  ['When', 'Exercise', 'Mode', 'Score', 'Time', 'Hints'],
  [...attempts]
    .reverse()
    .map(({ at, title, mode, score, max, seconds, hints }) => [
      text(at.slice(0, 16).replace('T', ' ')),
      text(title),
      mode,
      `${score}/${max}`,
      time(seconds),
      String(hints),
    ]),
)}
</body></html>
`
}

function examSection({ exam, startedAt, because, pass, seed, score, tasks }: Report['exams'][number]): string {
  const verdict = score?.passed ? '<b class="ok">passed</b>' : '<b class="miss">not passed</b>'
  const rows = (score?.domains ?? []).map(({ domain, percent, solved, tasks: count, spentMs }) => [
    text(domain),
    bar(percent),
    `${solved} of ${count}`,
    time(spentMs / 1000),
  ])
  return `<h2>Exam ${text(exam)}: ${score?.percent ?? 0} %, ${verdict}</h2>
<p>Begun ${text(startedAt)}, ended: ${text(because ?? '')}; ${pass} % pass; seed ${seed}.</p>
${table(['Domain', 'Score', 'Solved', 'Time'], rows)}
${tasks.map(taskSection).join('\n')}`
}

function taskSection(task: ReportTask): string {
  const { number, title, domain, score, max, spentMs, minutes, flagged, criteria, debrief } = task
  const list = criteria.map(criterionItem).join('\n')
  const marks = `<span class="${score < max ? 'miss' : 'ok'}">${score}/${max}</span>`
  return `<details class="task"><summary>${number}. ${text(title)}: ${marks}
<small>${text(domain)}, ${time(spentMs / 1000)} of ${minutes} min${flagged ? ', flagged' : ''}</small></summary>
${folded('What was asked', task.task)}
${criteria.length === 0 ? '<p>Was never opened.</p>' : `<ul>${list}</ul>`}
${folded('What to remember', debrief)}</details>`
}

function folded(title: string, markdown: string | null): string {
  return markdown === null
    ? ''
    : `<details><summary>${title}</summary><div class="text">${markdownToHtml(markdown)}</div></details>`
}

function criterionItem({ outcome, title, awarded, points, expected, saw, why, needs }: CriterionResult): string {
  const head = `<b class="${outcome === 'passed' ? 'ok' : 'miss'}">${text(title)}</b> ${awarded}/${points}`
  if (outcome === 'passed') return `<li>${head}</li>`
  if (outcome === 'waits') return `<li>${head}<br>counts once this is done: ${text((needs ?? []).join(', '))}</li>`
  const [first = '', ...more] = (saw ?? '').split('\n')
  const details = more.join('\n').trim()
  const rest = details === '' ? '' : `<details><summary>more</summary><pre>${text(details)}</pre></details>`
  return `<li>${head}<dl><dt>expected</dt><dd>${text(expected ?? '')}</dd><dt>saw</dt><dd>${text(first)}${rest}</dd><dt>why</dt><dd>${text(why)}</dd></dl></li>`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`
  return `<table>${line(head, 'th')}${rows.map((cells) => line(cells, 'td')).join('')}</table>`
}

const bar = (percent: number) => `<meter min="0" max="100" value="${percent}"></meter> ${percent} %`

function time(seconds: number): string {
  const whole = Math.round(seconds)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Titles and what was seen come from packs and clusters of others. */
const text = (value: string) => withoutControls(value).replace(/[&<>"']/g, (character) => ENTITIES[character]!)

const STYLE = `:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:1rem 0}th,td{text-align:left;padding:.2rem 1rem .2rem 0;border-bottom:1px solid #8884}
details{margin:.5rem 0}summary{cursor:pointer}.task{border-bottom:1px solid #8884;padding-bottom:.5rem}.task>summary{font-weight:600}
small{font-weight:400;opacity:.75}pre,.text{background:#8881;padding:.75rem 1rem;border-radius:4px;overflow-x:auto}
pre,code{font:13px/1.45 ui-monospace,monospace}.text h1{font-size:1.1rem}dt{opacity:.75}dd{white-space:pre-wrap;margin-bottom:.4rem}
.ok{color:light-dark(#1a7f37,#57ab5a)}.miss{color:light-dark(#c93c37,#f47067)}`
