import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteArray, byteString, bytesOf, textOf } from './bytes.ts'

describe('bytes', () => {
  it('come back from the text they have become, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (array) => {
        expect([...byteArray(bytesOf(textOf(byteString(array))))]).toEqual([...array])
      }),
    )
  })

  it('of a text are its UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const bytes = bytesOf(text)
        expect([...byteArray(bytes)]).toEqual([...new TextEncoder().encode(text)])
        expect(textOf(bytes)).toBe(text)
      }),
    )
  })
})
