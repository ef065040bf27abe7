import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseImageFile } from './image-file.ts'

test('the images of the tutorial can be read', () => {
  const images = parseImageFile(readFileSync('fixtures/images/tutorial.yaml', 'utf8'), 'tutorial.yaml')
  expect(images.map(({ name }) => name)).toContain('leaky:1')
  expect(images.find(({ name }) => name === 'shop:busy')?.usage?.perRequest).toEqual({ cpu: 0.01 })
})

test.each([
  ['images: [{name: a, ram: 1}]', 'f.yaml: images.0 must NOT have additional properties: ram'],
  ['images: [{name: a, usage: {cpu: {from: 1}}}]', /^f\.yaml: image a: usage\.cpu: must be a quantity, or have base/],
  ['images: [', /^f\.yaml:1: /],
])('%s is refused', (text, message) => {
  expect(() => parseImageFile(text, 'f.yaml')).toThrow(message)
})
