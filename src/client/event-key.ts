/**
 * What is known of an event is found by 53 bits made of all that upstream puts into its keys: the texts themselves would
 * take more memory than the events.
 */
export const key = {
  low: 0,
  high: 0,
  begin() {
    key.low = 0xdeadbeef | 0
    key.high = 0x41c6ce57 | 0
    return key
  },
  mix(text: string | undefined) {
    let { low, high } = key
    if (text !== undefined)
      for (let i = 0; i < text.length; i++) {
        const char = text.charCodeAt(i)
        low = Math.imul(low ^ char ^ (low >>> 16), 0x9e3779b1)
        high = Math.imul(high ^ char ^ (high >>> 15), 0x5f356495)
      }
    // No text has this character: where one ends is part of the key.
    key.low = Math.imul(low ^ 0x1_ffff, 0x9e3779b1)
    key.high = Math.imul(high ^ 0x1_ffff, 0x5f356495)
    return key
  },
  value: () => (key.high >>> 11) * 0x1_0000_0000 + (key.low >>> 0),
}
