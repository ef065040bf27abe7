import type { LogSink } from '../node/kubelet/contract.ts'

/** The lines that a log has by now. */
export function linesOf(stream: (sink: LogSink) => unknown): readonly string[] {
  let text = ''
  stream({
    write: (part) => {
      text += part
    },
    end: () => {},
  })
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}
