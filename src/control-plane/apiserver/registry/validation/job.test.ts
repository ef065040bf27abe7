import { describe, expect, test } from 'vitest'
import type { Job, JobSpec } from '../../../../api/types.ts'
import { jobDefaults } from '../batch/job-defaults.ts'
import { validateJob } from './job.ts'
import { indexesIn, overlap } from './job-indexes.ts'
import { validateJobStatusUpdate } from './job-status.ts'
import { validateJobUpdate } from './job-update.ts'

const PREFIX = 'batch.kubernetes.io/'
const labels = { 'job-name': 'j', 'controller-uid': 'u', [`${PREFIX}job-name`]: 'j', [`${PREFIX}controller-uid`]: 'u' }

function job(spec: Partial<JobSpec> = {}): Job {
  const template = { metadata: { labels }, spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } }
  const selector = { matchLabels: { [`${PREFIX}controller-uid`]: 'u' } }
  return jobDefaults({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'j', namespace: 'default', uid: 'u' },
    spec: { selector, template, ...spec },
  } as unknown as Job)
}

const texts = (errors: readonly { readonly field: string; readonly message: string }[]) =>
  errors.map(({ field, message }) => `${field}: ${message}`)

describe('a Job', () => {
  test.each<[string, Partial<JobSpec>, readonly string[]]>([
    ['is good', {}, []],
    [
      'with a negative count',
      { parallelism: -1 },
      ['spec.parallelism: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      'that is indexed needs completions',
      { completionMode: 'Indexed', completions: undefined as never, parallelism: 1 },
      ['spec.completions: Required value: when completion mode is Indexed'],
    ],
    [
      'may leave success to a policy only when it is indexed',
      { successPolicy: { rules: [{ succeededCount: 1 }] } },
      [
        'spec.successPolicy: Invalid value: {"Rules":[{"SucceededIndexes":null,"SucceededCount":1}]}: requires indexed completion mode',
      ],
    ],
  ])('%s', (_, spec, errors) => {
    expect(texts(validateJob(job(spec)))).toEqual(errors)
  })

  test('keeps its template unless it is suspended', () => {
    const template = { ...job().spec.template, spec: { ...job().spec.template.spec!, nodeSelector: { a: 'b' } } }
    expect(validateJobUpdate(job({ template }), job()).map(({ field }) => field)).toEqual(['spec.template'])
    expect(validateJobUpdate(job({ template, suspend: true }), job({ suspend: true }))).toEqual([])
  })

  test('is complete only after its criteria were met', () => {
    const done = { type: 'Complete', status: 'True' }
    const time = '2026-01-01T00:00:00Z'
    const next = { ...job(), status: { startTime: time, completionTime: time, conditions: [done] } } as Job
    expect(texts(validateJobStatusUpdate(next, { ...job(), status: { startTime: time } }))).toEqual([
      'status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
    ])
  })
})

test.each([
  ['0-2,4', 5, 4],
  ['', 5, 0],
  ['1,0', 5, 'non-increasing order, previous: 1, current: 0'],
  ['5', 5, 'too large index: "5"'],
  ['a', 5, 'cannot convert string to integer for index: "a"'],
])('indexes %j of %d', (text, completions, found) => {
  expect(indexesIn(text, completions)).toBe(found)
})

test('an index is not both completed and failed', () => {
  expect(overlap('0-2,7', '3,6-8', 10)).toBe('failedIndexes and completedIndexes overlap at index: 7')
  expect(overlap('0-2', '3', 10)).toBeUndefined()
})
