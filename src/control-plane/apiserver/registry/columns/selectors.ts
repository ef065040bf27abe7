import { SelectorError, selectorFromLabelSelector } from '../../../../api/labels.ts'
import type { LabelSelector } from '../../../../api/types.ts'

/** `a=b,c=d` in key order. Source: apimachinery/pkg/labels Set.String. */
export const labelsText = (labels: Readonly<Record<string, string>> | undefined): string =>
  Object.keys(labels ?? {})
    .sort()
    .map((key) => `${key}=${labels![key]}`)
    .join(',')

/** `<none>` for no labels. Source: apimachinery/pkg/labels FormatLabels. */
export const formatLabels = (labels: Readonly<Record<string, string>> | undefined): string =>
  labelsText(labels) || '<none>'

/** The canonical text of a selector, `whenMalformed` for one that is none. */
export function selectorText(selector: LabelSelector | undefined, whenMalformed: string): string {
  try {
    return selectorFromLabelSelector(selector).text
  } catch (error) {
    if (error instanceof SelectorError) return whenMalformed
    throw error
  }
}

/** Source: apimachinery/pkg/apis/meta/v1 FormatLabelSelector. */
export const formatLabelSelector = (selector: LabelSelector | undefined): string =>
  selectorText(selector, '<error>') || '<none>'
