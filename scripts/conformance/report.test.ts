import { describe, expect, it } from 'vitest'
import { minorOf, parseReport, renderReport, rowOf, unexplained } from './report.ts'

const rows = [
  rowOf('run_pod_tests\tPASS\t170\t0\t12.1\t'),
  rowOf('run_convert_tests\tFAIL\t1\t2\t3.0\tFAIL! a | b '),
  rowOf('run_kuberc_tests\tFAIL\t0\t1\t3.0\tsomething'),
]

describe('the conformance report', () => {
  it('has a section for each kubectl, the newest first, with the reason of each miss', () => {
    const text = renderReport(
      new Map([
        ['v1.9', rows],
        ['v1.36', rows.slice(0, 1)],
      ]),
      { run_convert_tests: 'no | plugin' },
    )
    expect(text.indexOf('## kubectl v1.36')).toBeLessThan(text.indexOf('## kubectl v1.9'))
    expect(text).toContain('1 of 3 functions pass, 171 of 174 assertions.')
    expect(text).toContain('| run_convert_tests | 1/3 | miss | no \\| plugin |')
    expect(text).toContain('| run_kuberc_tests | 0/1 | miss | first: something |')
  })

  it('is read again as it was written', () => {
    const report = new Map([['v1.36', rows]])
    expect(parseReport(renderReport(report, {}))).toEqual(report)
  })

  it('tells misses without a reason, for one kubectl or for all', () => {
    expect(unexplained(rows, { run_convert_tests: 'x', 'v1.33/run_kuberc_tests': 'y' }, 'v1.33')).toEqual([])
    expect(unexplained(rows, { run_convert_tests: 'x', 'v1.33/run_kuberc_tests': 'y' }, 'v1.36')).toEqual([rows[2]])
  })

  it('knows a kubectl by its minor version', () => {
    expect(minorOf('v1.32.4-dispatcher')).toBe('v1.32')
  })
})
