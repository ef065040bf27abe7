import { expect, test } from 'vitest'
import { reportPage } from './report.ts'

test('a report is a page that shows what packs and clusters said, and runs none of it', () => {
  const page = reportPage({
    day: '2026-11-21',
    exams: [
      {
        exam: '0001',
        phase: 'graded',
        because: 'time is up',
        seed: 7,
        startedAt: '2026-11-21T09:00:00.000Z',
        minutes: 120,
        elapsedMs: 7_200_000,
        leftMs: 0,
        pass: 66,
        asked: 1,
        current: null,
        score: { percent: 70, tasks: 1, solved: 0, spentMs: 61_000, passed: true, domains: [] },
        tasks: [
          {
            number: 1,
            exercise: 'one',
            title: '<script>alert(1)</script>',
            domain: 'R&D',
            weight: 4,
            minutes: 6,
            state: 'opened',
            flagged: false,
            spentMs: 61_000,
            resets: 0,
            score: 7,
            max: 10,
            task: 'Keep **it**. <b>x</b> ![i](http://x/y.png) [z](javascript:alert(1))',
            debrief: '# What happened',
            criteria: [
              {
                id: 'a',
                title: 'A',
                points: 3,
                awarded: 0,
                outcome: 'failed',
                why: 'w',
                expected: 'x "y"',
                saw: '<b>',
              },
            ],
          },
        ],
      },
    ],
    domains: [{ domain: 'R&D', attempts: 1, percent: 70, medianSeconds: 61 }],
    attempts: [],
    streak: 0,
  })
  expect(page).not.toMatch(/<script|<b>|src=|href="(?!http)/)
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;: <span class="miss">7/10</span>')
  expect(page).toContain('Keep <strong>it</strong>. &lt;b&gt;x&lt;/b&gt;')
  expect(page).toContain('<h1>What happened</h1>')
  expect(page).toContain('<dd>x &quot;y&quot;</dd>')
  expect(page).toContain('1 min 1 s of 6 min')
  expect(page).toContain('time is up')
})
