import { expect, test } from 'vitest'
import { md5 } from './md5.ts'

/** RFC 1321, A.5 Test suite; two that need more than one block. */
test.each([
  ['', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['abc', '900150983cd24fb0d6963f7d28e17f72'],
  ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
  [
    '12345678901234567890123456789012345678901234567890123456789012345678901234567890',
    '57edf4a22be3c955ac49da2e2107b67a',
  ],
  [
    '(v1.EndpointPort){Name:(*string)d Protocol:(*v1.Protocol)UDP Port:(*int32)53 AppProtocol:(*string)<nil>}',
    '3aa21e2f0a77d53a9115a3682c044bee',
  ],
])('%j', (text, expected) => expect(md5(text)).toBe(expected))
