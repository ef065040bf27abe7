import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { kinds } from '../index.ts'

const RECORDED = '../shared/golden/table-columns.json'
const stored = kinds.filter((kind) => !kind.virtual)

test.skipIf(!existsSync(RECORDED))('columns are those of a real v1.36 API server', () => {
  const recorded = JSON.parse(readFileSync(RECORDED, 'utf8')) as Record<string, { columns: unknown[] }>
  expect(stored.length).toBeGreaterThan(20)
  for (const { group, version, resource, columns } of stored) {
    const key = `${group || 'core'}/${version}/${resource}`
    const ours = columns.map(({ name, type, format = '', description, priority = 0 }) => ({
      name,
      type,
      format,
      description,
      priority,
    }))
    expect({ [key]: ours }).toEqual({ [key]: recorded[key]?.columns })
  }
})

test('short names are unique', () => {
  const names = stored
    .filter((kind) => !kind.view)
    .flatMap((kind) => [...(kind.shortNames ?? []), kind.singular, kind.resource])
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual(['endpoints'])
})
