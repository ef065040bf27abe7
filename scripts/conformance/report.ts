/** What one function of the suite came to. */
export interface Row {
  readonly name: string
  readonly passed: boolean
  readonly asserts: number
  readonly failed: number
  /** The first assertion that failed. */
  readonly why: string
}

/** By the kubectl's minor version: `v1.36`. */
export type Report = ReadonlyMap<string, readonly Row[]>

/** Why a function is missed, by its name; what holds for one kubectl only is under `v1.33/NAME`. */
export type Reasons = Readonly<Record<string, string>>

export function minorOf(version: string): string {
  return /^v\d+\.\d+/.exec(version)?.[0] ?? version
}

/** A line of run.sh's results.tsv. */
export function rowOf(line: string): Row {
  const [name = '', result, asserts, failed, , why = ''] = line.split('\t')
  return { name, passed: result === 'PASS', asserts: Number(asserts), failed: Number(failed), why: why.trim() }
}

const reasonFor = (reasons: Reasons, minor: string, name: string) => reasons[`${minor}/${name}`] ?? reasons[name]

export function unexplained(rows: readonly Row[], reasons: Reasons, minor: string): readonly Row[] {
  return rows.filter(({ passed, name }) => !passed && reasonFor(reasons, minor, name) === undefined)
}

const HEAD = `# Conformance

Kubernetes' own kubectl tests (test/cmd of v1.36, unmodified) against \`kubedrill serve --profile control-plane\`.
Made by \`npm run conformance\`; reasons are in [conformance-reasons.yaml](conformance-reasons.yaml).
`

export function renderReport(report: Report, reasons: Reasons): string {
  const minors = [...report.keys()].sort((a, b) => Number(b.split('.')[1]) - Number(a.split('.')[1]))
  return [HEAD, ...minors.map((minor) => renderSection(minor, report.get(minor)!, reasons))].join('\n')
}

function renderSection(minor: string, rows: readonly Row[], reasons: Reasons): string {
  const passed = rows.filter((row) => row.passed).length
  const asserts = rows.reduce((sum, row) => sum + row.asserts, 0)
  const all = asserts + rows.reduce((sum, row) => sum + row.failed, 0)
  const lines = rows.map((row) => {
    const reason = row.passed ? '' : (reasonFor(reasons, minor, row.name) ?? `first: ${row.why}`)
    return `| ${row.name} | ${row.asserts}/${row.asserts + row.failed} | ${row.passed ? 'pass' : 'miss'} | ${reason.replaceAll('|', '\\|')} |`
  })
  return [
    `## kubectl ${minor}`,
    '',
    `${passed} of ${rows.length} functions pass, ${asserts} of ${all} assertions.`,
    '',
    '| function | assertions | result | reason |',
    '|---|---|---|---|',
    ...lines,
    '',
  ].join('\n')
}

/** What renderReport wrote. */
export function parseReport(text: string): Report {
  const report = new Map<string, Row[]>()
  let rows: Row[] = []
  for (const line of text.split('\n')) {
    const minor = /^## kubectl (\S+)/.exec(line)?.[1]
    if (minor !== undefined) {
      rows = []
      report.set(minor, rows)
    }
    const row = /^\| (\S+) \| (\d+)\/(\d+) \| (pass|miss) \| (?:first: )?(.*) \|$/.exec(line)
    if (row === null) continue
    const [, name = '', asserts, all, result, why = ''] = row
    rows.push({
      name,
      passed: result === 'pass',
      asserts: Number(asserts),
      failed: Number(all) - Number(asserts),
      why: why.replaceAll('\\|', '|'),
    })
  }
  return report
}
