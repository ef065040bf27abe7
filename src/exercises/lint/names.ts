import { join } from 'node:path'
import type { Findings } from '../pack-error.ts'
import type { Read } from './read.ts'

/** What is there without anybody making it, and words that are no names. */
const KNOWN =
  /^(kubectl|kubedrill|crictl|journalctl|systemctl|etcdctl|etcdutl|kubeadm|kubelet|containerd|ssh|curl|wget|vi|nano|default|admin|kubernetes|coredns|(kube|etcd)-?[a-z0-9-]*|get|list|watch|create|update|patch|delete|deletecollection|post|put|use|bind|escalate|impersonate|true|false|yes|no|https?|[\d.]+)$/

/** Names in task.md, in `backticks`, of things that nothing of the exercise makes or mentions: a slip of the pen, mostly. */
export function unmade({ exercise, setup, checks, solutions }: Read, findings: Findings): void {
  const words = new Set(
    [
      JSON.stringify(exercise.topology),
      ...solutions.map(({ text }) => text),
      ...[...setup, ...checks].flatMap(({ steps }) =>
        steps.flatMap(({ text, docString = '', cells = [] }) => [text, docString, ...cells]),
      ),
    ].flatMap((text) => text.match(/[\w.-]+/g) ?? []),
  )
  const file = join(exercise.directory, 'task.md')
  const said = new Set<string>()
  for (const [index, line] of exercise.task.split('\n').entries())
    for (const { name, column } of namesIn(line)) {
      if (words.has(name) || KNOWN.test(name) || said.has(name)) continue
      said.add(name)
      findings.warning(
        { file, line: index + 1, column },
        `"${name}" is named, but neither the set-up nor the checks nor a solution has it: learners will look in vain`,
      )
    }
}

/** `shop/web` is two names; commands, paths, URLs and images are none. */
function namesIn(line: string): readonly { readonly name: string; readonly column: number }[] {
  return [...line.matchAll(/`([^`]+)`|\bnamespace ([a-z0-9]+(?:-[a-z0-9]+)+)/gi)].flatMap(
    ({ 1: code, 2: bare, index }) =>
      (code ?? bare ?? '')
        .split('/')
        .filter((_, __, parts) => parts.every((part) => /^[a-z0-9]+([-.][a-z0-9]+)*$/.test(part)))
        .map((name) => ({ name, column: index + 1 })),
  )
}
