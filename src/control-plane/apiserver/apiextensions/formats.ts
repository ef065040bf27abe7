import { parseCIDR, parseIP } from '../../../api/ip.ts'
import { isDNS1123Label, isDNS1123Subdomain } from '../../../api/names.ts'
import { parseDuration, parseTimestamp } from '../../../cel/texts.ts'

const isBase64 = (text: string) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)
const uuid = (version: string) =>
  new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$`, 'i')
const isUri = (text: string) =>
  /^([A-Za-z][A-Za-z0-9+.-]*:(\/\/)?|\/)[^\s<>"{}|\\^`]*$/.test(text) && !/%(?![0-9a-f]{2})/i.test(text)

/** Formats that are looked at; others pass. Sources: kube-openapi pkg/validation/strfmt, apiextensions-apiserver/pkg/apiserver/validation/formats.go */
const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  'date-time': (text) => parseTimestamp(text.replace(' ', 'T')) !== undefined,
  datetime: (text) => parseTimestamp(text) !== undefined,
  date: (text) => parseTimestamp(`${text}T00:00:00Z`) !== undefined,
  duration: (text) =>
    parseDuration(text) !== undefined ||
    /^\d+(\.\d+)?\s*(ns|us|µs|ms|s|m|h|d|w|milli|second|minute|hour|day|week)s?$/i.test(text),
  email: (text) => /^[^\s@<>]+@[^\s@<>.]+(\.[^\s@<>.]+)*$/.test(text),
  hostname: (text) =>
    text.length <= 255 &&
    /^([a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?)(\.[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?)*\.?$/.test(
      text,
    ),
  ipv4: (text) => parseIP(text)?.family === 4 && text.includes('.') && !text.includes(':'),
  ipv6: (text) => parseIP(text) !== undefined && text.includes(':'),
  cidr: (text) => parseCIDR(text) !== undefined,
  mac: (text) => /^([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}$|^([0-9a-fA-F]{4}\.){2}[0-9a-fA-F]{4}$/.test(text),
  uri: isUri,
  uuid: (text) => uuid('[0-9a-f]').test(text),
  uuid3: (text) => uuid('3').test(text),
  uuid4: (text) => uuid('4').test(text),
  uuid5: (text) => uuid('5').test(text),
  byte: (text) => isBase64(text),
  bsonobjectid: (text) => /^[0-9a-f]{24}$/i.test(text),
  hexcolor: (text) => /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(text),
  isbn: (text) => /^(97[89])?\d{9}[\dxX]$/.test(text.replace(/[\s-]/g, '')),
  creditcard: (text) => /^\d{13,19}$/.test(text.replace(/\D/g, '')),
  ssn: (text) => /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text),
  'k8s-short-name': (text) => isDNS1123Label(text).length === 0,
  'k8s-long-name': (text) => isDNS1123Subdomain(text).length === 0,
}

/** Whether a text is of a format; every text is of a format nobody looks at. */
export const isOfFormat = (format: string, text: string): boolean =>
  !Object.hasOwn(FORMATS, format) || FORMATS[format]!(text)
