import type { Envelope, GherkinDocument, Pickle } from '@cucumber/messages'
import { type WrittenStep, writtenStep } from '../../gherkin/cucumber-steps.ts'

/** What cucumber's messages, which name each other by ids, stand for. */
export class DocumentIndex {
  readonly #documents = new Map<string, GherkinDocument>()
  readonly #pickles = new Map<string, Pickle>()
  readonly #cases = new Map<string, string>()
  readonly #steps = new Map<string, WrittenStep & { readonly place: string }>()
  readonly #logs = new Map<string, string[]>()

  tell({ gherkinDocument, pickle, testCase, attachment }: Envelope): void {
    if (gherkinDocument?.uri !== undefined) this.#documents.set(gherkinDocument.uri, gherkinDocument)
    if (pickle) this.#pickles.set(pickle.id, pickle)
    if (attachment?.testStepId !== undefined && attachment.mediaType === 'text/x.cucumber.log+plain')
      this.#logs.set(attachment.testStepId, [...(this.#logs.get(attachment.testStepId) ?? []), attachment.body])
    if (testCase === undefined) return
    this.#cases.set(testCase.id, testCase.pickleId)
    const of = this.#pickles.get(testCase.pickleId)
    const document = of && this.#documents.get(of.uri)
    for (const { id, pickleStepId } of testCase.testSteps) {
      const step = of?.steps.find((each) => each.id === pickleStepId)
      if (step === undefined || document === undefined) continue
      const written = writtenStep(document, step)
      this.#steps.set(id, { ...written, place: `${of!.uri}:${written.line ?? 1}` })
    }
  }

  pickleOf(testCaseId: string): Pickle | undefined {
    return this.#pickles.get(this.#cases.get(testCaseId) ?? '')
  }

  /** Undefined for hooks. */
  stepOf(testStepId: string): (WrittenStep & { readonly place: string }) | undefined {
    return this.#steps.get(testStepId)
  }

  /** What steps logged, in their order. */
  logs(testStepIds: readonly string[]): readonly string[] {
    return testStepIds.flatMap((id) => this.#logs.get(id) ?? [])
  }
}
