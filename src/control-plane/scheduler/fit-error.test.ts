import { expect, test } from 'vitest'
import { fitErrorMessage, newDiagnosis, truncateMessage } from './fit-error.ts'
import type { Status } from './framework.ts'
import { NodeInfo } from './node-info.ts'

const refused = (...reasons: string[]): Status => ({ code: 'Unschedulable', reasons })

test('reasons are counted over the nodes and sorted as text', () => {
  const diagnosis = newDiagnosis()
  diagnosis.nodeToStatus.add(new NodeInfo('a'), refused('Insufficient cpu', 'Insufficient memory'))
  diagnosis.nodeToStatus.add(new NodeInfo('b'), refused('Insufficient cpu'))
  diagnosis.nodeToStatus.add(new NodeInfo('c'), refused('node(s) were unschedulable'))
  expect(fitErrorMessage(3, diagnosis)).toBe(
    '0/3 nodes are available: 1 Insufficient memory, 1 node(s) were unschedulable, 2 Insufficient cpu.',
  )
})

test('what goes for all nodes alike is counted for those that were not asked', () => {
  const diagnosis = newDiagnosis()
  diagnosis.nodeToStatus.add(new NodeInfo('a'), refused('Too many pods'))
  diagnosis.absentNodesStatus = refused("node(s) didn't satisfy plugin(s) [NodeAffinity]")
  expect(fitErrorMessage(3, diagnosis)).toBe(
    "0/3 nodes are available: 1 Too many pods, 2 node(s) didn't satisfy plugin(s) [NodeAffinity].",
  )
})

test('a refusal before any node was asked stands alone', () => {
  const diagnosis = newDiagnosis()
  diagnosis.preFilterMessage = 'pod affinity terms conflict'
  diagnosis.postFilterMessage = 'preemption: nothing'
  expect(fitErrorMessage(2, diagnosis)).toBe(
    '0/2 nodes are available: pod affinity terms conflict. preemption: nothing',
  )
})

test('events hold 1024 characters', () => {
  expect(truncateMessage('x'.repeat(1024))).toHaveLength(1024)
  const cut = truncateMessage('x'.repeat(2000))
  expect(cut).toHaveLength(1024)
  expect(cut.endsWith('x ...')).toBe(true)
})
